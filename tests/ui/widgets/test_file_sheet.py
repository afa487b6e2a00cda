"""Choosing files inside the page."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget

from inspector.ui.widgets.file_sheet import FileMode, FileSheet


@pytest.fixture
def over(qtbot) -> QWidget:
    over = QWidget()
    qtbot.addWidget(over)
    over.resize(1200, 700)
    over.show()
    return over


def opened(look, over: QWidget, mode: FileMode, folder: Path, name: str = "") -> FileSheet:
    sheet = FileSheet(look, over, mode, title="Files", suffixes=(".zip",), start=folder, name=name)
    sheet.show_files()
    return sheet


def test_a_file_of_the_right_kind_is_taken(look, over: QWidget, qtbot, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"x")
    (tmp_path / "b.txt").write_bytes(b"x")
    sheet = opened(look, over, FileMode.OPEN, tmp_path)
    root = sheet.model.index(str(tmp_path))
    qtbot.waitUntil(lambda: sheet.model.rowCount(root) == 1)
    sheet.list.setCurrentIndex(sheet.model.index(0, 0, root))
    with qtbot.waitSignal(sheet.chosen) as chosen:
        sheet.confirm.click()
    assert chosen.args == [tmp_path / "a.zip"]


@pytest.mark.parametrize(
    ("name", "file"), [("mine", "mine.zip"), ("mine.ZIP", "mine.ZIP"), ("../out", None), ("a:b", None), ("", None)]
)
def test_a_new_name_stays_in_its_folder(look, over: QWidget, tmp_path: Path, name: str, file: str | None) -> None:
    sheet = opened(look, over, FileMode.SAVE, tmp_path)
    sheet.name.setText(name)
    assert sheet.selected() == (None if file is None else tmp_path / file)
    assert sheet.confirm.isEnabled() == (file is not None)
    sheet.dismiss()


@pytest.mark.parametrize("name", ["brushed-v1.zip", "cap-v12.zip", "a rather long name of a product-v1.zip"])
def test_the_button_says_the_whole_name_on_one_line(look, over: QWidget, qtbot, tmp_path: Path, name: str) -> None:
    sheet = opened(look, over, FileMode.SAVE, tmp_path, name)
    qtbot.wait(30)
    assert sheet.confirm.text() == f"Save {name}"
    assert sheet.confirm.width() >= sheet.confirm._around(sheet.confirm._metrics().horizontalAdvance(f"Save {name}"))
    sheet.dismiss()


def test_a_name_that_is_too_long_is_shortened_on_the_button_and_kept_in_the_file(
    look, over: QWidget, qtbot, tmp_path: Path
) -> None:
    sheet = opened(look, over, FileMode.SAVE, tmp_path, "w" * 150)
    qtbot.wait(30)
    assert "…" in sheet.confirm.text()
    assert sheet.confirm.text().endswith(".zip")
    assert sheet.rect().contains(sheet.confirm.geometry())
    assert sheet.confirm.geometry().right() < sheet.close_button.geometry().left()
    assert sheet.selected() == tmp_path / ("w" * 150 + ".zip")
    assert sheet.confirm.toolTip() == str(sheet.selected())
    sheet.dismiss()


def test_a_file_that_is_there_already_is_said_to_be_replaced(look, over: QWidget, qtbot, tmp_path: Path) -> None:
    (tmp_path / "cap.zip").write_bytes(b"x")
    sheet = opened(look, over, FileMode.SAVE, tmp_path, "cap")
    qtbot.waitUntil(lambda: sheet.confirm.text() == "Replace cap.zip")
    sheet.name.setText("cap-2")
    assert sheet.confirm.text() == "Save cap-2.zip"
    sheet.dismiss()


def test_a_folder_is_typed_or_gone_into(look, over: QWidget, qtbot, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    sheet = opened(look, over, FileMode.FOLDER, tmp_path)
    sheet.path.setText(str(inner))
    sheet.path.returnPressed.emit()
    assert sheet.selected() == inner
    sheet.up.click()
    assert sheet.folder == tmp_path
    sheet.path.setText(str(tmp_path / "none"))
    sheet.path.returnPressed.emit()
    assert "no such folder" in sheet._problem.text()
    sheet.dismiss()
