"""Text becomes the value of a feature, or is refused."""

import pytest

from inspector.cameras.nodes import FeatureRefused, from_text
from inspector.core.camera_features import FeatureKind


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (FeatureKind.INTEGER, " 12 ", 12),
        (FeatureKind.INTEGER, "0x1F", 31),
        (FeatureKind.FLOAT, "1e3", 1000.0),
        (FeatureKind.BOOLEAN, "On", True),
        (FeatureKind.BOOLEAN, "false", False),
        (FeatureKind.STRING, " text ", " text "),
        (FeatureKind.ENUMERATION, "Off ", "Off"),
    ],
)
def test_text_means_a_value_of_the_kind(kind, text, value):
    assert from_text(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FeatureKind.INTEGER, "1.5"),
        (FeatureKind.FLOAT, ""),
        (FeatureKind.FLOAT, "nan"),
        (FeatureKind.FLOAT, "-inf"),
        (FeatureKind.BOOLEAN, "yes?"),
    ],
)
def test_text_that_means_nothing_is_refused(kind, text):
    with pytest.raises(FeatureRefused):
        from_text(kind, text)
