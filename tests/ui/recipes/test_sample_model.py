"""Rows come and go one by one, and thousands of samples cost only what is seen of them."""

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from inspector.core.errors import OperationalError
from inspector.core.sample import Sample, Tray
from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.recipes.sample_model import SampleModel, SampleRole, dragged_ids
from inspector.ui.recipes.thumbnails import Thumbnails
from inspector.ui.recipes.tray_view import SampleList
from tests.support.setup_steps import add_samples, make_draft
from tests.support.setup_stores import MemorySampleStore


@pytest.fixture
def samples() -> list[Sample]:
    return add_samples(MemorySampleStore(), make_draft().id, Tray.GOOD, 60, height=24, width=32)


@pytest.fixture
def model(qapp, background: Background) -> SampleModel:
    return SampleModel(Thumbnails(background, lambda _: np.zeros((24, 32), np.uint8)))


def test_rows_that_stay_are_not_touched(model: SampleModel, samples: list[Sample]) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_samples(samples)
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    for kept in (
        samples[:10] + samples[12:],
        samples[1:],
        samples,
        [one for one in samples if one.id[-1] in "0123abc"],
    ):
        model.set_samples(kept)
        assert model.samples == tuple(kept)
        assert [model.row_of(one.id) for one in kept] == list(range(len(kept)))
    assert len(resets) <= 1
    assert tester.model() is model


def test_a_changed_sample_is_told_once(model: SampleModel, samples: list[Sample]) -> None:
    model.set_samples(samples)
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, _roles: told.append((first.row(), last.row())))
    model.set_samples([*samples[:5], replace(samples[5], defect="dent"), *samples[6:]])
    assert told == [(5, 5)]
    assert model.index(5).data(SampleRole.SAMPLE).defect == "dent"


def test_another_order_is_shown_too(model: SampleModel, samples: list[Sample]) -> None:
    model.set_samples(samples)
    model.set_samples(samples[::-1])
    assert model.samples == tuple(samples[::-1])


def test_what_is_dragged_names_samples_only(model: SampleModel, samples: list[Sample]) -> None:
    model.set_samples(samples)
    data = model.mimeData([model.index(3), model.index(1)])
    assert dragged_ids(data) == (samples[1].id, samples[3].id)
    data.clear()
    data.setText("something else")
    assert dragged_ids(data) == ()


def test_pictures_come_for_what_is_seen_and_the_newest_request_first(
    qtbot, background: Background, samples: list[Sample]
) -> None:
    asked: list[str] = []

    def load(sample: Sample) -> np.ndarray:
        asked.append(sample.id)
        if sample.id == samples[7].id:
            raise OperationalError("DAT-002", "gone")
        return np.zeros((24, 32, 3), np.uint8)

    thumbnails = Thumbnails(background, load)
    arrived: list[str] = []
    thumbnails.loaded.connect(arrived.append)
    assert thumbnails.get(samples[0]) is None
    for sample in samples[1:40]:
        thumbnails.get(sample)
    qtbot.waitUntil(lambda: len(arrived) == 40)
    assert len(asked) == 40
    assert asked.index(samples[39].id) < asked.index(samples[5].id)
    assert thumbnails.get(samples[0]) is not None
    assert thumbnails.unreadable(samples[7])
    assert not thumbnails.unreadable(samples[0])


def test_two_thousand_samples_stay_smooth(qtbot, look: Look, background: Background) -> None:
    """Showing, scrolling and changing 2 000 samples never holds the window for 50 ms, and loads what is seen."""
    store = MemorySampleStore()
    first = add_samples(store, make_draft().id, Tray.GOOD, 1, height=24, width=32)[0]
    many = [replace(first, id=f"{number:032x}") for number in range(2000)]
    asked: set[str] = set()

    def load(sample: Sample) -> np.ndarray:
        asked.add(sample.id)
        return np.zeros((64, 64, 3), np.uint8)

    model = SampleModel(Thumbnails(background, load))
    view = SampleList(look, model, Tray.GOOD)
    qtbot.addWidget(view)
    view.resize(800, 600)
    with qtbot.waitExposed(view):
        view.show()

    def took(work) -> float:
        began = time.perf_counter()
        work()
        view.viewport().repaint()
        return time.perf_counter() - began

    view.viewport().repaint()
    steps = [took(lambda: model.set_samples(many))]
    bar = view.verticalScrollBar()
    steps += [took(lambda place=place: bar.setValue(place * bar.maximum() // 60)) for place in range(1, 60)]
    qtbot.wait(50)
    assert len(asked) < 1000
    steps.append(took(lambda: model.set_samples(many[:700] + many[702:])))
    assert bar.value() > 0
    # One slow moment of a shared computer is not the program's.
    assert sorted(steps)[-2] < 0.05, sorted(steps)[-5:]


def test_keys_send_what_is_chosen(qtbot, look: Look, model: SampleModel, samples: list[Sample]) -> None:
    view = SampleList(look, model, Tray.UNSORTED)
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show()
    model.set_samples(samples)
    view.choose(samples[4].id)
    for key, tray in ((Qt.Key.Key_G, Tray.GOOD), (Qt.Key.Key_B, Tray.BAD), (Qt.Key.Key_U, Tray.UNSORTED)):
        with qtbot.waitSignal(view.sent) as sent:
            qtbot.keyClick(view, key)
        assert sent.args == [[samples[4].id], tray]
    with qtbot.waitSignal(view.deleted) as deleted:
        qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert deleted.args == [[samples[4].id]]
    view.selectionModel().setCurrentIndex(QModelIndex(), view.selectionModel().SelectionFlag.Clear)
    with qtbot.assertNotEmitted(view.sent):
        qtbot.keyClick(view, Qt.Key.Key_G)
