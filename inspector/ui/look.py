"""How the window looks now: one value that every widget is handed, and one signal when it changes."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from inspector.ui.icons import Icons
from inspector.ui.theme import PALETTES, Metrics, Palette, Scheme, TypeSize, px_per_mm, read_template, style_sheet

# In order of preference; each holds Latin and Simplified Chinese and has figures of one width.
FAMILIES = (
    "Microsoft YaHei UI",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
)


def choose_family() -> str:
    """The best installed family with Simplified Chinese; the system's own when there is none."""
    installed = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    for family in FAMILIES:
        if family in installed:
            return family
    for family in installed:
        if "Sans" in family and "Mono" not in family:
            return family
    return installed[0] if installed else QGuiApplication.font().family()


class Look(QObject):
    """Palette, sizes, font and icons in force."""

    changed = Signal()

    def __init__(
        self,
        application: QApplication,
        resources: Path,
        *,
        theme: str = "system",
        viewing_distance_m: float = 3.0,
        dots_per_inch: float | None = None,
        screen_px: tuple[int, int] | None = None,
    ) -> None:
        """Choose font and sizes for the screen and dress the application.

        Args:
            application: receives palette and style sheet.
            resources: folder that holds `icons` and `styles`.
            theme: "system", "light" or "dark".
            viewing_distance_m: how far people stand from the screen.
            dots_per_inch: instead of what the screen says, for tests and pictures.
            screen_px: width and height instead of the screen's.
        """
        super().__init__()
        self._application = application
        self._template = read_template(resources / "styles")
        self.icons = Icons(resources / "icons")
        self.family = choose_family()
        screen = application.primaryScreen()
        width, height = screen_px or (screen.size().width(), screen.size().height())
        self.metrics = Metrics(
            px_per_mm(dots_per_inch or screen.physicalDotsPerInch(), width, height),
            viewing_distance_m,
            _cap_share(self.family),
        )
        self.scheme = self._resolve(theme)
        self._dress()

    @property
    def palette(self) -> Palette:
        """The colors in force."""
        return PALETTES[self.scheme]

    def color(self, token: str) -> QColor:
        """A color of the palette by its name."""
        return QColor(getattr(self.palette, token))

    def px(self, mm: float) -> int:
        """Millimeters on the glass in pixels."""
        return self.metrics.px(mm)

    def font(self, size: TypeSize, *, bold: bool = False) -> QFont:
        """The one family, with figures of one width."""
        return self.font_px(self.metrics.font_px(size), bold=bold)

    def font_px(self, pixel_size: int, *, bold: bool = False) -> QFont:
        """The one family at a pixel size that a widget worked out from its room."""
        font = QFont(self.family)
        font.setPixelSize(max(1, pixel_size))
        font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def set_theme(self, theme: str) -> None:
        """Change the colors at once."""
        scheme = self._resolve(theme)
        if scheme is not self.scheme:
            self.scheme = scheme
            self._dress()
            self.changed.emit()

    def set_viewing_distance(self, distance_m: float) -> None:
        """Change the size of verdict and counters at once."""
        self.metrics = Metrics(self.metrics.px_per_mm, distance_m, self.metrics.cap_share)
        self._dress()
        self.changed.emit()

    def _resolve(self, theme: str) -> Scheme:
        if theme == "system":
            dark = self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
            return Scheme.DARK if dark else Scheme.LIGHT
        return Scheme(theme)

    def _dress(self) -> None:
        """Hand palette and style sheet to Qt; our own widgets paint from the tokens."""
        colors = QPalette()
        for role, token in (
            (QPalette.ColorRole.Window, "bg_window"),
            (QPalette.ColorRole.WindowText, "text_1"),
            (QPalette.ColorRole.Base, "bg_raised"),
            (QPalette.ColorRole.AlternateBase, "bg_panel"),
            (QPalette.ColorRole.Text, "text_1"),
            (QPalette.ColorRole.PlaceholderText, "text_2"),
            (QPalette.ColorRole.Button, "bg_raised"),
            (QPalette.ColorRole.ButtonText, "text_1"),
            (QPalette.ColorRole.Highlight, "focus"),
            (QPalette.ColorRole.HighlightedText, "on_focus"),
            (QPalette.ColorRole.ToolTipBase, "bg_raised"),
            (QPalette.ColorRole.ToolTipText, "text_1"),
        ):
            colors.setColor(role, self.color(token))
        self._application.setPalette(colors)
        self._application.setFont(self.font(TypeSize.BODY))
        self._application.setStyleSheet(style_sheet(self._template, self.palette, self.metrics, self.family))


def _cap_share(family: str) -> float:
    """Cap height as a share of the pixel size, measured, because families differ by a tenth."""
    font = QFont(family)
    font.setPixelSize(100)
    share = QFontMetricsF(font).capHeight() / 100
    return share if 0.5 <= share <= 0.9 else 0.73
