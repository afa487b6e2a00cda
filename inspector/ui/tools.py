"""What every page is handed, so that constructors stay short and nothing is looked up."""

from dataclasses import dataclass

from inspector.ui.background import Background
from inspector.ui.look import Look
from inspector.ui.translation import Translation


@dataclass(frozen=True, slots=True)
class PageTools:
    """Look, language and background work of one window."""

    look: Look
    translation: Translation
    background: Background
