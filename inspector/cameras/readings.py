"""What a camera holds now, under whatever name its naming convention has for it."""

from inspector.cameras.nodes import FeatureRefused, Nodes, number_of
from inspector.core.recipe import TriggerMode


def exposure_us(nodes: Nodes) -> float | None:
    """Exposure in force, in microseconds; None if the camera has no such thing."""
    value = number_of(nodes, "ExposureTime", "ExposureTimeAbs")
    if value is not None:
        return value
    raw = number_of(nodes, "ExposureTimeRaw")
    return None if raw is None else raw * (number_of(nodes, "ExposureTimeBaseAbs") or 1.0)


def gain_db(nodes: Nodes) -> float | None:
    """Gain in force, in decibels; None if the camera has none or counts it in steps of its own."""
    return number_of(nodes, "Gain", "GainAbs")


def rate_hz(nodes: Nodes) -> float | None:
    """How many pictures a second the camera will send in free run; None if it does not say."""
    resulting = ("AcquisitionResultingFrameRate", "ResultingFrameRate", "ResultingFrameRateAbs")
    return number_of(nodes, *resulting, "AcquisitionFrameRate", "AcquisitionFrameRateAbs")


def trigger_mode(nodes: Nodes) -> TriggerMode:
    """What starts an exposure now, by the selected trigger."""
    mode, source = nodes.find("TriggerMode"), nodes.find("TriggerSource")
    if mode is None or not mode.readable() or mode.read() != "On":
        return TriggerMode.FREE
    software = source is not None and source.readable() and source.read() == "Software"
    return TriggerMode.SOFTWARE if software else TriggerMode.LINE


def sensor_size(nodes: Nodes) -> tuple[int, int]:
    """Largest (height, width) that a picture can have, in pixels.

    Raises:
        FeatureRefused: the camera does not even tell the size it has.
    """
    sides = []
    for name, offset in (("Height", "OffsetY"), ("Width", "OffsetX")):
        largest = number_of(nodes, f"{name}Max", f"Sensor{name}") or 0.0
        node = nodes.find(name)
        if node is not None and node.readable() and not largest:
            _, maximum, _ = node.limits()
            # The maximum of a size is what its offset leaves.
            largest = (maximum or 0.0) + (number_of(nodes, offset) or 0.0)
        if largest < 1:
            raise FeatureRefused(f"The camera does not tell its {name.lower()}.")
        sides.append(int(largest))
    return sides[0], sides[1]
