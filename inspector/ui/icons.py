"""Our own icons, drawn in the ink of the place where they stand."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer


class Icons:
    """The set in `resources/icons`: 24 x 24 grid, 2 px strokes, one color each."""

    def __init__(self, folder: Path) -> None:
        """Read every icon once; a missing name is then a KeyError in the first test, not an empty place."""
        self._sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.svg"))}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every icon there is."""
        return tuple(self._sources)

    def pixmap(self, name: str, color: str, size_px: int, ratio: float = 1.0) -> QPixmap:
        """An icon as a square of `size_px` device-independent pixels at a device pixel ratio."""
        key = (name, color, size_px, ratio)
        if key not in self._pixmaps:
            renderer = QSvgRenderer(QByteArray(self._sources[name].replace("currentColor", color).encode()))
            side = max(1, round(size_px * ratio))
            pixmap = QPixmap(side, side)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            renderer.render(painter, QRectF(0, 0, side, side))
            painter.end()
            pixmap.setDevicePixelRatio(ratio)
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]

    def paint(self, painter: QPainter, name: str, color: str, x: float, y: float, size_px: int) -> None:
        """Draw an icon with its upper left corner at (x, y)."""
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(round(x), round(y), self.pixmap(name, color, size_px, ratio))
