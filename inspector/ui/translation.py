"""The language of the window, switched without a restart.

Qt tells every widget of a new language by a LanguageChange event; each widget of ours then says its texts again. Names
that people typed are never translated.
"""

import logging
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator, Signal

logger = logging.getLogger(__name__)


class Language(Enum):
    """Languages that ship complete."""

    ENGLISH = "en"
    CHINESE = "zh_CN"


OWN_NAMES = {Language.ENGLISH: "EN", Language.CHINESE: "中文"}
"""How each language calls itself on the switch; never translated."""


class Translation(QObject):
    """Holds the installed translator."""

    changed = Signal()

    def __init__(self, folder: Path, language: str = "system") -> None:
        """Install a language.

        Args:
            folder: holds `inspector_<language>.qm`.
            language: "system", or the value of a `Language`.
        """
        super().__init__()
        self._folder = folder
        self._translator: QTranslator | None = None
        self.language = _system_language() if language == "system" else Language(language)
        self._install()

    @property
    def locale(self) -> QLocale:
        """How numbers are written on screen."""
        return QLocale(self.language.value)

    def set_language(self, language: Language) -> None:
        """Switch at once; every widget gets a LanguageChange event."""
        if language is not self.language:
            self.language = language
            self._install()
            self.changed.emit()

    def close(self) -> None:
        """Leave the application without a translator."""
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None

    def _install(self) -> None:
        """English has a file as well: it holds the plurals."""
        translator = QTranslator()
        path = self._folder / f"inspector_{self.language.value}.qm"
        if not translator.load(str(path)):
            logger.error("the translation %s cannot be read; the window speaks English", path)
        previous, self._translator = self._translator, translator
        # The new one first, so that no text falls back to its source in between.
        QCoreApplication.installTranslator(translator)
        if previous is not None:
            QCoreApplication.removeTranslator(previous)


def _system_language() -> Language:
    return Language.CHINESE if QLocale.system().language() == QLocale.Language.Chinese else Language.ENGLISH
