"""Step Samples with the real service: sorting by key, by hand and by import, and taking it back."""

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent

from inspector.core.draft import Blocker, RecipeDraft, Step
from inspector.core.sample import Sample, SampleFlag, Tray
from inspector.ui.recipes.samples import SamplesStep
from inspector.ui.tools import PageTools
from tests.support.scripted_line import draw_part
from tests.support.setup_steps import DrawnPictures, add_samples, make_desk, make_draft
from tests.support.setup_stores import MemorySampleStore


class Bench:
    """A step on a store, with different pictures so that nothing is a near-copy."""

    def __init__(self, qtbot, tools: PageTools, reader: DrawnPictures | None = None) -> None:
        self.store = MemorySampleStore()
        self.draft: RecipeDraft = make_draft()
        self.pictures = [draw_part(48, 64, seed=seed, defect=(0.1 * (seed % 9), 0.3)) for seed in range(24)]
        self.good = self.add(Tray.GOOD, 6, 0)
        self.bad = self.add(Tray.BAD, 2, 8)
        self.unsorted = self.add(Tray.UNSORTED, 4, 12)
        self.desk = make_desk(self.store, reader or DrawnPictures())
        self.step = SamplesStep(tools, self.desk, self.draft)
        qtbot.addWidget(self.step)
        self.step.resize(1200, 620)
        with qtbot.waitExposed(self.step):
            self.step.show()
        self.step.show_draft(self.draft)
        self.step.enter()
        qtbot.waitUntil(lambda: self.step.book.loaded)
        self.qtbot = qtbot

    def add(self, tray: Tray, count: int, first: int) -> list[Sample]:
        return add_samples(self.store, self.draft.id, tray, count, pictures=self.pictures[first : first + count])

    def in_tray(self, tray: Tray) -> list[str]:
        return [one.id for one in self.step.models[tray].samples]

    def stored(self, sample: Sample) -> Sample:
        found = self.store.get(sample.id)
        assert found is not None
        return found

    def settled(self, check) -> None:
        self.qtbot.waitUntil(check, timeout=5000)

    def key(self, tray: Tray, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.step.trays[tray].list, key, modifier)


@pytest.fixture
def bench(qtbot, tools: PageTools):
    bench = Bench(qtbot, tools)
    yield bench
    bench.step.leave()
    bench.step.close_step()


def test_a_tray_is_sorted_with_one_key_each(bench: Bench) -> None:
    tray = bench.step.trays[Tray.UNSORTED].list
    tray.setFocus()
    tray.choose(bench.unsorted[0].id)
    bench.key(Tray.UNSORTED, Qt.Key.Key_G)
    # Shown at once, stored soon, and the next one is chosen.
    assert bench.unsorted[0].id in bench.in_tray(Tray.GOOD)
    assert [one.id for one in tray.selected_samples()] == [bench.unsorted[1].id]
    bench.key(Tray.UNSORTED, Qt.Key.Key_B)
    bench.key(Tray.UNSORTED, Qt.Key.Key_B)
    bench.settled(lambda: bench.stored(bench.unsorted[2]).tray is Tray.BAD)
    assert bench.stored(bench.unsorted[0]).tray is Tray.GOOD
    assert bench.in_tray(Tray.UNSORTED) == [bench.unsorted[3].id]


def test_dragging_moves_between_trays(bench: Bench) -> None:
    source = bench.step.trays[Tray.GOOD].list
    target = bench.step.trays[Tray.BAD].list
    model = bench.step.models[Tray.GOOD]
    data = model.mimeData([model.index(1), model.index(2)])
    event = QDropEvent(
        QPointF(20, 20),
        Qt.DropAction.MoveAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    target.dropEvent(event)
    assert event.isAccepted()
    assert set(bench.in_tray(Tray.BAD)) >= {bench.good[1].id, bench.good[2].id}
    bench.settled(lambda: bench.stored(bench.good[2]).tray is Tray.BAD)
    assert source.model().rowCount() == 4


def test_a_defect_is_named_and_offered_again(bench: Bench) -> None:
    bench.step.trays[Tray.BAD].list.choose(bench.bad[0].id)
    side = bench.step.side
    side.defect.setFocus()
    bench.qtbot.keyClicks(side.defect, "scratch")
    bench.qtbot.keyClick(side.defect, Qt.Key.Key_Return)
    bench.settled(lambda: bench.stored(bench.bad[0]).defect == "scratch")
    assert bench.step.book.defects() == ("scratch",)


def test_deleting_is_undone_by_the_notice_and_by_key(bench: Bench) -> None:
    tray = bench.step.trays[Tray.GOOD].list
    tray.setFocus()
    tray.choose(bench.good[2].id)
    bench.key(Tray.GOOD, Qt.Key.Key_Delete)
    assert bench.good[2].id not in bench.in_tray(Tray.GOOD)
    assert "1 picture" in bench.step.notice.text
    bench.settled(lambda: bench.store.get(bench.good[2].id) is None)
    bench.step.notice.acted.emit()
    assert bench.in_tray(Tray.GOOD) == [one.id for one in bench.good]
    bench.settled(lambda: bench.store.get(bench.good[2].id) is not None)
    tray.choose(bench.good[0].id)
    bench.key(Tray.GOOD, Qt.Key.Key_B)
    bench.key(Tray.GOOD, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    bench.settled(lambda: bench.stored(bench.good[0]).tray is Tray.GOOD)
    assert bench.in_tray(Tray.GOOD) == [one.id for one in bench.good]


def test_many_quick_changes_end_as_the_last_one(bench: Bench) -> None:
    """Two background threads must not overtake each other."""
    sample = bench.good[0]
    for _ in range(10):
        for tray in (Tray.BAD, Tray.UNSORTED, Tray.GOOD, Tray.BAD):
            bench.step.book.move([sample.id], tray)
    bench.settled(lambda: not bench.step.book._running and not bench.step.book._waiting)
    assert bench.stored(sample).tray is Tray.BAD
    assert bench.step.book.get(sample.id).tray is Tray.BAD


def test_counts_are_told_and_the_frame_hears(bench: Bench) -> None:
    good = bench.step.trays[Tray.GOOD]
    assert "teach" in good.note
    with bench.qtbot.waitSignal(bench.step.facts_changed):
        bench.step.book.move([bench.unsorted[0].id], Tray.GOOD)


def test_a_folder_is_imported_with_reasons_for_what_is_left_out(qtbot, tools: PageTools, tmp_path: Path) -> None:
    reader = DrawnPictures(count=8, side=64)
    bench = Bench(qtbot, tools, reader)
    said: list[str] = []
    bench.step.said.connect(said.append)
    bench.step.into.setCurrentIndex(1)
    bench.step.import_from(tmp_path)
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert "7 picture" in said[0]
    assert not any(name.startswith("MainThread") for name in reader.read_by)
    qtbot.waitUntil(lambda: len(bench.in_tray(Tray.BAD)) == 9)
    bench.step.close_step()


def test_an_import_shows_its_progress_and_can_be_cancelled(qtbot, tools: PageTools, tmp_path: Path) -> None:
    reader = DrawnPictures(count=500, side=48)
    gate = threading.Event()
    reader.wait = lambda: gate.wait(0.02)
    bench = Bench(qtbot, tools, reader)
    bench.step.import_from(tmp_path)
    qtbot.waitUntil(lambda: " of 500" in bench.step.progress.text, timeout=5000)
    assert bench.step.progress.isVisible()
    assert not bench.step.import_folder.isEnabled()
    bench.step.progress.cancel.click()
    assert not bench.step.progress.cancel.isEnabled()
    qtbot.waitUntil(lambda: not bench.step.work.running, timeout=5000)
    assert bench.step.progress.isHidden()
    assert 0 < len(reader.read_by) < 500
    bench.step.close_step()


def test_what_is_odd_or_a_copy_is_said_beside_the_picture(bench: Bench) -> None:
    odd = replace(bench.good[3], flags=frozenset({SampleFlag.ODD_ONE_OUT}))
    bench.store.update([odd])
    bench.step.book.refresh()
    bench.settled(lambda: SampleFlag.ODD_ONE_OUT in bench.step.book.get(odd.id).flags)
    bench.step.trays[Tray.GOOD].list.choose(odd.id)
    side = bench.step.side
    assert "Odd one out" in side.flags.text()
    assert side.accept.isVisible()


@pytest.mark.parametrize("by_key", [True, False])
def test_odd_ones_are_answered_one_after_the_other(bench: Bench, by_key: bool) -> None:
    odd = [replace(one, flags=frozenset({SampleFlag.ODD_ONE_OUT})) for one in (bench.good[1], bench.good[4])]
    bench.store.update(odd)
    bench.step.book.refresh()
    bench.settled(lambda: SampleFlag.ODD_ONE_OUT in bench.step.book.get(odd[1].id).flags)
    tray = bench.step.trays[Tray.GOOD].list
    tray.setFocus()
    tray.choose(odd[0].id)
    if by_key:
        bench.key(Tray.GOOD, Qt.Key.Key_B)
    else:
        bench.step.side.trays[Tray.BAD].click()
    assert bench.step.chosen_ids() == [odd[1].id]
    assert tray.hasFocus()
    # Among the bad ones nothing is odd any more, on the screen at once and in the store.
    assert not bench.step.book.get(odd[0].id).flags
    bench.settled(lambda: bench.stored(odd[0]).tray is Tray.BAD and not bench.stored(odd[0]).flags)


def test_one_tray_has_the_selection(bench: Bench) -> None:
    bench.step.trays[Tray.GOOD].list.choose(bench.good[0].id)
    bench.step.trays[Tray.BAD].list.choose(bench.bad[0].id)
    assert bench.step.chosen_ids() == [bench.bad[0].id]


def test_what_is_missing_stands_over_the_trays(bench: Bench) -> None:
    bench.step.show_blockers((Blocker(Step.SAMPLES, "good_too_few", "", ("6", "20")),))
    assert "6 good samples; 20 are needed" in bench.step.problem.text()
    bench.step.show_blockers(())
    assert bench.step.problem.isHidden()


def test_a26_the_same_picture_twenty_times_counts_once(qtbot, tools: PageTools, tmp_path: Path) -> None:
    class Same(DrawnPictures):
        def read(self, path: Path):
            return draw_part(64, 64, seed=1)

    bench = Bench(qtbot, tools, Same(count=20))
    before = bench.desk.samples.counts(bench.draft.id).good
    bench.step.import_from(tmp_path)
    qtbot.waitUntil(lambda: not bench.step.work.running and len(bench.in_tray(Tray.GOOD)) == 26, timeout=15_000)
    qtbot.waitUntil(lambda: "19 pictures nearly the same" in bench.step.trays[Tray.GOOD].note, timeout=5000)
    assert bench.desk.samples.counts(bench.draft.id).good == before + 1
    bench.step.close_step()


def test_sorting_two_thousand_samples_never_holds_the_window(qtbot, tools: PageTools) -> None:
    store, draft = MemorySampleStore(), make_draft()
    noise = np.random.default_rng(5).integers(0, 256, (2000, 24, 24), np.uint8)
    add_samples(store, draft.id, Tray.GOOD, 2000, pictures=list(noise))
    step = SamplesStep(tools, make_desk(store), draft)
    qtbot.addWidget(step)
    step.resize(1800, 900)
    step.show()
    step.enter()
    good = step.models[Tray.GOOD]
    qtbot.waitUntil(lambda: good.rowCount() == 2000)
    times = []
    for number in range(5):
        began = time.perf_counter()
        step.book.move([good.samples[300 * number].id], Tray.BAD)
        times.append(time.perf_counter() - began)
        qtbot.waitUntil(lambda: not step.book._running and not step.book._waiting, timeout=20_000)
    assert step.models[Tray.BAD].rowCount() == 5
    assert sorted(times)[-2] < 0.05, times
    step.close_step()
