"""Camera settings as a text file: written, read, refused, and what a file would change."""

import pytest

from inspector.cameras.feature_file import FeatureFile, PlannedChange, lines_for, plan
from inspector.core.camera_features import Feature, FeatureKind
from inspector.core.errors import InvalidInput
from inspector.core.ports import CameraInfo

INFO = CameraInfo("genicam:A/B/1", "genicam", vendor="A", model="B", serial="1")
LINES = (("TriggerSelector", "FrameStart"), ("TriggerMode", "Off"), ("Gain", "1.5"), ("DeviceUserID", "Prüfplatz 3"))


def feature(name: str, kind: FeatureKind, value: str, **more) -> Feature:
    return Feature(name, name, "", kind, "Beginner", readable=True, writable=True, value=value, **more)


FEATURES = (
    feature("DeviceFirmwareVersion", FeatureKind.STRING, "1.4.2"),
    feature("TriggerSelector", FeatureKind.ENUMERATION, "FrameStart", entries=("FrameStart", "LineStart")),
    feature("TriggerMode", FeatureKind.ENUMERATION, "Off", entries=("Off", "On"), selected_by=("TriggerSelector",)),
    feature("Gain", FeatureKind.FLOAT, "1.5"),
    feature("Width", FeatureKind.INTEGER, "64"),
    feature("Lamp", FeatureKind.ENUMERATION, "Off", entries=("Off",), unavailable_entries=("Blink",)),
    feature("DeviceUserID", FeatureKind.STRING, "Prüfplatz 3"),
    feature("Reset", FeatureKind.COMMAND, ""),
)


def test_a_file_comes_back_as_it_was_written():
    file = FeatureFile.of(INFO, FEATURES, LINES)
    assert (file.vendor, file.model, file.serial, file.firmware) == ("A", "B", "1", "1.4.2")
    assert FeatureFile.parse(file.text()) == file
    assert FeatureFile.parse("\ufeff" + file.text().replace("\n", "\r\n")) == file


def test_values_keep_their_blanks_and_may_be_empty():
    file = FeatureFile(lines=(("DeviceUserID", "  two  "), ("DeviceUserID", "")))
    assert FeatureFile.parse(file.text()) == file


@pytest.mark.parametrize("value", ["a\tb", "a\nb", "a\rb"])
def test_a_value_that_could_not_be_read_back_is_not_written(value):
    with pytest.raises(InvalidInput, match="DeviceUserID"):
        FeatureFile(lines=(("DeviceUserID", value),)).text()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "first line"),
        ("# Inspector camera settings 2\nGain\t1\n", "first line"),
        ("\x89PNG", "first line"),
        ("# Inspector camera settings 1\nGain 1\n", "line 2"),
        ("# Inspector camera settings 1\nGain\t1\n../etc\t1\n", "line 3"),
        ("# Inspector camera settings 1\n" + "Gain\t1\n" * 6000, "at most 5000"),
    ],
)
def test_what_is_no_such_file_is_refused_with_the_place(text, reason):
    with pytest.raises(InvalidInput, match=reason):
        FeatureFile.parse(text)


def test_a_plan_names_what_changes_and_what_cannot_be():
    wanted = (
        ("TriggerSelector", "FrameStart"),
        ("TriggerMode", "On"),
        ("TriggerSelector", "LineStart"),
        ("TriggerMode", "Off"),
        ("Gain", "1.50"),
        ("Width", "0x80"),
        ("Lamp", "Blink"),
        ("Lamp", "Green"),
        ("Gain", "much"),
        ("Nope", "1"),
        ("Reset", "1"),
    )
    now = (*LINES, ("TriggerSelector", "LineStart"), ("TriggerMode", "Off"))
    assert plan(FEATURES, now, wanted) == (
        PlannedChange("TriggerMode", (("TriggerSelector", "FrameStart"),), "Off", "On"),
        PlannedChange("Width", (), "64", "0x80"),
        PlannedChange("Lamp", (), "Off", "Blink", "cannot be chosen now"),
        PlannedChange("Lamp", (), "Off", "Green", "is none of Off"),
        PlannedChange("Gain", (), "1.5", "much", "is no number"),
        PlannedChange("Nope", (), "", "1", "the camera has no such feature"),
        PlannedChange("Reset", (), "", "1", "a command is no setting"),
    )
    assert plan(FEATURES, LINES, LINES) == ()


def test_a_recipe_takes_a_feature_with_its_selectors():
    assert lines_for(FEATURES, "TriggerMode") == (("TriggerSelector", "FrameStart"), ("TriggerMode", "Off"))
    assert lines_for(FEATURES, "Gain") == (("Gain", "1.5"),)
    assert lines_for(FEATURES, "Reset") == ()
    assert lines_for(FEATURES, "Nope") == ()
