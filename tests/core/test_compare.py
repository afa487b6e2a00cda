from dataclasses import replace

from inspector.core.compare import FieldDifference, compare
from inspector.core.geometry import Polygon, Rect, Size
from inspector.core.picture_limits import PictureLimits, Range
from inspector.core.recipe import CameraSettings, DecisionRule, Framing, Recipe, StoredShot, TriggerMode

CAP = Recipe(product="cap", version=1, model_name="demo")


def differences(**changes: object) -> dict[str, tuple[str, str]]:
    return {one.key: (one.before, one.after) for one in compare(CAP, replace(CAP, **changes))}


def test_the_same_recipe_under_another_version_is_the_same() -> None:
    assert compare(CAP, replace(CAP, version=2)) == ()


def test_each_kind_of_field_is_said_as_text() -> None:
    assert differences(
        line_code=7,
        title=(("en", "Cap"), ("zh_CN", "瓶盖")),
        camera=CameraSettings(
            exposure_us=812.5, trigger=TriggerMode.LINE, roi=Rect(0, 16, 640, 480), extra=(("GainAuto", "Off"),)
        ),
        image_size=Size(480, 640),
        framing=Framing.TILES,
        include=(Polygon(((0.0, 0.0), (10.5, 0.0), (0.0, 10.0))),),
        rule=DecisionRule(1.25),
    ) == {
        "title.en": ("", "Cap"),
        "title.zh_CN": ("", "瓶盖"),
        "line_code": ("0", "7"),
        "camera.exposure_us": ("", "812.5"),
        "camera.trigger": ("free", "line"),
        "camera.roi": ("", "640 × 480 + 0, 16"),
        "camera.extra.GainAuto": ("", "Off"),
        "image_size": ("", "640 × 480"),
        "include": ("", "(0, 0) (10.5, 0) (0, 10)"),
        "framing": ("whole", "tiles"),
        "rule.score_threshold": ("1", "1.25"),
    }


def test_a_group_that_only_one_side_has_is_taken_apart() -> None:
    wide = Range(0.25, 255.0)
    limits = PictureLimits(wide, wide, wide, wide, wide, wide, wide, shots=20)
    shot = StoredShot("recipes/a.png", "ab", 0.5, "basis")
    changed = replace(CAP, picture_limits=limits, self_test=shot)
    there, back = compare(CAP, changed), compare(changed, CAP)
    assert FieldDifference("picture_limits.brightness", "", "0.25 – 255") in there
    assert FieldDifference("self_test.score", "", "0.5") in there
    assert [(one.key, one.after, one.before) for one in back] == [(one.key, one.before, one.after) for one in there]


def test_the_order_is_that_of_the_fields() -> None:
    keys = [one.key for one in compare(CAP, replace(CAP, notes="x", product="lid", line_code=3, scale=0.5))]
    assert keys == ["product", "line_code", "scale", "notes"]
