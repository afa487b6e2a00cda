"""The frame of a set-up: six steps in any order, what is missing in each, and nothing lost on the way."""

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from inspector.core.draft import BLOCKER_CODES, Blocker, Step, StepState
from inspector.core.recipe import Recipe
from inspector.ui.recipes.product import ProductStep
from inspector.ui.recipes.setup import SetupPage
from inspector.ui.recipes.starting import started_from
from inspector.ui.recipes.words import blocker_text, step_name
from inspector.ui.tools import PageTools
from inspector.ui.translation import Language
from tests.support.pseudo import PseudoTranslator
from tests.support.setup_desk import SetupStation
from tests.ui.test_layout import cut_off


@pytest.fixture
def setup(station: SetupStation, tools: PageTools, show, qtbot) -> SetupPage:
    setup = show(SetupPage(tools, station.desk(), station.recipes.new()))
    setup.open()
    qtbot.waitUntil(lambda: setup._facts_known)
    yield setup
    setup.shut_down()


def states(setup: SetupPage) -> dict[Step, StepState]:
    return {step: place.state for step, place in setup.bar.places.items()}


def product(setup: SetupPage) -> ProductStep:
    assert isinstance(setup.step, ProductStep)
    return setup.step


def test_a_step_is_open_until_seen_then_lacks_something_then_is_done(setup: SetupPage, qtbot) -> None:
    assert states(setup)[Step.PRODUCT] is StepState.PROBLEM
    assert states(setup)[Step.AREA] is StepState.OPEN
    assert "Give the product a name." in setup.missing.text
    qtbot.keyClicks(product(setup).name, "bottle")
    qtbot.keyClicks(product(setup).code, "77")
    qtbot.waitUntil(lambda: states(setup)[Step.PRODUCT] is StepState.DONE)
    assert setup.missing.text == "Nothing is missing here."


def test_next_is_never_shut_and_says_what_it_leaves_behind(setup: SetupPage, qtbot) -> None:
    assert setup.next.isEnabled()
    assert setup.next.text() == "Next: Camera"
    setup.next.click()
    assert setup.step.step is Step.CAMERA
    qtbot.waitUntil(lambda: "Choose a camera." in setup.missing.text)
    setup.back.click()
    assert setup.step.step is Step.PRODUCT
    assert not setup.back.isEnabled()


def test_every_change_is_saved_and_the_time_is_shown(setup: SetupPage, station: SetupStation, qtbot) -> None:
    qtbot.keyClicks(product(setup).name, "bottle")
    qtbot.waitUntil(lambda: setup.saved.text.startswith("Saved as draft"))
    qtbot.waitUntil(lambda: station.drafts.get(setup.draft.id).recipe.product == "bottle")
    assert setup.name.text == "bottle"


def test_a_field_that_still_has_the_keyboard_is_handed_over_when_another_page_comes(
    setup: SetupPage, station: SetupStation, qtbot
) -> None:
    code = product(setup).code
    code.setFocus()
    code.setText("1.")
    code.setModified(True)
    code.setText("55")
    code.setModified(True)
    setup.pause()
    qtbot.waitUntil(lambda: [draft.recipe.line_code for draft in station.drafts.list()] == [55])


def test_a_name_and_a_code_that_are_taken_say_by_whom(setup: SetupPage, qtbot) -> None:
    step = product(setup)
    qtbot.keyClicks(step.name, "CAP")
    qtbot.keyClicks(step.code, "1")
    qtbot.waitUntil(lambda: "already named CAP" in step.name_field.note)
    qtbot.waitUntil(lambda: "belongs to cap" in step.code_field.note)


def test_a_free_code_is_proposed(setup: SetupPage, qtbot) -> None:
    qtbot.waitUntil(lambda: "is free" in product(setup).code.placeholderText())


def test_a_product_starts_from_a_version_and_can_be_given_back(setup: SetupPage, qtbot) -> None:
    step = product(setup)
    qtbot.keyClicks(step.name, "lid")
    qtbot.waitUntil(lambda: step.start.count() == 4)
    step.start.setCurrentIndex([step.start.itemText(row) for row in range(4)].index("cap v1"))
    step.take_over.click()
    assert setup.draft.recipe.product == "lid"
    assert setup.draft.recipe.model_name == "demo"
    assert setup.draft.recipe.line_code == 0
    assert step.take_over.text() == "Undo"
    qtbot.keyClicks(step.notes, "x")
    step.take_over.click()
    assert setup.draft.recipe.model_name == ""
    assert (setup.draft.recipe.product, setup.draft.recipe.notes) == ("lid", "x")


def test_starting_from_a_version_keeps_what_names_the_product(station: SetupStation) -> None:
    draft = station.recipes.new("lid").with_recipe(line_code=9, notes="mine")
    cap = station.store.get("cap")
    started = started_from(draft, cap)
    assert (started.recipe.product, started.recipe.line_code, started.recipe.notes) == ("lid", 9, "mine")
    assert (started.recipe.scale, started.recipe.framing) == (cap.scale, cap.framing)
    assert started.recipe.self_test is None


def test_a_picture_is_imported_smaller_than_it_was(setup: SetupPage, station: SetupStation, qtbot, tmp_path) -> None:
    from PySide6.QtGui import QColor, QImage

    image = QImage(3000, 1500, QImage.Format.Format_RGB888)
    image.fill(QColor("#204060"))
    file = tmp_path / "part.png"
    image.save(str(file))
    product(setup)._on_picture_chosen(file)
    qtbot.waitUntil(lambda: setup.draft.recipe.picture != "")
    assert station.pictures.load(setup.draft.recipe.picture).shape == (640, 1280, 3)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    product(setup)._on_picture_chosen(broken)
    qtbot.waitUntil(lambda: "broken.png" in setup.notice.text)


def test_a_published_draft_closes_the_set_up_and_stays_published(
    setup: SetupPage, station: SetupStation, qtbot
) -> None:
    qtbot.keyClicks(product(setup).name, "bottle")
    with qtbot.waitSignal(setup.closed) as closed:
        setup.step.published.emit(Recipe("bottle", 1, "demo"))
    assert closed.args == ["bottle v1 is published. To run it, choose Change product on the page Station."]
    qtbot.wait(400)  # longer than a save would wait for
    assert station.drafts.list() == () or station.drafts.list()[0].recipe.product != "bottle"


@pytest.mark.parametrize("code", [*BLOCKER_CODES, "reason_missing"])
def test_everything_that_can_be_missing_has_a_sentence_in_both_languages(tools: PageTools, code: str) -> None:
    blocker = Blocker(Step.PRODUCT, code, "as the program wrote it", ("1", "2", "3"))
    said = []
    for language in Language:
        tools.translation.set_language(language)
        said.append(blocker_text(blocker))
    if code != "recipe_invalid":
        assert "as the program wrote it" not in said
        assert said[0] != said[1]


@pytest.mark.parametrize("language", [*Language, None])
def test_nothing_is_cut_off_at_the_least_size(
    setup: SetupPage, tools: PageTools, qtbot, language: Language | None
) -> None:
    """A-40, for the frame and its first two steps, also in a language that is longer than both."""
    translator = PseudoTranslator()
    if language is None:
        QCoreApplication.installTranslator(translator)
    else:
        tools.translation.set_language(language)
    product(setup).name_field.set_note("Another product is already named bottle.", problem=True)
    found = {}
    for step in (Step.PRODUCT, Step.CAMERA):
        setup.go_to(step)
        qtbot.wait(60)
        setup.grab()
        problems = [text for text in cut_off(setup) if "ElidedLabel" not in text]
        if problems:
            found[step] = problems
    QCoreApplication.removeTranslator(translator)
    assert setup.width() <= 1280
    assert setup.height() <= 690
    assert found == {}


def test_every_control_has_a_name_for_screen_readers(setup: SetupPage, qtbot) -> None:
    from PySide6.QtCore import Qt

    for step in (Step.PRODUCT, Step.CAMERA):
        setup.go_to(step)
        nameless = [
            f"{type(widget).__name__} of {type(widget.parent()).__name__}"
            for widget in setup.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and widget.isVisibleTo(setup)
            and not widget.accessibleName()
            and not widget.inherits("QHeaderView")
            and not widget.inherits("QAbstractScrollArea")
        ]
        assert nameless == [], step


def test_the_bar_names_the_steps_in_order(setup: SetupPage) -> None:
    assert [place.text() for place in setup.bar.places.values()] == [step_name(step) for step in Step]
