"""A small picture of what a recipe inspects: its picture, or a blank frame, under its areas."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.core.geometry import Size
from inspector.core.recipe import Recipe
from inspector.ui.look import Look
from inspector.ui.recipes.pictures import image_of
from inspector.ui.recipes.shape_paint import paint_area
from inspector.ui.recipes.shapes import Area

_UNKNOWN = Size(768, 1024)


class AreaPicture(QWidget):
    """Paints one recipe's area."""

    def __init__(self, look: Look) -> None:
        """Begin empty."""
        super().__init__()
        self._look = look
        self._recipe: Recipe | None = None
        self._image: QImage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def show_recipe(self, recipe: Recipe | None, picture: NDArray[np.uint8] | None = None) -> None:
        """Show a recipe's area; a picture of another shape than its frames is left out."""
        self._recipe, self._image = recipe, None
        if recipe is not None and picture is not None:
            height, width = picture.shape[:2]
            size = recipe.image_size or Size(height, width)
            if abs(width / height - size.width / size.height) < 0.02:
                self._image = image_of(picture)
        self.update()

    def sizeHint(self) -> QSize:
        """Large enough to see where an area lies."""
        return QSize(self._look.px(90), self._look.px(50))

    def minimumSizeHint(self) -> QSize:
        """Smaller says nothing."""
        return QSize(self._look.px(40), self._look.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Well, frame, areas."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.color("bg_well"))
        recipe = self._recipe
        if recipe is not None:
            size = recipe.image_size or _reach(recipe)
            scale = min(self.width() / size.width, self.height() / size.height)
            frame = QRectF(0, 0, size.width * scale, size.height * scale)
            frame.moveCenter(QRectF(self.rect()).center())
            if self._image is not None:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(frame, self._image)
            else:
                painter.fillRect(frame, self._look.color("line_strong"))
            to_screen = QTransform.fromTranslate(frame.x(), frame.y()).scale(scale, scale)
            paint_area(painter, self._look, frame, Area(recipe.include, recipe.ignore), to_screen)
            painter.setPen(Qt.PenStyle.NoPen)
        painter.end()


def _reach(recipe: Recipe) -> Size:
    """A frame that holds every polygon, where the recipe does not say how large frames are."""
    points = [point for polygon in (*recipe.include, *recipe.ignore) for point in polygon.points]
    if not points:
        return _UNKNOWN
    return Size(max(1, round(max(y for _, y in points))), max(1, round(max(x for x, _ in points))))
