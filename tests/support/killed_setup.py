"""A program to be killed: types into the first step of a set-up and says so 300 ms after the last key.

python -m tests.support.killed_setup FOLDER
"""

import sys
import time
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from inspector.core.draft import Step
from inspector.ui.application import create_application
from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.recipes.setup import SetupPage
from inspector.ui.tools import PageTools
from inspector.ui.translation import Translation
from tests.support.setup_desk import ROOT, SetupStation


def main() -> None:
    application = create_application(sys.argv[:1])
    resources = ROOT / "resources"
    tools = PageTools(Look(application, resources), Translation(resources / "translations", "en"), Background())
    station = SetupStation(Path(sys.argv[1]))
    page = SetupPage(tools, station.desk(), station.recipes.new())
    page.resize(1280, 690)
    page.show()
    page.open(Step.PRODUCT)
    QTest.keyClicks(page.step.name, "bottle")
    QTest.keyClicks(page.step.code, "77")
    QTest.keyClicks(page.step.notes, "brown glass")
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.002)
    sys.stdout.write("typed\n")
    sys.stdout.flush()
    application.exec()


if __name__ == "__main__":
    main()
