"""Pictures of the window in every state, for people who review it.

python -m tests.support.screens OUT [--size 1920x1080] [--theme light] [--language en] [--only running,ng]
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from inspector.app import product_picture
from inspector.cameras.catalog import Catalog
from inspector.core.decision import Verdict
from inspector.core.draft import Step
from inspector.core.frame import Frame
from inspector.core.line import FaultLife, LineState, StartStep
from inspector.core.recipe import Recipe
from inspector.core.record import Counts, Inspection, record_of
from inspector.ui.application import create_application
from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.main_window import MainWindow, StationInfo
from inspector.ui.tools import PageTools
from inspector.ui.translation import Translation
from tests.support.image_store import MemoryImageStore
from tests.support.pseudo import PseudoTranslator
from tests.support.record_store import MemoryRecordStore
from tests.support.scripted_line import ScriptedLine, draw_part, fault
from tests.support.setup_desk import SetupStation

RESOURCES = Path(__file__).parents[2] / "resources"


def settle(seconds: float = 0.25) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.005)


def history(line: ScriptedLine, parts: int = 40) -> None:
    rng = np.random.default_rng(5)
    pictures = [draw_part(seed=seed) for seed in range(3)]
    spots = (0.36, 0.33), (0.62, 0.6)
    bad = [(spot, draw_part(seed=9, defect=spot)) for spot in spots]
    for index in range(parts):
        if index % 11 == 7:
            spot, picture = bad[index % 2]
            line.part(1.3 + rng.random() * 1.6, image=picture, spot=spot)
        elif index == 20:
            line.part(None)
        else:
            line.part(float(0.3 + 0.25 * rng.random()), image=pictures[index % 3], spot=(0.4, 0.7))
    line.lot_counts = Counts(4102, 96, 12)
    line.shift_counts = Counts(9650, 205, 22)


def stores(line: ScriptedLine) -> tuple[MemoryRecordStore, MemoryImageStore]:
    """Stores that keep every part of the line, as the recorder would."""
    records, images = MemoryRecordStore(), MemoryImageStore()

    def keep(inspection: Inspection) -> None:
        record = record_of(inspection, inspection.frame.captured_at)
        if isinstance(inspection.frame, Frame):
            image = images.save_frame(inspection.id, inspection.frame)
            record = replace(record, image_path=image.path, image_sha256=image.sha256)
        if inspection.anomaly_map is not None and record.verdict is not Verdict.PASS:
            kept = images.save_map(inspection.id, inspection.anomaly_map, inspection.frame.captured_at)
            record = replace(record, map_path=kept.path, map_sha256=kept.sha256)
        records.add([record])

    line.inspected.connect(keep)
    return records, images


def good(line: ScriptedLine) -> None:
    line.part(0.38, image=draw_part(seed=4), spot=(0.3, 0.3))


def reject(line: ScriptedLine) -> None:
    line.part(2.41, image=draw_part(seed=9, defect=(0.36, 0.33)), spot=(0.36, 0.33))


def recipes(name: str, window: MainWindow) -> None:
    """The list of products, and the first steps of a set-up with the simulated camera."""
    window.show_page(1)
    settle(1.0)
    page = window.recipes_page
    if name == "recipes_table":
        page.list.as_table.click()
    elif name == "recipes_compare":
        page.list.select("cap")
        page.list.deeds["compare"].click()
        settle(0.5)
    elif name == "recipes_export":
        page.list.deeds["export"].click()
    elif name.startswith("setup"):
        page.list.new.click()
        settle(0.6)
        if name != "setup_product":
            page.setup.go_to(Step.CAMERA)
            settle(3.0)
            page.setup.step.ui.choices[("setup_camera", "setup_scale", "setup_features").index(name)].click()


def scenes(name: str, line: ScriptedLine, window: MainWindow) -> None:
    page = window.station_page
    if name not in ("empty", "no_recipe"):
        line.set_state(LineState.RUNNING)
        history(line)
        settle(0.3)
    if name == "running":
        good(line)
        settle(1.9)
        good(line)
    elif name == "ng":
        reject(line)
        settle(0.2)
        for _ in range(3):
            good(line)
    elif name == "none":
        line.part(None)
    elif name == "waiting":
        good(line)
        settle(3.2)
    elif name == "stopped":
        line.set_state(LineState.STOPPED)
    elif name == "paused":
        line.set_state(LineState.PAUSED)
    elif name == "starting":
        line.set_state(LineState.STARTING, StartStep.CAMERA)
    elif name == "fault":
        reject(line)
        line.set_faults(
            (fault("CAM-002"), fault("DAT-001", age_s=4000), fault("SYS-002", age_s=90000), fault("LIN-002"))
        )
        line.set_state(LineState.FAULTED)
    elif name == "fault_gone":
        line.set_faults(
            (fault("CAM-003", life=FaultLife.GONE_NEW), fault("DAT-001", life=FaultLife.ACTIVE_ACKNOWLEDGED))
        )
    elif name == "frozen":
        reject(line)
        settle(0.2)
        page.view_bar.freeze.click()
        for _ in range(12):
            good(line)
    elif name == "frozen_good":
        page.strip_bar.chosen.emit(page.showing.parts[-2].id)
    elif name == "zoomed":
        reject(line)
        settle(0.2)
        page.well.actual_size()
    elif name == "flag":
        reject(line)
        settle(0.2)
        page.controls.flag.click()
    elif name == "stop_question":
        page.controls.stop.click()
    elif name == "product":
        line.set_state(LineState.STOPPED)
        settle(0.2)
        page.controls.product.click()
    elif name == "lot":
        page.controls.lot.click()
        settle(0.2)
        page.asking.sheet.field.setText("2411-08")
    elif name == "keys":
        window.header.keys.click()
    elif name == "unbalanced":
        line.balance = replace(line.balance, records=line.balance.records - 1)
        settle(2.6)
    elif name == "history":
        window.show_page(window.pages.indexOf(window.history_page))
        settle(0.5)
        window.history_page.table.selectRow(6)
        settle(0.3)
    elif name in RECIPES:
        recipes(name, window)
    elif name == "ng_only":
        page.strip_bar.rejects.click()
    settle(0.35)


RECIPES = (
    *("recipes", "recipes_table", "recipes_compare", "recipes_export"),
    *("setup_product", "setup_camera", "setup_scale", "setup_features"),
)
NAMES = (
    *("empty", "no_recipe", "stopped", "starting", "running", "ng", "none", "waiting", "paused", "fault", "fault_gone"),
    *(
        "frozen",
        "frozen_good",
        "zoomed",
        "flag",
        "stop_question",
        "product",
        "lot",
        "keys",
        "unbalanced",
        "ng_only",
        "history",
    ),
    *RECIPES,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--theme", default="light")
    parser.add_argument("--language", default="en")
    parser.add_argument("--distance", type=float, default=3.0)
    parser.add_argument("--dpi", type=float, default=96.0)
    parser.add_argument("--simulated", action="store_true")
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
    look = Look(
        application,
        RESOURCES,
        theme=args.theme,
        viewing_distance_m=args.distance,
        dots_per_inch=args.dpi,
        screen_px=(width, height),
    )
    for name in args.only.split(",") if args.only else NAMES:
        line = ScriptedLine(recipe=None if name == "no_recipe" else ScriptedLine().recipe, simulated=args.simulated)
        background = Background()
        records, images = stores(line)
        folder = tempfile.TemporaryDirectory()
        products = SetupStation(Path(folder.name))
        products.ship()
        products.open_cameras(Catalog(), "simulated:cap")
        desk = products.desk(lambda product: product_picture(Recipe(product, 0, "")))
        station = StationInfo("Station A · Line 3", records=records, images=images, setup=desk)
        window = MainWindow(line, PageTools(look, translation, background), station)
        window.resize(width, height)
        window.show()
        settle(0.2)
        scenes(name, line, window)
        if window.size().width() != width or window.size().height() != height:
            sys.stderr.write(f"{name}: window is {window.width()}x{window.height()}\n")
        path = args.out / f"{name}-{args.size}-{args.theme}-{args.language}{'-sim' if args.simulated else ''}.png"
        window.grab().save(str(path))
        window.close_now()
        window.shut_down()
        background.close()
        products.close()
        folder.cleanup()
        window.deleteLater()
        settle(0.05)
    translation.close()


if __name__ == "__main__":
    main()
