"""The list of products, and what is done with the chosen one: every press ends in the store or in a reason."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from inspector.core.draft import Step
from inspector.core.geometry import Polygon
from inspector.core.package import Refusal
from inspector.core.recipe import DecisionRule, Recipe
from inspector.services.recipes import ProductState
from inspector.ui.recipes.compare_sheet import CompareSheet
from inspector.ui.recipes.field_words import field_word, value_text
from inspector.ui.recipes.package_words import refusal_text
from inspector.ui.recipes.page import RecipesPage
from inspector.ui.recipes.transfer import WorkingSheet
from inspector.ui.tools import PageTools
from inspector.ui.translation import Language
from inspector.ui.widgets.file_sheet import FileSheet
from tests.support.setup_desk import SetupStation


def titles(page: RecipesPage) -> list[str]:
    shown = page.list.shown
    return [shown.index(row, 0).data() for row in range(shown.rowCount())]


def test_an_empty_station_offers_to_begin(tmp_path: Path, tools: PageTools, show, qtbot) -> None:
    station = SetupStation(tmp_path)
    page = show(RecipesPage(tools, station.desk()))
    page.refresh()
    qtbot.waitUntil(lambda: page.list.empty.new.isVisible())
    assert page.list.empty.bring.isVisible()
    page.list.empty.new.click()
    qtbot.waitUntil(lambda: page.setup is not None)
    page.shut_down()
    station.close()


def test_products_stand_as_cards_and_as_a_table_with_one_choice(page: RecipesPage) -> None:
    assert titles(page) == ["Bottle cap", "Brushed plate", "Control board"]
    page.list.select("brushed")
    page.list.as_table.click()
    assert page.list.table.isVisible()
    assert page.list.table.currentIndex().row() == 1
    assert page.list.selected().product == "brushed"


def test_search_looks_at_names_titles_models_and_codes(page: RecipesPage) -> None:
    for text, found in (("CAP", ["Bottle cap"]), ("金属", ["Brushed plate"]), ("demo", titles(page)), ("nothing", [])):
        page.list.search.setText(text)
        assert titles(page) == found
    assert page.list.empty.isVisible()
    assert not any(button.isEnabled() for button in page.list.deeds.values())


def test_new_opens_the_first_step_and_leaving_it_untouched_keeps_nothing(
    page: RecipesPage, station: SetupStation, qtbot
) -> None:
    page.list.new.click()
    qtbot.waitUntil(lambda: page.setup is not None)
    assert page.setup.step.step is Step.PRODUCT
    assert page.setup.step.name.hasFocus()
    page.setup.back_to_list.click()
    qtbot.waitUntil(lambda: page.setup is None)
    qtbot.waitUntil(lambda: station.drafts.list() == ())


def test_a_draft_is_found_again_as_it_was_left(page: RecipesPage, station: SetupStation, qtbot) -> None:
    page.list.new.click()
    qtbot.waitUntil(lambda: page.setup is not None)
    qtbot.keyClicks(page.setup.step.name, "bottle")
    page.setup.back_to_list.click()
    qtbot.waitUntil(lambda: page.setup is None and page.list.model.rowCount() == 4)
    assert page.list.selected().product == "bottle"
    assert page.list.selected().state is ProductState.DRAFT
    assert page.notice.text == "bottle is saved as a draft"
    page.list.deeds["open"].click()
    qtbot.waitUntil(lambda: page.setup is not None)
    assert page.setup.step.name.text() == "bottle"


def test_what_is_not_published_says_so_where_it_cannot_be_exported(
    page: RecipesPage, station: SetupStation, qtbot
) -> None:
    station.recipes.save(station.recipes.new("bottle"))
    page.refresh()
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 4)
    page.list.select("bottle")
    export = page.list.deeds["export"]
    assert not export.isEnabled()
    assert "published" in export.toolTip()
    assert "published" in page.list.hint.text()


def test_opening_a_published_product_begins_a_draft_of_it(page: RecipesPage, station: SetupStation, qtbot) -> None:
    page.list.select("cap")
    page.list.deeds["open"].click()
    qtbot.waitUntil(lambda: page.setup is not None)
    assert page.setup.draft.base_version == 1
    step = page.setup.step
    assert not step.name.isEnabled()
    assert "keeps its name" in step.name_field.note
    assert station.store.get("cap").version == 1


def test_retiring_can_be_undone(page: RecipesPage, station: SetupStation, qtbot) -> None:
    page.list.select("cap")
    page.list.deeds["retire"].click()
    qtbot.waitUntil(lambda: "cap" in station.store.retired() and len(titles(page)) == 2)
    page.notice.acted.emit()
    qtbot.waitUntil(lambda: not station.store.retired() and len(titles(page)) == 3)


def test_a_retired_product_is_shown_when_asked_for_and_used_again(
    page: RecipesPage, station: SetupStation, qtbot
) -> None:
    station.recipes.retire("cap")
    page.refresh()
    qtbot.waitUntil(lambda: len(titles(page)) == 2)
    page.list.state.setCurrentIndex(3)
    assert titles(page) == ["Bottle cap"]
    assert page.list.deeds["retire"].text() == "Use again"
    page.list.deeds["retire"].click()
    qtbot.waitUntil(lambda: not station.store.retired())


def test_the_product_on_the_line_cannot_be_retired(page: RecipesPage, station: SetupStation, qtbot) -> None:
    station.in_use = "cap"
    page.refresh()
    qtbot.waitUntil(lambda: not page.list.deeds["retire"].isEnabled() or page.list.selected().product != "cap")
    page.list.select("cap")
    assert not page.list.deeds["retire"].isEnabled()
    assert "inspects" in page.list.deeds["retire"].toolTip()


def test_a_copy_is_a_product_of_its_own(page: RecipesPage, station: SetupStation, qtbot) -> None:
    page.list.select("cap")
    page.list.deeds["copy"].click()
    qtbot.waitUntil(lambda: page.setup is not None)
    assert page.setup.draft.recipe.product == "cap 2"
    assert page.setup.draft.base_version == 0
    assert page.setup.step.name.isEnabled()


def test_discarding_a_draft_can_be_undone(page: RecipesPage, station: SetupStation, qtbot) -> None:
    draft = station.recipes.save(station.recipes.new("bottle"))
    page.refresh()
    qtbot.waitUntil(lambda: page.list.model.rowCount() == 4)
    page.list.select("bottle")
    page.list.deeds["discard"].click()
    qtbot.waitUntil(lambda: station.drafts.list() == () and page.list.model.rowCount() == 3)
    page.notice.acted.emit()
    qtbot.waitUntil(lambda: [one.id for one in station.drafts.list()] == [draft.id])


def test_comparing_names_every_field_that_differs_and_shows_both_areas(
    page: RecipesPage, station: SetupStation, qtbot
) -> None:
    cap = station.store.get("cap")
    area = Polygon(((100, 100), (700, 100), (700, 600)))
    changed = replace(cap, version=2, include=(area,), rule=DecisionRule(1.5), notes="new lamp")
    station.publish(changed, reason="lamp replaced")
    page.list.select("cap")
    page.list.deeds["compare"].click()
    sheet = next(one for one in page.window().findChildren(CompareSheet) if one.isVisible())
    qtbot.waitUntil(lambda: sheet.table.rowCount() > 0)
    rows = {
        sheet.table.item(row, 0).text(): (sheet.table.item(row, 1).text(), sheet.table.item(row, 2).text())
        for row in range(sheet.table.rowCount())
    }
    assert rows["Limit"][1] == "1.5"
    assert rows["Inspected areas"][0] == "–"
    assert rows["Notes"][1] == "new lamp"
    assert "lamp replaced" in sheet.remarks[1].text()
    assert [picture._recipe for picture in sheet.areas] == [cap, changed]
    sheet.choices[0].setCurrentIndex(0)
    assert sheet.table.rowCount() == 0
    sheet.dismiss()


def test_with_one_version_the_comparison_says_how_to_get_another(
    page: RecipesPage, station: SetupStation, qtbot
) -> None:
    page.list.select("cap")
    page.list.deeds["compare"].click()
    sheet = next(one for one in page.window().findChildren(CompareSheet) if one.isVisible())
    qtbot.waitUntil(lambda: "Open the product and change it" in sheet._state.text())
    assert not sheet.table.isVisible()
    assert [choice.isVisible() for choice in sheet.choices] == [True, False]
    assert [area.isVisible() for area in sheet.areas] == [True, False]
    sheet.dismiss()
    # The draft that this advice leads to is enough.
    draft = station.recipes.edit("cap")
    station.recipes.save(draft.with_rule(score_threshold=1.5))
    page.refresh()
    qtbot.waitUntil(lambda: page.list.selected() is not None and page.list.selected().draft_id == draft.id)
    page.list.deeds["compare"].click()
    sheet = next(one for one in page.window().findChildren(CompareSheet) if one.isVisible())
    qtbot.waitUntil(lambda: sheet.table.rowCount() == 1)
    assert sheet.table.isVisible()
    sheet.dismiss()


def test_every_field_of_a_recipe_has_a_word_in_both_languages(tools: PageTools) -> None:
    keys = ("camera.trigger", "rule.score_threshold", "picture_limits.sharpness", "include", "title.en")
    for language in Language:
        tools.translation.set_language(language)
        assert all(field_word(key) != key for key in keys)
    assert value_text("camera.exposure_us", "4200") == "4200 µs"
    assert value_text("camera.trigger", "line") == "来自产线"


def exported(page: RecipesPage, qtbot, folder: Path) -> Path:
    """Press Export, choose a name, and wait for the file."""
    page.list.select("cap")
    page.list.deeds["export"].click()
    sheet = page.transfer.sheet
    assert isinstance(sheet, FileSheet)
    sheet._show_folder(folder)
    sheet.name.setText("mine")
    sheet.confirm.click()
    file = folder / "mine.zip"
    qtbot.waitUntil(lambda: file.is_file() and page.transfer.sheet is None, timeout=20_000)
    return file


def test_a_package_goes_out_and_comes_in_again(
    page: RecipesPage, station: SetupStation, qtbot, tmp_path_factory, tools: PageTools, show
) -> None:
    folder = tmp_path_factory.mktemp("stick")
    file = exported(page, qtbot, folder)
    other = SetupStation(tmp_path_factory.mktemp("other"))
    there = show(RecipesPage(tools, other.desk()))
    there.refresh()
    there.transfer.read(file)
    qtbot.waitUntil(lambda: there.list.model.rowCount() == 1, timeout=20_000)
    assert other.store.get("cap") == station.store.get("cap")
    assert "imported" in there.notice.text
    there.shut_down()
    other.close()


def test_a_tampered_package_is_refused_with_its_reason_and_changes_nothing(
    page: RecipesPage, station: SetupStation, qtbot, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("stick")
    file = exported(page, qtbot, folder)
    bad = folder / "bad.zip"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(bad, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, data.replace(b"cap", b"cup") if info.filename == "recipe.json" else data)
    before = station.store.list()
    page.transfer.read(bad)
    qtbot.waitUntil(lambda: "Nothing was changed" in getattr(page.transfer.sheet, "text", ""), timeout=20_000)
    sheet = page.transfer.sheet
    assert isinstance(sheet, WorkingSheet)
    assert sheet.title.text() == "The package is refused"
    assert "changed after it was exported" in sheet.text
    assert station.store.list() == before
    sheet.dismiss()


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_a_sentence_in_both_languages(tools: PageTools, refusal: Refusal) -> None:
    from inspector.core.package import PackageRefused

    error = PackageRefused(refusal, "as the program wrote it")
    words = set()
    for language in Language:
        tools.translation.set_language(language)
        words.add(refusal_text(error))
    assert "as the program wrote it" not in words
    assert len(words) == 2


def test_a_list_that_cannot_be_read_says_why(page: RecipesPage, station: SetupStation, qtbot, monkeypatch) -> None:
    from inspector.core.errors import OperationalError

    def fail() -> tuple[Recipe, ...]:
        raise OperationalError("DAT-002", "The disk is gone.")

    monkeypatch.setattr(station.recipes, "overview", fail)
    page._read()
    qtbot.waitUntil(lambda: page.list._problem != "")
    assert "The disk is gone." in page.list.empty.text or page.list.model.rowCount()


def test_keys_alone_find_open_and_leave_a_product(page: RecipesPage, qtbot) -> None:
    """A-43: the list, without a mouse."""
    page.list.view.setFocus()
    qtbot.keyClick(page.list.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.list.search.hasFocus()
    qtbot.keyClicks(page.list.search, "brushed")
    page.list.view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(page.list.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.setup is not None)
    assert page.setup.draft.recipe.product == "brushed"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert page.setup.step.step is Step.CAMERA
    page.setup.back_to_list.setFocus()
    qtbot.keyClick(page.setup.back_to_list, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.setup is None)


def test_the_list_speaks_the_language_of_the_window_at_once(page: RecipesPage, tools: PageTools, qtbot) -> None:
    tools.translation.set_language(Language.CHINESE)
    qtbot.waitUntil(lambda: page.list.new.text() == "新产品")
    assert "瓶盖" in titles(page)
    assert page.list.title.text() == "3 个产品"
    tools.translation.set_language(Language.ENGLISH)
    qtbot.waitUntil(lambda: page.list.new.text() == "New product")
