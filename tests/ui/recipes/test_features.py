"""A camera's features on the screen: which are shown where, and how values get to the camera."""

import threading
from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt

from inspector.core.camera_features import Feature, FeatureKind
from inspector.core.errors import OperationalError
from inspector.core.geometry import Rect
from inspector.core.ports import AppliedSettings
from inspector.core.recipe import CameraSettings
from inspector.ui.background import Background
from inspector.ui.recipes.feature_desk import FeatureDesk
from inspector.ui.recipes.feature_editor import FeatureEditor
from inspector.ui.recipes.feature_model import (
    FEATURE_ROLE,
    FeatureFilter,
    FeatureModel,
    plain_number,
    value_text,
)
from inspector.ui.recipes.feature_tree import FeatureTree
from inspector.ui.recipes.recipe_camera import (
    adopted,
    autos_on,
    kept_settings,
    taken_lines,
    white_balance,
    with_extra,
    without_extra,
)
from inspector.ui.tools import PageTools
from inspector.ui.widgets.sheet import Question


def feature(
    name: str,
    value: str = "1",
    *,
    kind: FeatureKind = FeatureKind.FLOAT,
    category: str = "A",
    visibility: str = "Beginner",
    **more: object,
) -> Feature:
    return Feature(name, name, category, kind, visibility, True, more.pop("writable", True), value=value, **more)


FEATURES = (
    feature("Width", "640", kind=FeatureKind.INTEGER, category="Format", unit="px", minimum=16, maximum=640, step=8),
    feature("GainSelector", "All", kind=FeatureKind.ENUMERATION, category="Analog", entries=("All", "Red")),
    feature("Gain", "3.5", category="Analog", unit="dB", minimum=0, maximum=24, selected_by=("GainSelector",)),
    feature("Gamma", "1", category="Analog/Curves", visibility="Expert"),
    feature("Secret", "1", visibility="Guru", tooltip="the trigger of the trigger"),
    feature("Hidden", "1", visibility="Invisible"),
    feature("Gone", "", available=False),
    feature("DeviceReset", "", kind=FeatureKind.COMMAND, category="Device"),
    feature("ExposureAuto", "Off", kind=FeatureKind.ENUMERATION, entries=("Off", "Once", "Continuous")),
)


class Camera:
    """`FeatureAccess` from a table; the gate holds writes back, `refusal` turns them down."""

    def __init__(self, features: Sequence[Feature] = FEATURES) -> None:
        self.values = {one.name: one.value for one in features}
        self._features = tuple(features)
        self.gate = threading.Event()
        self.gate.set()
        self.refusal = ""
        self.written: list[tuple[str, str]] = []
        self.executed: list[str] = []

    def snapshot(self) -> tuple[Feature, ...]:
        from dataclasses import replace

        return tuple(replace(one, value=self.values[one.name]) for one in self._features)

    def describe(self, names: Sequence[str]) -> tuple[Feature, ...]:
        return tuple(one for one in self.snapshot() if one.name in names)

    def get(self, name: str) -> str:
        return self.values[name]

    def set(self, name: str, value: str) -> str:
        assert threading.current_thread() is not threading.main_thread()
        self.gate.wait(5)
        self.written.append((name, value))
        if self.refusal:
            raise OperationalError("CAM-004", self.refusal)
        self.values[name] = value
        return value

    def execute(self, name: str) -> None:
        self.executed.append(name)

    def save(self) -> tuple[tuple[str, str], ...]:
        return ()

    def load(self, lines: Sequence[tuple[str, str]]) -> tuple[()]:
        return ()


@pytest.fixture
def desk(background: Background, qtbot) -> FeatureDesk:
    desk = FeatureDesk(background, "li")
    desk.camera = Camera()
    desk.connect_camera(desk.camera, "test")
    qtbot.waitUntil(lambda: bool(desk.features))
    yield desk
    desk.connect_camera(None, "")
    desk.deleteLater()


def tree_of(model: FeatureModel, parent=None) -> dict[str, object]:
    from PySide6.QtCore import QModelIndex

    parent = parent or QModelIndex()
    found = {}
    for row in range(model.rowCount(parent)):
        index = model.index(row, 0, parent)
        found[index.data()] = tree_of(model, index)
        assert model.parent(index) == parent
    return found


def test_the_tree_follows_categories_and_puts_the_selected_below_its_selector(desk: FeatureDesk, look) -> None:
    model = FeatureModel(desk.is_changed, look.color)
    model.show_features(FEATURES, FeatureFilter("Guru"))
    tree = tree_of(model)
    assert tree["Format"] == {"Width": {}}
    assert tree["Analog"] == {"GainSelector": {"Gain": {}}, "Curves": {"Gamma": {}}}
    assert "Hidden" not in str(tree)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (FeatureFilter("Beginner"), {"Width", "GainSelector", "Gain", "DeviceReset", "ExposureAuto"}),
        (FeatureFilter("Expert"), {"Width", "GainSelector", "Gain", "Gamma", "DeviceReset", "ExposureAuto"}),
        (FeatureFilter("Beginner", search="trigger"), {"Secret"}),
        (FeatureFilter("Beginner", search="gain sel"), {"GainSelector"}),
        (FeatureFilter("Guru", unavailable=True, search="gone"), {"Gone"}),
        (FeatureFilter("Guru", changed_only=True), set()),
    ],
)
def test_what_is_shown(wanted: FeatureFilter, names: set[str]) -> None:
    assert {one.name for one in FEATURES if wanted.shows(one, changed=False)} == names


def test_values_that_change_keep_the_tree_as_it_is(desk: FeatureDesk, look) -> None:
    from dataclasses import replace

    model = FeatureModel(desk.is_changed, look.color)
    assert model.show_features(FEATURES, FeatureFilter())
    changed = tuple(replace(one, value="5") if one.name == "Gain" else one for one in FEATURES)
    assert not model.show_features(changed, FeatureFilter())
    index = model.find("Gain")
    assert index.siblingAtColumn(1).data() == "5 dB"
    assert index.data(Qt.ItemDataRole.FontRole).bold()
    assert index.data(FEATURE_ROLE).value == "5"


def test_values_are_written_one_at_a_time_and_the_newest_wins(desk: FeatureDesk, qtbot) -> None:
    camera = desk.camera
    camera.gate.clear()
    for value in range(10):
        desk.write("Gain", str(value))
    camera.gate.set()
    qtbot.waitUntil(lambda: camera.values["Gain"] == "9")
    assert camera.written == [("Gain", "0"), ("Gain", "9")]
    qtbot.waitUntil(lambda: desk.named("Gain").value == "9")
    assert desk.is_changed(desk.named("Gain"))


def test_a_refusal_carries_the_sentence_of_the_camera(desk: FeatureDesk, qtbot) -> None:
    desk.camera.refusal = "Width: only in steps of 8."
    with qtbot.waitSignal(desk.refused) as refused:
        desk.write("Width", "33")
    assert refused.args == ["Width", "33", "Width: only in steps of 8."]


def test_a_lost_camera_keeps_its_values_on_the_screen(desk: FeatureDesk) -> None:
    desk.pause()
    assert desk.named("Gain") is not None
    assert not desk.connected
    desk.write("Gain", "7")
    assert desk.camera.written == []


@pytest.fixture
def tree(desk: FeatureDesk, tools: PageTools, show) -> FeatureTree:
    tree = show(FeatureTree(tools, desk), 470, 420)
    tree._fill()
    return tree


def test_the_editor_writes_with_enter_and_esc_brings_the_old_value_back(
    tree: FeatureTree, desk: FeatureDesk, qtbot
) -> None:
    tree.choose("Gain")
    field = tree.editor.slide.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "7")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "3.5"
    field.selectAll()
    qtbot.keyClicks(field, "12\r")
    qtbot.waitUntil(lambda: desk.camera.values["Gain"] == "12.0")
    assert "0 – 24 dB" in tree.editor.field.note or tree.editor.field.note == "Working…"


def test_the_wheel_changes_no_value(tree: FeatureTree, desk: FeatureDesk, qtbot) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    for name, control in (("Gain", tree.editor.slide.slider), ("GainSelector", tree.editor.choice)):
        tree.choose(name)
        middle = QPointF(control.rect().center())
        event = QWheelEvent(
            middle,
            QPointF(control.mapToGlobal(control.rect().center())),
            QPoint(),
            QPoint(0, 240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(control, event)
    assert desk.camera.written == []


def test_a_command_that_resets_names_its_effect_first(tree: FeatureTree, desk: FeatureDesk, qtbot) -> None:
    tree.choose("DeviceReset")
    tree.editor.command.click()
    assert desk.camera.executed == []
    question = next(one for one in tree.window().findChildren(Question) if one.isVisible())
    assert "DeviceReset" in question.confirm.text()
    question.confirm.click()
    qtbot.waitUntil(lambda: desk.camera.executed == ["DeviceReset"])


def test_what_the_recipe_does_not_know_can_be_taken_into_it(tree: FeatureTree, qtbot) -> None:
    tree.choose("GainSelector")
    assert tree.editor.keep.isVisible()
    with qtbot.waitSignal(tree.kept) as kept:
        tree.editor.keep.click()
    assert kept.args == ["GainSelector", "All"]
    tree.set_extra((("GainSelector", "All"),))
    with qtbot.waitSignal(tree.dropped):
        tree.editor.keep.click()
    tree.choose("Width")
    assert not tree.editor.keep.isVisible()


def test_a_feature_that_is_locked_while_pictures_come_is_written_without_them(look, qtbot) -> None:
    editor = FeatureEditor(look)
    qtbot.addWidget(editor)
    locked = feature("Width", "640", kind=FeatureKind.INTEGER, minimum=16, maximum=640, step=8, writable=False)
    editor.show_feature(locked, kept=None, mapped=True)
    with qtbot.waitSignal(editor.force_asked) as asked:
        editor.slide.entered.emit(320.0)
    assert asked.args == ["Width", "320"]
    editor.show_feature(feature("Serial", "x", writable=False), kept=None, mapped=False)
    assert not editor.controls.isEnabled()


def test_settings_take_over_what_a_feature_says(desk: FeatureDesk) -> None:
    camera = CameraSettings()
    assert adopted(camera, "ExposureTime", "1250.5", desk).exposure_us == 1250.5
    assert adopted(camera, "PixelFormat", "Mono12", desk).pixel_format == "Mono12"
    assert adopted(camera, "TriggerSource", "Line2", desk).trigger_line == "Line2"
    assert adopted(camera, "DeviceUserID", "x", desk) is None
    assert adopted(camera, "Width", "320", desk) == camera  # the other sides are not known
    assert autos_on(desk) == ()


def test_what_was_asked_becomes_what_was_kept(desk: FeatureDesk) -> None:
    asked = CameraSettings(exposure_us=1000.0, roi=Rect(1, 1, 33, 33))
    kept = AppliedSettings(CameraSettings(exposure_us=999.8, gain_db=2.0, roi=Rect(0, 0, 32, 32)))
    assert kept_settings(asked, kept.settings) == CameraSettings(exposure_us=999.8, roi=Rect(0, 0, 32, 32))


def test_a_white_balance_is_read_color_by_color() -> None:
    names = ("BalanceRatioSelector", "BalanceRatio")
    camera = Camera([feature(name, "1.5") for name in names])
    found = []
    reader = threading.Thread(target=lambda: found.append(white_balance(camera)))
    reader.start()
    reader.join()
    assert found == [(1.5, 1.5, 1.5)]
    assert [value for _, value in camera.written] == ["Red", "Green", "Blue"]


@pytest.mark.parametrize(
    ("value", "text"), [("5000.0", "5000"), ("1000000", "1000000"), ("0.00001", "1e-05"), ("0", "0"), ("x", "x")]
)
def test_numbers_are_written_as_people_read_them(value: str, text: str) -> None:
    assert plain_number(value) == text
    assert value_text(feature("ExposureTime", "5000.0", unit="us")) == "5000 µs"


def test_a_selected_value_is_kept_once_for_each_choice_of_its_selector(desk: FeatureDesk, qtbot) -> None:
    camera = with_extra(CameraSettings(), "Gain", "3", desk)
    desk.write("GainSelector", "Red")
    qtbot.waitUntil(lambda: desk.named("GainSelector").value == "Red")
    camera = with_extra(camera, "Gain", "5", desk)
    camera = with_extra(camera, "Gain", "6", desk)
    camera = with_extra(camera, "Gamma", "2", desk)
    assert camera.extra == (
        ("GainSelector", "All"),
        ("Gain", "3"),
        ("GainSelector", "Red"),
        ("Gain", "6"),
        ("Gamma", "2"),
    )
    assert without_extra(camera, "Gain", desk).extra == (("Gamma", "2"),)


def test_lines_of_a_file_go_to_their_own_fields_and_the_rest_behind(desk: FeatureDesk) -> None:
    lines = [
        ((), "ExposureTime", "700"),
        ((("GainSelector", "Red"),), "Gamma", "2"),
        ((), "TriggerMode", "Off"),
        ((), "PixelFormat", "Mono8"),
    ]
    camera = taken_lines(CameraSettings(), lines, desk)
    assert (camera.exposure_us, camera.pixel_format) == (700.0, "Mono8")
    assert camera.extra == (("GainSelector", "Red"), ("Gamma", "2"))
