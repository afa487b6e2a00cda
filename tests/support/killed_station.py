"""The whole program, to be killed in a step of a set-up: it does what a person would and says so 300 ms after.

python -m tests.support.killed_station FOLDER STEP

Then it begins one thing more, the one that a crash may cost, says `begun`, and goes on as if nothing would happen.
FOLDER holds `pictures` and `more`, two folders of pictures to import; `data` is made.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from inspector.app import open_application, run_window
from inspector.config import DeviceChoice, Settings
from inspector.core.draft import Step
from inspector.core.recipe import TriggerMode
from inspector.paths import DataFolder
from inspector.ui import application as window_starts
from inspector.ui.main_window import MainWindow
from inspector.ui.recipes.area import AreaStep
from inspector.ui.recipes.camera import CameraStep
from inspector.ui.recipes.model import ModelStep
from inspector.ui.recipes.product import ProductStep
from inspector.ui.recipes.publish import PublishStep
from inspector.ui.recipes.samples import SamplesStep
from inspector.ui.recipes.setup import SetupPage
from inspector.ui.recipes.shapes import EditorTool

CAMERA = "simulated:brushed?size=320x256&rate=20"
_GIVE_UP_S = 60.0


def main() -> None:
    folder, step = Path(sys.argv[1]), Step(sys.argv[2])
    make = window_starts.create_application

    def make_and_begin(argv: Sequence[str]) -> QApplication:
        application = make(argv)
        QTimer.singleShot(200, application, lambda: Person(folder).work_in(step))
        return application

    window_starts.create_application = make_and_begin
    settings = Settings(source=CAMERA, device=DeviceChoice.CPU)
    with open_application(settings, DataFolder(folder / "data")) as station:
        run_window(station, folder / "settings.toml")


class Person:
    """Presses and types in the window that is open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.window = next(one for one in QApplication.topLevelWidgets() if isinstance(one, MainWindow))

    def work_in(self, step: Step) -> None:
        QTest.keyClick(self.window, Qt.Key.Key_F3)
        page = self.window.recipes_page
        assert page is not None
        page.list.new.click()
        until(lambda: page.setup is not None)
        assert isinstance(page.setup, SetupPage)
        self.setup = page.setup
        self.name_it()
        self.setup.go_to(step)
        begin_the_last = {
            Step.PRODUCT: self.in_product,
            Step.CAMERA: self.in_camera,
            Step.AREA: self.in_area,
            Step.SAMPLES: self.in_samples,
            Step.MODEL: self.in_model,
            Step.PUBLISH: self.in_publish,
        }[step]()
        until(pause(0.3))
        say("done")
        begin_the_last()
        say("begun")

    def name_it(self) -> None:
        product = self.setup.step
        assert isinstance(product, ProductStep)
        QTest.keyClicks(product.name, "bottle")
        QTest.keyClicks(product.code, "77")

    def in_product(self) -> Callable[[], None]:
        product = self.setup.step
        assert isinstance(product, ProductStep)
        QTest.keyClicks(product.notes, "brown glass")
        return lambda: QTest.keyClicks(product.notes, " and a last word")

    def in_camera(self) -> Callable[[], None]:
        camera = self.setup.step
        assert isinstance(camera, CameraStep)
        until(
            lambda: camera.shot is not None and bool(camera.features.features) and bool(self.setup.draft.recipe.picture)
        )
        type_into(camera.ui.form.exposure.field, "2500\r")
        camera.ui.form.trigger.setCurrentIndex(camera.ui.form.trigger.findData(TriggerMode.SOFTWARE))
        # What the camera kept is what counts, so it must have answered.
        until(lambda: self.setup.draft.recipe.camera.exposure_us == 2500.0)
        return lambda: type_into(camera.ui.form.gain.field, "3")

    def in_area(self) -> Callable[[], None]:
        self.setup.go_to(Step.CAMERA)
        camera = self.setup.step
        assert isinstance(camera, CameraStep)
        until(lambda: bool(self.setup.draft.recipe.picture))
        self.setup.go_to(Step.AREA)
        area = self.setup.step
        assert isinstance(area, AreaStep)
        until(lambda: area.editor._size is not None)
        area.bar.tools[EditorTool.IGNORE].click()
        area.editor.setFocus()
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Space):
            QTest.keyClick(area.editor, key, Qt.KeyboardModifier.ShiftModifier)
        QTest.keyClick(area.editor, Qt.Key.Key_Return)
        type_into(area.defect, "0.75\r")
        return lambda: type_into(area.defect, "0.5")

    def in_samples(self) -> Callable[[], None]:
        samples = self.setup.step
        assert isinstance(samples, SamplesStep)
        samples.import_from(self.folder / "pictures")
        until(lambda: not samples.work.running and len(samples.book.samples) == 6)

        def import_more() -> None:
            samples.import_from(self.folder / "more")
            until(lambda: len(samples.book.samples) > 8)

        return import_more

    def in_model(self) -> Callable[[], None]:
        model = self.setup.step
        assert isinstance(model, ModelStep)
        until(lambda: bool(self.setup.draft.recipe.model_name))
        type_into(model.limit.allowed, "2.5\r")
        type_into(model.limit.limit, "0.8\r")
        return lambda: type_into(model.limit.area, "0.4")

    def in_publish(self) -> Callable[[], None]:
        publish = self.setup.step
        assert isinstance(publish, PublishStep)
        return lambda: QTest.keyClicks(publish.reason, "first version")


def type_into(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text.rstrip("\r"))
    if text.endswith("\r"):
        QTest.keyClick(field, Qt.Key.Key_Return)


def until(condition: Callable[[], bool]) -> None:
    """Let the window work until something is so."""
    give_up_at = time.monotonic() + _GIVE_UP_S
    while not condition():
        if time.monotonic() > give_up_at:
            say("it never happened")
            raise TimeoutError
        QApplication.processEvents()
        time.sleep(0.002)


def pause(seconds: float) -> Callable[[], bool]:
    over_at = time.monotonic() + seconds
    return lambda: time.monotonic() >= over_at


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
