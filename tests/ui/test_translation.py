"""Two complete languages, switched at once."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel

from inspector.ui.translation import Language, Translation

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = [language.value for language in Language]


def tool(name: str) -> str:
    suffix = ".exe" if sys.platform == "win32" else ""
    return str(Path(sys.executable).with_name(f"pyside6-{name}{suffix}"))


def messages(path: Path) -> dict[tuple[str, str, str], ET.Element]:
    """By context, source text and comment."""
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            key = (context.findtext("name", ""), message.findtext("source", ""), message.findtext("comment", ""))
            found[key] = message
    return found


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str, str], ET.Element]:
    """Every text in the program now."""
    path = tmp_path_factory.mktemp("ts") / "now.ts"
    sources = [str(file) for file in sorted((ROOT / "inspector" / "ui").rglob("*.py"))]
    command = [tool("lupdate"), "-silent", "-locations", "none", *sources, "-ts", str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return messages(path)


def test_chinese_has_every_text_and_none_that_is_gone(extracted: dict[tuple[str, str, str], ET.Element]) -> None:
    assert set(messages(FOLDER / "inspector_zh_CN.ts")) == set(extracted)


def test_english_has_every_plural(extracted: dict[tuple[str, str, str], ET.Element]) -> None:
    plurals = {key for key, message in extracted.items() if message.get("numerus") == "yes"}
    assert plurals
    assert set(messages(FOLDER / "inspector_en.ts")) == plurals


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_unfinished(language: str) -> None:
    for key, message in messages(FOLDER / f"inspector_{language}.ts").items():
        translation = message.find("translation")
        assert translation is not None, key
        assert translation.get("type") is None, f"{translation.get('type')}: {key}"
        forms = [form.text for form in translation.iter("numerusform")] or [translation.text]
        assert all(forms), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_every_place_for_a_value(language: str) -> None:
    for (_, source, _), message in messages(FOLDER / f"inspector_{language}.ts").items():
        translation = message.find("translation")
        assert translation is not None
        wanted = {part.split("}")[0] for part in source.split("{")[1:]}
        for text in [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]:
            assert {part.split("}")[0] for part in text.split("{")[1:]} == wanted, source


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_that_of_the_source(language: str, tmp_path: Path) -> None:
    compiled = tmp_path / "now.qm"
    command = [tool("lrelease"), "-silent", str(FOLDER / f"inspector_{language}.ts"), "-qm", str(compiled)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    assert compiled.read_bytes() == (FOLDER / f"inspector_{language}.qm").read_bytes()


def test_switching_reaches_every_widget_at_once(qtbot, translation: Translation) -> None:
    class Shop(QLabel):
        def changeEvent(self, event) -> None:  # noqa: N802 - Qt's name
            super().changeEvent(event)
            if event.type() == event.Type.LanguageChange:
                self.setText(QCoreApplication.translate("Controls", "Start"))

    label = Shop()
    qtbot.addWidget(label)
    translation.set_language(Language.CHINESE)
    qtbot.waitUntil(lambda: label.text() == "启动")
    translation.set_language(Language.ENGLISH)
    qtbot.waitUntil(lambda: label.text() == "Start")


@pytest.mark.expected_log("cannot be read; the window speaks English")
def test_a_missing_file_is_said_and_leaves_english(qapp, tmp_path: Path) -> None:
    translation = Translation(tmp_path, "zh_CN")
    assert QCoreApplication.translate("Controls", "Start") == "Start"
    translation.close()


@pytest.mark.parametrize(
    ("context", "english", "chinese"),
    [("KeysSheet", "Heat", "热力图"), ("Header", "SIMULATED", "模拟"), ("FaultSheet", "Acknowledge", "确认")],
)
def test_words_are_those_of_the_glossary(translation: Translation, context: str, english: str, chinese: str) -> None:
    translation.set_language(Language.CHINESE)
    assert QCoreApplication.translate(context, english) == chinese
