"""The newest records, read in the background and shown with their pictures."""

from dataclasses import replace

import pytest

from inspector.core.decision import Verdict
from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.record import record_of
from inspector.ui.history.page import HistoryPage
from inspector.ui.tools import PageTools
from inspector.ui.translation import Language
from tests.support.image_store import MemoryImageStore
from tests.support.record_store import MemoryRecordStore
from tests.support.scripted_line import ScriptedLine, draw_part


@pytest.fixture
def records() -> MemoryRecordStore:
    return MemoryRecordStore()


@pytest.fixture
def images() -> MemoryImageStore:
    return MemoryImageStore()


@pytest.fixture
def page(qtbot, tools: PageTools, records: MemoryRecordStore, images: MemoryImageStore) -> HistoryPage:
    page = HistoryPage(tools, records, images)
    qtbot.addWidget(page)
    page.resize(1200, 700)
    page.show()
    return page


def keep(records: MemoryRecordStore, images: MemoryImageStore, *scores: float | None, picture: bool = True) -> None:
    line = ScriptedLine(simulated=True)
    for score in scores:
        inspection = line.part(score, image=None if score is None else draw_part(64, 80))
        record = record_of(inspection, inspection.frame.captured_at)
        if picture and isinstance(inspection.frame, Frame):
            stored = images.save_frame(inspection.id, inspection.frame)
            record = replace(record, image_path=stored.path, image_sha256=stored.sha256)
            if record.verdict is Verdict.FAIL:
                kept = images.save_map(inspection.id, inspection.anomaly_map, inspection.frame.captured_at)
                record = replace(record, map_path=kept.path, map_sha256=kept.sha256)
        records.add([record])


def test_nothing_inspected_yet_is_said(page: HistoryPage, qtbot) -> None:
    page.refresh()
    qtbot.wait(50)
    assert page.well.content.message == "No part was inspected yet."


def test_the_newest_stand_first_with_picture_and_heat(page: HistoryPage, records, images, qtbot) -> None:
    keep(records, images, 0.3, None, 2.41)
    page.refresh()
    qtbot.waitUntil(lambda: page.table.rowCount() == 3)
    assert [page.table.item(row, 0).text() for row in range(3)] == ["NG", "NG not inspected", "OK"]
    assert page.table.item(0, 1).text() == "2.41 ×"
    assert "simulated" in page.table.item(0, 5).text()
    qtbot.waitUntil(lambda: page.well.content.picture is not None)
    assert page.well.content.heat
    assert not page.well.overlay_failed
    assert page.reason.text().startswith("Mark, ")
    assert page.title.text() == "Newest 3 parts"


def test_a_picture_that_was_not_kept_is_said(page: HistoryPage, records, images, qtbot) -> None:
    keep(records, images, 0.3, picture=False)
    page.refresh()
    qtbot.waitUntil(lambda: page.table.rowCount() == 1)
    qtbot.waitUntil(lambda: page.well.content.message == "The picture of this part was not kept.")


def test_a_damaged_picture_is_said_and_its_record_stays(page: HistoryPage, records, images, qtbot) -> None:
    keep(records, images, 2.41)
    images.frames.clear()
    page.refresh()
    qtbot.waitUntil(lambda: "missing or damaged" in page.well.content.message)
    assert page.table.rowCount() == 1


def test_records_that_cannot_be_read_are_said(page: HistoryPage, records, qtbot, monkeypatch) -> None:
    def refuse(limit: int) -> tuple:
        raise OperationalError("DAT-002", "The database is gone.")

    monkeypatch.setattr(records, "recent", refuse)
    page.refresh()
    qtbot.waitUntil(lambda: page.reason.text() != "")
    assert "The database is gone." in page.reason.text()


def test_the_chosen_part_stays_chosen_when_newer_ones_come(page: HistoryPage, records, images, qtbot) -> None:
    keep(records, images, 0.3, 0.4)
    page.refresh()
    qtbot.waitUntil(lambda: page.table.rowCount() == 2)
    page.table.selectRow(1)
    chosen = page.selected()
    keep(records, images, 0.5)
    page.refresh()
    qtbot.waitUntil(lambda: page.table.rowCount() == 3)
    assert page.selected().id == chosen.id


def test_the_page_speaks_both_languages(page: HistoryPage, records, images, tools: PageTools, qtbot) -> None:
    keep(records, images, None)
    page.refresh()
    qtbot.waitUntil(lambda: page.table.rowCount() == 1)
    tools.translation.set_language(Language.CHINESE)
    qtbot.waitUntil(lambda: page.table.item(0, 0).text() == "NG 未检测")
    assert page.table.horizontalHeaderItem(0).text() == "判定"
