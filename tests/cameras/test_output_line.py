"""Only a line that points outward carries a verdict, and a camera without one says so."""

import pytest

from inspector.cameras.nodes import FeatureRefused
from inspector.cameras.output_line import find_output, set_output
from tests.support.camera_nodes import FakeNodes, modern_camera


def output_camera(line_modes: dict[str, str]) -> FakeNodes:
    nodes = FakeNodes()
    names = list(line_modes)
    nodes.choice("LineSelector", *names)
    mode = nodes.choice("LineMode", "Input", "Output")
    nodes.by_name["LineSelector"].keeps = lambda value: setattr(mode, "value", line_modes[value]) or value
    nodes.choice("LineSource", "ExposureActive", "UserOutput1")
    nodes.choice("UserOutputSelector", "UserOutput0", "UserOutput1")
    nodes.switch("UserOutputValue", value=True)
    return nodes


def test_only_a_line_that_is_an_output_already_carries_the_verdict():
    nodes = output_camera({"Line1": "Input", "Line2": "Output"})
    assert find_output(nodes) == "Line2"
    assert (nodes["LineSource"], nodes["UserOutputSelector"], nodes["UserOutputValue"]) == ("UserOutput1",) * 2 + (
        False,
    )
    set_output(nodes, active=True)
    assert nodes["UserOutputValue"] is True
    assert find_output(output_camera({"Line1": "Input"})) is None


def test_a_camera_without_outputs_has_none():
    nodes = modern_camera()
    assert find_output(nodes) is None
    with pytest.raises(FeatureRefused):
        set_output(nodes, active=True)
