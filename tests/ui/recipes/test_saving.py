"""Drafts are on disk soon after the last change, the newest one, whatever the disk or the program does."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QObject

from inspector.core.draft import RecipeDraft, Step, new_draft
from inspector.core.errors import OperationalError
from inspector.storage.database import Database
from inspector.storage.drafts import SqlDraftStore
from inspector.ui.background import Background
from inspector.ui.recipes.saving import DraftSaver
from inspector.ui.recipes.setup import SetupPage
from inspector.ui.tools import PageTools
from tests.support.setup_desk import SetupStation

ROOT = Path(__file__).parents[3]


class Shelf:
    """Where a saver puts drafts; can be slow, or refuse."""

    def __init__(self) -> None:
        self.kept: list[RecipeDraft] = []
        self.gate = threading.Event()
        self.gate.set()
        self.refuse = False
        self.threads: set[threading.Thread] = set()

    def save(self, draft: RecipeDraft) -> None:
        self.threads.add(threading.current_thread())
        self.gate.wait(5)
        if self.refuse:
            raise OperationalError("DAT-002", "The disk is full.")
        self.kept.append(draft)


@pytest.fixture
def owner(background: Background) -> Iterator[QObject]:
    owner = QObject()
    yield owner
    shiboken6.delete(owner)


def numbered(draft: RecipeDraft, code: int) -> RecipeDraft:
    return draft.with_recipe(line_code=code)


def test_a_burst_of_changes_is_written_once_and_soon(background: Background, qtbot, owner: QObject) -> None:
    draft, shelf = new_draft("cap"), Shelf()
    saver = DraftSaver(background, shelf.save, draft, owner)
    for code in range(1, 20):
        saver.put(numbered(draft, code))
    last = time.monotonic()
    with qtbot.waitSignal(saver.saved, timeout=2000):
        pass
    assert time.monotonic() - last < 0.3
    assert [one.recipe.line_code for one in shelf.kept] == [19]
    assert threading.main_thread() not in shelf.threads


def test_changes_that_never_pause_are_written_all_the_same(background: Background, qtbot, owner: QObject) -> None:
    draft, shelf = new_draft("cap"), Shelf()
    saver = DraftSaver(background, shelf.save, draft, owner)
    code = 0

    def change() -> bool:
        nonlocal code
        code += 1
        saver.put(numbered(draft, code))
        return bool(shelf.kept)

    qtbot.waitUntil(change, timeout=3000)


def test_what_came_while_the_disk_was_slow_is_written_after_it(background: Background, qtbot, owner: QObject) -> None:
    draft, shelf = new_draft("cap"), Shelf()
    saver = DraftSaver(background, shelf.save, draft, owner)
    shelf.gate.clear()
    saver.put(numbered(draft, 1))
    saver.save_now()
    saver.put(numbered(draft, 2))
    saver.save_now()
    shelf.gate.set()
    qtbot.waitUntil(lambda: not saver.writer.unsaved)
    assert shelf.kept[-1].recipe.line_code == 2


def test_a_full_disk_is_said_and_tried_again(background: Background, qtbot, owner: QObject) -> None:
    draft, shelf = new_draft("cap"), Shelf()
    saver = DraftSaver(background, shelf.save, draft, owner)
    shelf.refuse = True
    with qtbot.waitSignal(saver.failed, timeout=2000) as failed:
        saver.put(numbered(draft, 5))
    assert "disk is full" in str(failed.args[0])
    assert saver.writer.unsaved
    shelf.refuse = False
    qtbot.waitUntil(lambda: not saver.writer.unsaved, timeout=6000)


def test_a_published_draft_is_never_brought_back(background: Background, qtbot, owner: QObject) -> None:
    draft, shelf = new_draft("cap"), Shelf()
    saver = DraftSaver(background, shelf.save, draft, owner)
    saver.put(numbered(draft, 5))
    saver.forget()
    saver.save_now()
    saver.writer.write()
    assert shelf.kept == []


def test_a_window_that_closes_right_after_a_key_loses_nothing(
    station: SetupStation, tools: PageTools, show, qtbot
) -> None:
    page = show(SetupPage(tools, station.desk(), station.recipes.new()))
    page.open(Step.PRODUCT)
    qtbot.keyClicks(page.step.name, "bottle")
    page.shut_down()
    assert [draft.recipe.product for draft in station.drafts.list()] == ["bottle"]


def test_a_draft_survives_kill_9(tmp_path: Path) -> None:
    """What was typed 300 ms ago is there after the program was killed without warning."""
    command = [sys.executable, "-m", "tests.support.killed_setup", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "typed"
        # The last key was 300 ms ago; nobody has time to say good-bye.
        child.kill()
        child.wait(20)
    database = Database.open(tmp_path / "station.sqlite")
    (draft,) = SqlDraftStore(database).list()
    database.close()
    assert (draft.recipe.product, draft.recipe.line_code, draft.recipe.notes) == ("bottle", 77, "brown glass")
