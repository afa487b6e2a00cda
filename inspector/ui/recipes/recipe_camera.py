"""Between what a camera holds and what a recipe says of it: pure functions, without widgets."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from inspector.core.camera_features import FeatureAccess, FeatureLines
from inspector.core.errors import OperationalError
from inspector.core.geometry import Rect
from inspector.core.ports import CameraInfo
from inspector.core.recipe import CameraSettings, TriggerMode
from inspector.ui.recipes.feature_desk import FeatureDesk

AUTOS: Final = ("ExposureAuto", "GainAuto", "BalanceWhiteAuto")
_NUMBERS: Final = {
    "ExposureTime": "exposure_us",
    "ExposureTimeAbs": "exposure_us",
    "Gain": "gain_db",
    "GainAbs": "gain_db",
    "TriggerDelay": "trigger_delay_us",
    "TriggerDelayAbs": "trigger_delay_us",
    "AcquisitionFrameRate": "rate_hz",
    "AcquisitionFrameRateAbs": "rate_hz",
}
_BOX: Final = ("OffsetX", "OffsetY", "Width", "Height")
_KEPT: Final = ("exposure_us", "gain_db", "trigger_delay_us", "pixel_format", "roi", "rate_hz")


def adopted(camera: CameraSettings, name: str, kept: str, features: FeatureDesk) -> CameraSettings | None:
    """Settings after a feature was written that they have a field for; None for one that they have not.

    Args:
        camera: settings before.
        name: of the feature.
        kept: its value now, as the camera says.
        features: the camera's other values.
    """
    if name in _NUMBERS:
        try:
            return replace(camera, **{_NUMBERS[name]: float(kept)})  # type: ignore[arg-type]  # all of them hold a number
        except ValueError:
            return camera
    if name == "PixelFormat":
        return replace(camera, pixel_format=kept)
    if name == "TriggerSource" and kept.startswith("Line"):
        return replace(camera, trigger_line=kept)
    if name in _BOX:
        values = []
        for side in _BOX:
            feature = features.named(side)
            # A camera that cannot move its part of the sensor has no offsets.
            text = kept if side == name else "0" if feature is None and side.startswith("Offset") else ""
            text = text or ("" if feature is None else feature.value)
            if not text:
                return camera
            values.append(int(float(text)))
        return replace(camera, roi=Rect(*values))
    return None


def taken_lines(
    camera: CameraSettings, lines: Sequence[tuple[FeatureLines, str, str]], features: FeatureDesk
) -> CameraSettings:
    """Settings with the lines of a file: each in its own field, or else in the list that is written last.

    Args:
        camera: settings before.
        lines: selectors, name and value of each.
        features: the camera's other values.
    """
    for selected, name, value in lines:
        if name == "TriggerMode":
            continue  # what starts a picture is chosen for the line, not brought along
        mapped = adopted(camera, name, value, features)
        if mapped is not None:
            if name in _BOX and mapped.roi is not None and camera.roi is not None:
                # One side after the other: those that came before stay.
                side = {"OffsetX": "x", "OffsetY": "y", "Width": "width", "Height": "height"}[name]
                mapped = replace(mapped, roi=replace(camera.roi, **{side: int(float(value))}))
            camera = mapped
            continue
        extra = tuple(entry for entry in camera.extra if entry[0] != name and entry not in selected)
        camera = replace(camera, extra=(*extra, *selected, (name, value)))
    return camera


def with_extra(camera: CameraSettings, name: str, value: str, features: FeatureDesk) -> CameraSettings:
    """Settings that also write a feature, with the selectors before it that say which of its values is meant.

    A feature without selectors stands once; one with selectors once for each choice of them.
    """
    feature = features.named(name)
    selectors = [] if feature is None else [features.named(one) for one in feature.selected_by]
    before = tuple((one.name, one.value) for one in selectors if one is not None and one.writable)
    kept = [group for group in _groups(camera.extra, features) if group[:-1] != before or group[-1][0] != name]
    groups = [*kept, (*before, (name, value))]
    return replace(camera, extra=tuple(entry for group in groups for entry in group))


def without_extra(camera: CameraSettings, name: str, features: FeatureDesk) -> CameraSettings:
    """Settings that leave a feature, whatever selects it, to the camera."""
    groups = [group for group in _groups(camera.extra, features) if group[-1][0] != name]
    return replace(camera, extra=tuple(entry for group in groups for entry in group))


def _groups(extra: FeatureLines, features: FeatureDesk) -> list[FeatureLines]:
    """Each value together with the selectors that stand before it."""
    selectors = {name for feature in features.features for name in feature.selected_by}
    groups: list[FeatureLines] = []
    before: FeatureLines = ()
    for entry in extra:
        before = (*before, entry)
        if entry[0] not in selectors:
            groups.append(before)
            before = ()
    # A selector that selects nothing is a value of its own.
    return [*groups, *((entry,) for entry in before)]


def kept_settings(asked: CameraSettings, kept: CameraSettings) -> CameraSettings:
    """What was asked, with the values that the camera made of it: a part of the sensor snaps to its steps."""
    changes = {
        name: getattr(kept, name)
        for name in _KEPT
        if getattr(asked, name) is not None and getattr(kept, name) is not None
    }
    return replace(asked, **changes)


def autos_on(features: FeatureDesk) -> tuple[str, ...]:
    """Automatic functions that are on; a recipe cannot be published with one."""
    found = (features.named(name) for name in AUTOS)
    return tuple(one.name for one in found if one is not None and one.value not in ("", "Off"))


def lacks_trigger(trigger: TriggerMode, features: FeatureDesk) -> bool:
    """Whether no part can start a picture of the open source.

    Args:
        trigger: as the recipe asks.
        features: of the source; without any it is a folder or a stream, which only the program can ask for a picture.
    """
    if features.connected:
        return features.named("TriggerMode") is None
    return trigger is TriggerMode.LINE


def white_balance(access: FeatureAccess) -> tuple[float, float, float]:
    """Ratios of red, green and blue that the camera holds; waits for the camera.

    Raises:
        OperationalError: CAM-004: it has none, with its own sentence.
    """
    ratios = []
    for color in ("Red", "Green", "Blue"):
        access.set("BalanceRatioSelector", color)
        text = access.get("BalanceRatio")
        try:
            ratios.append(float(text))
        except ValueError as error:
            raise OperationalError("CAM-004", f"The camera says {text!r} for its white balance.") from error
    return ratios[0], ratios[1], ratios[2]


def camera_label(camera: CameraInfo, station_camera: str) -> str:
    """What people know a camera by."""
    maker = " ".join(filter(None, (camera.vendor, camera.model)))
    name = " · ".join(filter(None, (camera.user_name, maker, camera.serial))) or camera.id
    if camera.simulated:
        name = camera.id
    return f"★ {name}" if camera.id.partition("?")[0] == station_camera.partition("?")[0] else name
