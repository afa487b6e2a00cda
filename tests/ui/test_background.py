"""Work away from the main thread, answered in it."""

import threading

import pytest
from PySide6.QtCore import QObject, QThread

from inspector.core.errors import InspectorError, OperationalError
from inspector.ui.background import Background


class Page(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[object] = []
        self.errors: list[InspectorError] = []
        self.threads: list[QThread] = []

    def done(self, answer: object) -> None:
        self.threads.append(QThread.currentThread())
        self.answers.append(answer)

    def failed(self, error: InspectorError) -> None:
        self.errors.append(error)


def fail(error: Exception) -> None:
    raise error


def test_an_answer_arrives_in_the_main_thread(qtbot, background: Background) -> None:
    page = Page()
    background.run(threading.get_ident, page, page.done, page.failed)
    qtbot.waitUntil(lambda: bool(page.answers))
    assert page.answers != [threading.get_ident()]
    assert page.threads == [page.thread()]


def test_only_the_last_question_is_answered(qtbot, background: Background) -> None:
    """A-35."""
    page = Page()
    gate = threading.Event()
    background.run(lambda: gate.wait(5) and "first", page, page.done, page.failed)
    for number in range(5):
        background.run(lambda number=number: number, page, page.done, page.failed)
    gate.set()
    qtbot.waitUntil(lambda: bool(page.answers))
    qtbot.wait(50)
    assert page.answers == [4]


def test_questions_on_other_topics_are_answered_too(qtbot, background: Background) -> None:
    page = Page()
    background.run(lambda: "a", page, page.done, page.failed, topic="one")
    background.run(lambda: "b", page, page.done, page.failed, topic="two")
    qtbot.waitUntil(lambda: len(page.answers) == 2)
    assert sorted(map(str, page.answers)) == ["a", "b"]


def test_a_failed_world_reaches_the_page(qtbot, background: Background) -> None:
    page = Page()
    error = OperationalError("DAT-002", "The disk is gone.")
    background.run(lambda: fail(error), page, page.done, page.failed)
    qtbot.waitUntil(lambda: bool(page.errors))
    assert page.errors == [error]


@pytest.mark.expected_log("background work failed")
def test_a_bug_is_logged_and_reaches_the_page(qtbot, background: Background) -> None:
    page = Page()
    background.run(lambda: fail(KeyError("x")), page, page.done, page.failed)
    qtbot.waitUntil(lambda: bool(page.errors))
    assert isinstance(page.errors[0], OperationalError)
    assert page.errors[0].code == "SYS-001"


def test_an_answer_for_a_page_that_is_gone_is_dropped(qtbot, background: Background) -> None:
    page, other = Page(), Page()
    gate = threading.Event()
    background.run(lambda: gate.wait(5), page, page.done, page.failed)
    page.deleteLater()
    qtbot.wait(10)
    gate.set()
    background.run(lambda: "later", other, other.done, other.failed)
    qtbot.waitUntil(lambda: bool(other.answers))
    assert page.answers == []


def test_closing_delivers_nothing_more(qtbot) -> None:
    background, page = Background(), Page()
    background.run(lambda: "late", page, page.done, page.failed)
    background.close()
    qtbot.wait(30)
    assert page.answers == []
