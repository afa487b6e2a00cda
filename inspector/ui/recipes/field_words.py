"""What people call the fields of a recipe, and how their values are read; keys are those of `core.compare`."""

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate  # lupdate knows calls of this name

_UNITS = {
    "camera.exposure_us": "µs",
    "camera.trigger_delay_us": "µs",
    "camera.gain_db": "dB",
    "camera.rate_hz": "Hz",
    "camera.roi": "px",
    "image_size": "px",
    "overlap_px": "px",
    "rule.min_area_mm2": "mm²",
    "output.deadline_ms": "ms",
    "mm_per_px": "mm/px",
    "smallest_defect_mm": "mm",
}
AREA_KEYS = ("include", "ignore")


def field_word(key: str) -> str:
    """Name of a field; one without a row is shown by its key rather than not at all."""
    for group, word in (
        ("title.", translate("Fields", "Title ({0})")),
        ("camera.extra.", translate("Fields", "Camera feature {0}")),
    ):
        if key.startswith(group):
            return word.format(key.removeprefix(group))
    return {
        "product": translate("Fields", "Product"),
        "model_name": translate("Fields", "Model"),
        "model_version": translate("Fields", "Version of the model"),
        "model_product": translate("Fields", "Product of the model"),
        "line_code": translate("Fields", "Line code"),
        "camera_id": translate("Fields", "Camera"),
        "camera.exposure_us": translate("Fields", "Exposure"),
        "camera.gain_db": translate("Fields", "Gain"),
        "camera.trigger": translate("Fields", "Trigger"),
        "camera.trigger_line": translate("Fields", "Trigger input"),
        "camera.trigger_edge": translate("Fields", "Trigger edge"),
        "camera.trigger_delay_us": translate("Fields", "Trigger delay"),
        "camera.pixel_format": translate("Fields", "Pixel format"),
        "camera.roi": translate("Fields", "Part of the sensor"),
        "camera.rate_hz": translate("Fields", "Rate without trigger"),
        "camera.black_level": translate("Fields", "Black level"),
        "camera.gamma": translate("Fields", "Gamma"),
        "camera.white_balance": translate("Fields", "White balance"),
        "image_size": translate("Fields", "Picture size"),
        "include": translate("Fields", "Inspected areas"),
        "ignore": translate("Fields", "Ignored areas"),
        "framing": translate("Fields", "Tiles or whole picture"),
        "scale": translate("Fields", "Scale"),
        "overlap_px": translate("Fields", "Overlap of tiles"),
        "rule.score_threshold": translate("Fields", "Limit"),
        "rule.min_area_mm2": translate("Fields", "Smallest area"),
        "output.deadline_ms": translate("Fields", "Answer within"),
        "mm_per_px": translate("Fields", "Size of a pixel"),
        "smallest_defect_mm": translate("Fields", "Smallest defect"),
        "notes": translate("Fields", "Notes"),
        "picture": translate("Fields", "Picture of the product"),
        "picture_limits.brightness": translate("Fields", "Picture limits: brightness"),
        "picture_limits.dark_share": translate("Fields", "Picture limits: black share"),
        "picture_limits.bright_share": translate("Fields", "Picture limits: white share"),
        "picture_limits.sharpness": translate("Fields", "Picture limits: sharpness"),
        "picture_limits.evenness": translate("Fields", "Picture limits: evenness"),
        "picture_limits.center_x": translate("Fields", "Picture limits: place from left"),
        "picture_limits.center_y": translate("Fields", "Picture limits: place from top"),
        "picture_limits.shots": translate("Fields", "Picture limits: learned from shots"),
        "self_test.path": translate("Fields", "Self-test shot"),
        "self_test.score": translate("Fields", "Score of the self-test shot"),
    }.get(key, key)


def value_text(key: str, text: str) -> str:
    """A value as people read it: words for what is chosen, units for what is measured.

    Args:
        key: of the field.
        text: as `core.compare` writes it; "" for nothing.
    """
    if not text:
        return "–"
    if key in AREA_KEYS:
        return translate("Fields", "polygons: {0}").format(1 + text.count(";"))
    if key == "picture" or key == "self_test.path":
        return translate("Fields", "stored picture {0}").format(text.rsplit("/", 1)[-1][:8])
    word = {
        ("camera.trigger", "line"): translate("Fields", "from the line"),
        ("camera.trigger", "software"): translate("Fields", "by software"),
        ("camera.trigger", "free"): translate("Fields", "none, free run"),
        ("camera.trigger_edge", "rising"): translate("Fields", "rising"),
        ("camera.trigger_edge", "falling"): translate("Fields", "falling"),
        ("framing", "whole"): translate("Fields", "whole picture"),
        ("framing", "tiles"): translate("Fields", "tiles"),
        ("framing", "tiles_and_whole"): translate("Fields", "tiles and whole picture"),
    }.get((key, text), text)
    unit = _UNITS.get(key, "")
    return f"{word} {unit}" if unit else word
