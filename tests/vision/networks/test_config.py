import dataclasses
import json

import pytest

from inspector.vision.networks.config import (
    MEMORY_TOKENS,
    Backbone,
    DetectorConfig,
    FeatureNorm,
    NeighbourWhere,
    PaddingMode,
    PositionKind,
    QueryMode,
    ResizeMode,
    faithful,
    light,
)


def test_faithful_is_the_published_network() -> None:
    config = faithful(Backbone.EFFICIENTNET_B4)
    assert (config.input_size, config.grid, config.tokens, config.channels) == (224, (14, 14), 196, 272)
    assert (config.hidden, config.heads, config.ffn, config.enc_layers, config.dec_layers) == (256, 8, 1024, 4, 4)
    assert (config.dropout, config.neighbour, config.jitter_scale, config.jitter_prob) == (0.1, 7, 20.0, 1.0)
    assert config.resize_mode is ResizeMode.CORNER_ALIGNED
    assert config.padding is PaddingMode.ZEROS
    assert config.feature_norm is FeatureNorm.NONE
    assert config.memory == 0


def test_jitter_keeps_its_ratio_where_the_channels_differ() -> None:
    config = faithful()
    assert config.channels == 192
    assert config.jitter_scale / config.channels**0.5 == pytest.approx(20 / 272**0.5, abs=1e-4)


def test_light_is_the_product_default() -> None:
    config = light()
    assert (config.input_size, config.hidden, config.enc_layers, config.dec_layers) == (256, 128, 2, 2)
    assert (config.ffn, config.dropout, config.neighbour) == (512, 0.0, 7)
    assert config.resize_mode is ResizeMode.AREA
    assert config.padding is PaddingMode.REFLECT
    assert config.feature_norm is FeatureNorm.CHANNEL
    assert config.memory == MEMORY_TOKENS
    assert light(input_size=320).neighbour == 9


@pytest.mark.parametrize(
    "config",
    [
        light(),
        faithful(),
        faithful(Backbone.EFFICIENTNET_B4, input_size=320),
        dataclasses.replace(
            light(),
            levels=(2, 3, 4),
            neighbour_where=NeighbourWhere(dec1=False),
            query_mode=QueryMode.SINGLE,
            position=PositionKind.SINE,
        ),
    ],
)
def test_survives_json(config: DetectorConfig) -> None:
    assert DetectorConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


def test_a_file_with_problems_names_them_all() -> None:
    data = light().to_dict() | {
        "color": "red",
        "hidden": "many",
        "dropout": True,
        "padding": "wrap",
        "neighbour_where": {"enc": True},
        "levels": 4,
    }
    del data["heads"]
    with pytest.raises(ValueError, match="detector configuration") as caught:
        DetectorConfig.from_dict(data)
    for part in ("'color'", "'heads'", "hidden", "dropout", "padding", "neighbour_where", "levels"):
        assert part in str(caught.value)


def test_unknown_keys_and_ranges_are_told_together() -> None:
    data = light().to_dict() | {"color": "red", "input_size": 250}
    with pytest.raises(ValueError, match=r"'color'.*input_size"):
        DetectorConfig.from_dict(data)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"architecture": "patchcore"}, "architecture"),
        ({"input_size": 250}, "multiple of 16"),
        ({"input_size": 0}, "multiple of 16"),
        ({"levels": ()}, "levels"),
        ({"levels": (4, 1)}, "levels"),
        ({"levels": (1, 5)}, "levels"),
        ({"hidden": 130}, "hidden"),
        ({"heads": 0}, "heads"),
        ({"dec_layers": 0}, "dec_layers"),
        ({"dropout": 1.0}, "dropout"),
        ({"neighbour": 16}, "neighbour"),
        ({"neighbour": 17}, "neighbour"),
        ({"input_size": 112}, "neighbour"),
        ({"jitter_scale": float("nan")}, "jitter_scale"),
        ({"jitter_prob": 1.5}, "jitter_prob"),
        ({"memory": -1}, "memory"),
        ({"memory": 65_537}, "memory"),
        ({"detail": -1}, "detail must be"),
        ({"detail": 65_537}, "detail must be"),
        ({"memory": 0}, "detail needs a memory and level 3"),
        ({"levels": (1, 2, 4)}, "detail needs a memory and level 3"),
    ],
)
def test_what_cannot_be_built_is_refused(change: dict, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        dataclasses.replace(light(), **{"neighbour": 7, **change})


def test_a_wide_window_is_fine_when_no_site_uses_it() -> None:
    config = dataclasses.replace(
        light(), neighbour=99, neighbour_where=NeighbourWhere(enc=False, dec1=False, dec2=False)
    )
    assert not config.neighbour_where
