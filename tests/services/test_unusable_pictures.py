"""Pictures outside their learned limits, and the stored shot that must score the same (FS-8, FS-9)."""

from dataclasses import replace

import numpy as np
import pytest

from inspector.core.decision import PICTURE_REASONS, Reason, Verdict
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.geometry import Size
from inspector.core.line import LineState
from inspector.core.picture_limits import PictureFault, learn, measure_picture
from inspector.core.recipe import StoredShot
from inspector.core.record import StoredFile
from inspector.services.clock import SystemClock
from inspector.services.pipeline import Pipeline
from inspector.services.streaks import PictureStreak
from tests.support.camera import ScriptedCamera, ScriptedCatalog
from tests.support.line import running_line
from tests.support.model import ScriptedModel, one_region
from tests.support.values import RECIPE, frame, missed

SIZE = Size(64, 96)


def picture(frame_id: int, light: float = 1.0, *, shift: int = 0, blur: bool = False) -> Frame:
    """A striped part on gray; its first pixel, by which the scripted model scores, is 40 in good light."""
    image = np.full((64, 96), 40.0)
    image[16:48, 30 + shift : 66 + shift] = np.where(np.arange(36) // 3 % 2, 180, 90)
    if blur:
        image = sum(np.roll(image, step, axis=1) for step in range(-4, 5)) / 9
    return replace(frame(frame_id), image=np.clip(image * light, 0, 255).astype(np.uint8))


LIMITS = learn([measure_picture(picture(1, light).image) for light in (0.97, 0.98, 1.0, 1.01, 1.03)])
LIMITED = replace(RECIPE, image_size=SIZE, picture_limits=LIMITS)


@pytest.mark.expected_log("The line stops: IMG-001")
def test_a14_dimmed_light_is_not_five_defects_and_stops_the_line() -> None:
    camera = ScriptedCamera()
    with running_line(ScriptedCatalog(camera), recipe=LIMITED) as line:
        line.service.start()
        line.until_state(LineState.RUNNING)
        for number in range(1, 7):
            camera.feed([picture(number, 1.0 if number == 1 else 0.4)])
            line.until_inspected(number)
        line.until_state(LineState.FAULTED)
        decisions = [inspection.decision for inspection in line.inspections]
        assert decisions[0].verdict is Verdict.PASS
        assert {one.verdict for one in decisions[1:]} == {Verdict.NOT_INSPECTED}
        assert {one.reason for one in decisions[1:]} == {Reason.PICTURE_DARK}
        assert line.codes() == ["IMG-001"]
        assert "dark" in line.service.faults[0].message
        assert not line.output.is_ready
        line.service.acknowledge("IMG-001")
        line.until_state(LineState.STOPPED)


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (picture(1, 0.4), Reason.PICTURE_DARK),
        (picture(1, 1.35), Reason.PICTURE_BRIGHT),
        (picture(1, blur=True), Reason.PICTURE_BLURRED),
        (picture(1, shift=24), Reason.PICTURE_SHIFTED),
    ],
    ids=["dark", "bright", "blurred", "shifted"],
)
def test_an_unusable_picture_never_reaches_the_model_and_names_the_likely_cause(part: Frame, reason: Reason) -> None:
    model = ScriptedModel()
    decision = Pipeline(model, LIMITED, one_region, SystemClock()).inspect(part).decision
    assert (decision.verdict, decision.reason, decision.score) == (Verdict.NOT_INSPECTED, reason, None)
    assert decision.model == model.ref
    assert model.prepared == []


def test_a_usual_picture_is_judged() -> None:
    judged = Pipeline(ScriptedModel(), LIMITED, one_region, SystemClock())
    assert judged.inspect(picture(1, 1.02)).decision.verdict is Verdict.PASS


def test_every_cause_has_a_reason() -> None:
    assert {f"picture_{fault.value}" for fault in PictureFault} == {reason.value for reason in PICTURE_REASONS}


def decisions(pattern: str) -> list:
    """o: a good picture, x: one outside its limits, -: a part without picture."""
    judged = Pipeline(ScriptedModel(), LIMITED, one_region, SystemClock())
    kinds = {"o": picture(1), "x": picture(1, 0.4), "-": missed(1)}
    known = {kind: judged.inspect(part).decision for kind, part in kinds.items()}
    return [known[kind] for kind in pattern]


@pytest.mark.parametrize(
    ("pattern", "stops_at"),
    [
        ("xxxx" + "o" * 6, None),
        ("xxxxx", 5),
        ("xx-xx-x", 7),
        ("xo" * 9 + "o" * 20, None),
        ("xo" * 10, 19),
        ("x" + "o" * 10 + "xo" * 8 + "o" * 80 + "x", None),
    ],
)
def test_five_in_a_row_or_ten_of_a_hundred(pattern: str, stops_at: int | None) -> None:
    streak = PictureStreak()
    faults = [streak.after(decision) for decision in decisions(pattern)]
    assert next((number for number, fault in enumerate(faults, 1) if fault), None) == stops_at
    streak.reset()
    assert streak.after(decisions("x")[0]) is None


@pytest.mark.expected_log("The line stops: GPU-001|The model failed")
def test_dark_pictures_do_not_hide_a_model_that_fails() -> None:
    def fail(_: Frame) -> None:
        raise RuntimeError("device lost")

    model = ScriptedModel(dict.fromkeys((1, 3, 5), fail))
    camera = ScriptedCamera()
    with running_line(ScriptedCatalog(camera), model=model, recipe=LIMITED) as line:
        line.service.start()
        line.until_state(LineState.RUNNING)
        for number in range(1, 6):
            camera.feed([picture(number, 1.0 if number % 2 else 0.4)])
            line.until_inspected(number)
        line.until_state(LineState.FAULTED)
        assert line.codes() == ["GPU-001"]


class OnePicture:
    """Implements `core.recipe_ports.RecipePictureStore` with one picture."""

    def __init__(self, image: np.ndarray) -> None:
        self._image = image

    def save(self, image: np.ndarray) -> StoredFile:
        raise NotImplementedError

    def load(self, path: str, sha256: str = "") -> np.ndarray:
        if sha256 != "a" * 64:
            raise OperationalError("DAT-002", f"{path} was altered.", "")
        return self._image


SHOT = StoredShot("shots/1.png", "a" * 64, 40 / 128)


@pytest.mark.parametrize("scored", [40 / 128, 40 / 128 * 1.009])
def test_a_stored_shot_that_scores_the_same_lets_the_line_start(scored: float) -> None:
    recipe = replace(LIMITED, self_test=replace(SHOT, score=scored))
    camera = ScriptedCamera([picture(1)])
    with running_line(ScriptedCatalog(camera), recipe=recipe, pictures=OnePicture(picture(1).image)) as line:
        line.service.start()
        line.until_inspected(1)
        assert line.models.model.prepared == [SIZE]


@pytest.mark.expected_log("The line stops: (GPU-002|DAT-002)")
@pytest.mark.parametrize(
    ("shot", "code"), [(replace(SHOT, score=40 / 128 * 1.02), "GPU-002"), (replace(SHOT, sha256="b" * 64), "DAT-002")]
)
def test_a13_a_stored_shot_that_scores_something_else_does_not_start(shot: StoredShot, code: str) -> None:
    recipe = replace(LIMITED, self_test=shot)
    catalog = ScriptedCatalog(ScriptedCamera([picture(1)]))
    with running_line(catalog, recipe=recipe, pictures=OnePicture(picture(1).image)) as line:
        line.service.start()
        line.until_state(LineState.FAULTED)
        assert line.codes() == [code]
        assert line.output.answers == ()


def test_whoever_holds_the_camera_for_set_up_is_asked_to_let_go_first() -> None:
    asked: list[str] = []
    camera = ScriptedCamera([frame(1, value=10)])
    recipe = replace(RECIPE, image_size=SIZE)

    def free(camera_id: str) -> None:
        asked.append(f"{camera_id} {camera.calls}")

    with running_line(ScriptedCatalog(camera), recipe=recipe, free_camera=free) as line:
        assert line.service.camera_in_use == ""
        line.service.start()
        line.until_inspected(1)
        assert asked == ["simulated:test []"]
        assert line.service.camera_in_use == "simulated:test"
        line.service.stop()
        line.until_state(LineState.STOPPED)
        assert line.service.camera_in_use == ""
