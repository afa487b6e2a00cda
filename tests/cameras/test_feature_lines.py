"""A camera's settings are read in an order that it takes back, whatever stands in the way."""

import pytest

from inspector.cameras.feature_lines import load_lines, save_lines
from inspector.cameras.nodes import FeatureRefused
from inspector.core.camera_features import Feature, FeatureKind, FeatureResult
from tests.support.camera_nodes import FakeNodes


def features(nodes: FakeNodes, *, streamable: bool = True, **selected_by: tuple[str, ...]) -> list[Feature]:
    return [
        Feature(
            name=name,
            display_name=name,
            category="",
            kind=node.kind,
            visibility="Beginner",
            readable=node.readable(),
            writable=node.writable(),
            selected_by=selected_by.get(name, ()),
            streamable=streamable,
        )
        for name, node in nodes.by_name.items()
    ]


@pytest.fixture
def nodes() -> FakeNodes:
    """Gains of two channels behind a selector, a command, and something that the camera measures."""
    nodes = FakeNodes()
    nodes.choice("Channel", "Left", "Right")
    values = {"Left": 1.5, "Right": 1 / 3}
    gain = nodes.number("Gain", 0.0, 0, 10)

    def keep(value):
        values[nodes["Channel"]] = value
        return value

    gain.keeps = keep
    gain.read = lambda: values[nodes["Channel"]]
    nodes.command("Reset")
    nodes.switch("Mirror", value=True)
    nodes.number("Temperature", 40.5, locked=lambda: True)
    nodes.number("TLParamsLocked", 1)
    return nodes


def test_values_stand_behind_their_selectors_which_are_put_back(nodes):
    lines = save_lines(nodes, features(nodes, Gain=("Channel",)))
    assert lines == (
        *(("Channel", "Left"), ("Gain", "1.5"), ("Channel", "Right"), ("Gain", repr(1 / 3)), ("Channel", "Left")),
        *(("Mirror", "true"), ("Temperature", "40.5")),
    )
    assert nodes["Channel"] == "Left"


def test_without_marks_everything_that_can_be_written_is_saved(nodes):
    lines = save_lines(nodes, features(nodes, streamable=False, Gain=("Channel",)))
    names = [name for name, _ in lines]
    assert "Temperature" not in names
    assert "Reset" not in names
    assert {"Gain", "Mirror"} <= set(names)


def test_what_was_saved_comes_back_to_the_last_digit(nodes):
    listed = features(nodes, Gain=("Channel",))
    lines = save_lines(nodes, listed)
    for name, value in (("Channel", "Right"), ("Gain", 7.0), ("Mirror", False)):
        nodes.by_name[name].write(value)
    results = load_lines(nodes, lines)
    assert [result.problem for result in results] == [""] * len(lines)
    assert save_lines(nodes, listed) == lines


def test_a_selector_that_takes_no_entry_has_no_values_behind_it(nodes):
    nodes.by_name["Channel"].locked = lambda: True
    lines = save_lines(nodes, features(nodes, Gain=("Channel",)))
    assert "Gain" not in dict(lines)


def test_a_value_that_does_not_fit_yet_is_written_once_it_does():
    nodes = FakeNodes()
    offset = nodes.number("OffsetX", 60, 0, 60, 1)
    width = nodes.number("Width", 4, 1, 4, 1)

    def fit(_value=None):
        width.maximum, offset.maximum = 64 - offset.value, 64 - width.value

    for node in (offset, width):
        write = node.write
        node.write = lambda value, write=write: (write(value), fit())[0]
    results = load_lines(nodes, (("Width", "64"), ("OffsetX", "0")))
    assert [(result.kept, result.problem) for result in results] == [("64", ""), ("0", "")]


def test_every_problem_is_told_and_the_rest_is_written(nodes):
    nodes.by_name["Temperature"].locked = lambda: True
    lines = (("Nope", "1"), ("Reset", "1"), ("Mirror", "maybe"), ("Temperature", "3"), ("Mirror", "false"))
    results = load_lines(nodes, lines, streaming=True)
    assert results[:3] == (
        FeatureResult("Nope", "1", "", "the camera has no such feature"),
        FeatureResult("Reset", "1", "", "a command is no setting"),
        FeatureResult("Mirror", "maybe", "true", "“maybe” is no boolean."),
    )
    assert "locked while pictures come" in results[3].problem
    assert results[3].kept == "40.5"
    assert results[4] == FeatureResult("Mirror", "false", "false")


def test_a_value_that_is_held_already_needs_no_permission(nodes):
    (result,) = load_lines(nodes, [("Temperature", "40.5")])
    assert result.problem == ""


def test_a_value_that_cannot_be_read_is_told_as_unknown(nodes):
    def refuse():
        raise FeatureRefused("The sensor sleeps.")

    nodes.by_name["Mirror"].read = refuse
    assert load_lines(nodes, [("Mirror", "true")]) == (FeatureResult("Mirror", "true", "", "The sensor sleeps."),)
    assert FeatureKind.BOOLEAN is nodes.by_name["Mirror"].kind


def test_no_lines_are_no_results(nodes):
    assert load_lines(nodes, ()) == ()
