"""Pictures of the later steps of a set-up, for people who review them.

python -m tests.support.setup_screens OUT [--size 1280x800] [--theme dark] [--language zh_CN] [--only area,samples]
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from inspector.core.check import CheckResult
from inspector.core.draft import (
    JudgedCheck,
    MeasuredTiming,
    PublishFacts,
    RecipeDraft,
    basis_of,
    publish_blockers,
)
from inspector.core.geometry import Polygon
from inspector.core.recipe import StoredShot
from inspector.core.sample import SampleFlag, Tray, Use
from inspector.core.setup_ports import TeachPhase
from inspector.services.teaching import LoneSample, ProductCheck, TeachingNews, TeachingOutcome, TeachStage
from inspector.ui.application import create_application
from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.recipes.area import AreaStep
from inspector.ui.recipes.model import ModelStep
from inspector.ui.recipes.publish import PublishStep
from inspector.ui.recipes.samples import SamplesStep
from inspector.ui.recipes.shapes import EditorTool, ShapeKind, Spot
from inspector.ui.tools import PageTools
from inspector.ui.translation import Translation
from tests.support.pseudo import PseudoTranslator
from tests.support.screens import RESOURCES, settle
from tests.support.scripted_line import draw_part
from tests.support.setup_steps import MODEL, ScriptedScoring, add_samples, make_desk, make_draft
from tests.support.setup_stores import MemorySampleStore

INCLUDE = Polygon(((60.0, 40.0), (590.0, 40.0), (600.0, 440.0), (300.0, 470.0), (50.0, 420.0)))
IGNORE = Polygon(((270.0, 190.0), (370.0, 190.0), (380.0, 290.0), (265.0, 285.0)))


def build(name: str, tools: PageTools) -> QWidget:
    store = MemorySampleStore()
    desk = make_desk(store)
    draft = make_draft(include=(INCLUDE,), ignore=(IGNORE,), smallest_defect_mm=1.0)
    pictures = [draw_part(480, 640, seed=seed) for seed in range(6)]
    marked = [draw_part(480, 640, seed=seed, defect=(0.4, 0.35)) for seed in range(6)]
    good = add_samples(store, draft.id, Tray.GOOD, 64, pictures=pictures)
    bad = add_samples(store, draft.id, Tray.BAD, 7, pictures=marked, defect="scratch")
    add_samples(store, draft.id, Tray.UNSORTED, 5, pictures=marked)
    flags = (SampleFlag.ODD_ONE_OUT, SampleFlag.NEAR_COPY, SampleFlag.OUTSIDE_LIMITS)
    store.update([replace(good[i], flags=frozenset({flag})) for i, flag in enumerate(flags)])
    rng = np.random.default_rng(3)
    scoring = desk.scoring
    assert isinstance(scoring, ScriptedScoring)
    scoring.scores = {one.id: float(rng.lognormal(-0.7, 0.25)) for one in good}
    scoring.scores |= {one.id: float(rng.lognormal(0.7, 0.5)) for one in bad}
    if name.startswith("area"):
        step = AreaStep(tools, desk, draft)
    elif name.startswith("samples"):
        step = SamplesStep(tools, desk, draft)
    elif name.startswith("model"):
        store.update([replace(one, use=Use.CHECK) for one in good[4:]])
        step = ModelStep(tools, desk, draft)
    else:
        step = PublishStep(tools, desk, draft)
    return step


def ready(draft: RecipeDraft) -> RecipeDraft:
    basis = basis_of(draft.recipe, MODEL)
    judged = JudgedCheck(MODEL, basis, "", draft.recipe.rule, CheckResult(0, 60, 11, 12))
    timing = MeasuredTiming(200, 38.2, 51.7, 412.0, basis)
    changed = draft.with_recipe(self_test=StoredShot("recipes/shot.png", "c" * 64, 0.41, basis))
    changed = changed.with_rule(score_threshold=1.18)
    return replace(changed, judged=judged, timing=timing, base_version=7, base_product="CAP-32")


def scene(name: str, step: QWidget) -> None:
    if name == "area_draw":
        step.editor.choose_tool(EditorTool.INCLUDE)
        step.editor._sketch = ((80.0, 80.0), (420.0, 60.0), (520.0, 300.0))
        step.editor._cursor = (300.0, 420.0)
        step.editor._tell()
    elif name == "area":
        step.editor._select(Spot(ShapeKind.IGNORE, 0, 1))
    elif name == "samples_odd":
        step.trays[Tray.GOOD].list.choose(step.models[Tray.GOOD].samples[0].id)
    elif name == "samples_bad":
        step.trays[Tray.BAD].list.choose(step.models[Tray.BAD].samples[1].id)
        step._on_deleted()
        settle(0.2)
        step.trays[Tray.BAD].list.choose(step.models[Tray.BAD].samples[1].id)
    elif name == "model_scored":
        step.start_scoring()
        settle(1.2)
        step.limit._on_typed(0.75)
        settle(0.3)
        step.side.wrong.choose(step.side.wrong.samples[0].id)
    elif name == "model_trial":
        step.start_scoring()
        settle(0.6)
        step.side.open("trial")
        step.side.trial.run()
        settle(0.5)
        step.side.trial.table.selectRow(3)
    elif name == "model_teach":
        step.side.open("teach")
        panel = step.side.teach
        for number in range(120):
            loss = 0.9 * 0.97**number + 0.05
            panel._on_news(
                TeachingNews(
                    TeachStage.NETWORK, TeachPhase.TRAIN, number * 10, 2000, loss, number, 400.0 - number, "step"
                ),
                [(number * 10, loss)],
            )
    elif name == "model_lone":
        lone = LoneSample(step.book.of(Tray.GOOD)[3], 1.52)
        step.side.open("teach")
        step.side.teach._on_finished(
            TeachingOutcome(step.draft.id, model=MODEL, recipe=step.draft.recipe, lone=lone, seconds=40)
        )
    elif name == "model_others":
        fine, worse = CheckResult(0, 60, 11, 12), CheckResult(3, 60, 11, 12)
        step.side.others.show_checks(
            (ProductCheck("CAP-32", None, fine), ProductCheck("gasket", fine, worse), ProductCheck("board", fine, fine))
        )
        step.side.open("others")
    elif name == "publish":
        step.show_blockers(publish_blockers(step.draft, PublishFacts()))
    elif name == "publish_ready":
        step.show_draft(ready(step.draft))
        step.enter()
        step.show_blockers(())
        step.reason.setPlainText("New light: the scratch is seen better.")
    settle(0.6)


NAMES = (
    *("area", "area_draw", "samples", "samples_odd", "samples_bad"),
    *("model", "model_scored", "model_trial", "model_teach", "model_lone", "model_others", "publish", "publish_ready"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--theme", default="light")
    parser.add_argument("--language", default="en")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    application = create_application(sys.argv[:1])
    width, height = (int(side) for side in args.size.split("x"))
    pseudo = args.language == "pseudo"
    translation = Translation(RESOURCES / "translations", "en" if pseudo else args.language)
    translator = PseudoTranslator()
    if pseudo:
        application.installTranslator(translator)
    look = Look(application, RESOURCES, theme=args.theme, dots_per_inch=96.0, screen_px=(width, height))
    for name in args.only.split(",") if args.only else NAMES:
        background = Background()
        step = build(name, PageTools(look, translation, background))
        # The frame around a step: header, tabs, step bar and the row with Back and Next.
        window = QWidget()
        window.setObjectName("window")
        layout = QVBoxLayout(window)
        layout.setContentsMargins(look.px(2.5), look.px(62), look.px(2.5), look.px(14))
        layout.addWidget(step)
        window.resize(width, height)
        window.show()
        step.show_draft(step.draft)
        step.enter()
        settle(0.8)
        scene(name, step)
        if (window.width(), window.height()) != (width, height):
            sys.stderr.write(f"{name}: window is {window.width()}x{window.height()}\n")
        for label in step.findChildren(QLabel):
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            if label.isVisible() and label.text() and needed > label.height() + 1:
                sys.stderr.write(f"{name}: label {label.text()[:40]!r} {label.height()} of {needed}\n")
        window.grab().save(str(args.out / f"{name}-{args.size}-{args.theme}-{args.language}.png"))
        step.leave()
        step.close_step()
        window.close()
        background.close()
        window.deleteLater()
        settle(0.05)
    translation.close()


if __name__ == "__main__":
    main()
