"""The last parts as small pictures, newest right; touching one freezes the page on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.core.decision import Verdict
from inspector.ui.formats import clock_text, ratio_text
from inspector.ui.look import Look
from inspector.ui.messages import VERDICT_ICONS
from inspector.ui.parts import Part
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.focus import FocusRing, paint_focus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHOWN = 16


class Filmstrip(FocusRing, QWidget):
    """Sixteen cells; one widget, painted, so that twenty new parts a second cost one repaint each."""

    chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin with outlines."""
        super().__init__(parent)
        self._look = look
        self._parts: tuple[Part, ...] = ()
        self._selected = ""
        self._rejects_only = False
        self._locale = QLocale.c()
        self._images: dict[str, tuple[QImage, NDArray[np.uint8]]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._retranslate()
        look.changed.connect(self._on_look_changed)

    # --- content ------------------------------------------------------------------------------------------------------

    @property
    def visible_parts(self) -> tuple[Part, ...]:
        """What the cells show, oldest first: the newest ones, or those around the selected one."""
        parts = self._matching()
        end = len(parts)
        if self._selected:
            index = next((i for i, part in enumerate(parts) if part.id == self._selected), None)
            if index is not None and index < end - SHOWN:
                end = max(SHOWN, index + SHOWN // 2)
        return parts[max(0, end - SHOWN) : end]

    @property
    def rejects_only(self) -> bool:
        """Whether parts that passed are left out."""
        return self._rejects_only

    def set_parts(self, parts: Sequence[Part]) -> None:
        """Show these, oldest first."""
        self._parts = tuple(parts)
        self.update()

    def set_selected(self, part_id: str) -> None:
        """Mark the part that the page is frozen on; "" for none."""
        self._selected = part_id
        self.update()

    def set_rejects_only(self, *, rejects_only: bool) -> None:
        """Filter the strip."""
        self._rejects_only = rejects_only
        self.update()

    def set_locale(self, locale: QLocale) -> None:
        """How numbers are written."""
        self._locale = locale
        self.update()

    def neighbor(self, step: int) -> str:
        """Id of the part before (-1) or after (1) the selected one, "" at the ends; from nothing, the newest."""
        parts = self._matching()
        if not parts:
            return ""
        index = next((i for i, part in enumerate(parts) if part.id == self._selected), None)
        if index is None:
            return parts[-1].id
        return parts[index + step].id if 0 <= index + step < len(parts) else ""

    def _matching(self) -> tuple[Part, ...]:
        return tuple(part for part in self._parts if not part.passed) if self._rejects_only else self._parts

    # --- geometry -----------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        """A picture of 17 mm and two lines of text."""
        small = QFontMetrics(self._look.font(TypeSize.SMALL)).height()
        return QSize(self._look.px(240), self._look.px(17) + 2 * small + self._look.px(2))

    def minimumSizeHint(self) -> QSize:
        """Sixteen cells of 11 mm, on an upright screen; elsewhere they are wider than a finger."""
        return QSize(SHOWN * self._look.px(11), self.sizeHint().height())

    def cell_rect(self, index: int) -> QRect:
        """Cell of the strip, 0 at the left."""
        left = round(index * self.width() / SHOWN)
        right = round((index + 1) * self.width() / SHOWN)
        return QRect(left, 0, right - left - self._look.px(0.8), self.height())

    def part_at(self, x: int) -> Part | None:
        """The part whose cell holds this column of pixels."""
        parts = self.visible_parts
        index = min(SHOWN - 1, max(0, int(x * SHOWN / max(1, self.width())))) - (SHOWN - len(parts))
        return parts[index] if index >= 0 else None

    # --- events -------------------------------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Freeze on the part that was touched."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            part = self.part_at(round(event.position().x()))
            if part is not None:
                self.chosen.emit(part.id)
        super().mouseReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Say the name again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.update()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Last parts, newest right"))
        self.setAccessibleDescription(self.tr("Left and right arrow freeze the page on a part"))

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()

    # --- drawing ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Outlines first, then parts from the right."""
        painter = QPainter(self)
        parts = self.visible_parts
        empty = SHOWN - len(parts)
        for index in range(empty):
            self._paint_outline(painter, self.cell_rect(index))
        for index, part in enumerate(parts):
            self._paint_part(painter, self.cell_rect(empty + index), part)
        if not parts:
            painter.setFont(self._look.font(TypeSize.BODY))
            text = self.tr("No NG among the last parts") if self._rejects_only else self.tr("Parts appear here")
            metrics = QFontMetrics(painter.font())
            box = QRect(0, 0, metrics.horizontalAdvance(text) + 2 * self._look.px(3), metrics.height() + 4)
            box.moveCenter(QRect(0, 0, self.width(), self._picture_height()).center())
            painter.fillRect(box, self._look.color("bg_window"))
            painter.setPen(self._look.color("text_2"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        if self.shows_ring:
            paint_focus(painter, self._look, self.rect())
        painter.end()
        kept = {part.id for part in parts}
        self._images = {part_id: image for part_id, image in self._images.items() if part_id in kept}

    def _picture_height(self) -> int:
        small = QFontMetrics(self._look.font(TypeSize.SMALL)).height()
        return self.height() - 2 * small - self._look.px(1)

    def _paint_outline(self, painter: QPainter, cell: QRect) -> None:
        painter.setPen(QPen(self._look.color("line_soft"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRect(cell.left(), 0, cell.width() - 1, self._picture_height() - 1))

    def _paint_part(self, painter: QPainter, cell: QRect, part: Part) -> None:
        look = self._look
        picture = QRect(cell.left(), 0, cell.width(), self._picture_height())
        painter.fillRect(picture, look.color("bg_well"))
        image = self._image(part)
        if image is not None:
            scale = min(picture.width() / image.width(), picture.height() / image.height())
            width, height = image.width() * scale, image.height() * scale
            center = QRectF(picture).center()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(center.x() - width / 2, center.y() - height / 2, width, height), image)
        self._paint_shape(painter, picture, part)
        if part.id == self._selected:
            painter.setPen(QPen(look.color("focus"), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(picture.adjusted(1, 1, -2, -2))
        small = look.font(TypeSize.SMALL)
        metrics = QFontMetrics(small)
        painter.setFont(look.font(TypeSize.SMALL, bold=not part.passed))
        painter.setPen(look.color("text_1"))
        ratio = part.decision.ratio
        score = f"{ratio_text(ratio, self._locale)} ×" if ratio is not None else "–"
        line = QRect(cell.left(), picture.bottom() + 1, cell.width(), metrics.height())
        painter.drawText(line, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, score)
        painter.setFont(small)
        painter.setPen(look.color("text_2"))
        when = clock_text(part.captured_at)
        if metrics.horizontalAdvance(when) > cell.width():
            when = _short_clock(part.captured_at)
        painter.drawText(
            line.translated(0, metrics.height()), Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, when
        )

    def _paint_shape(self, painter: QPainter, picture: QRect, part: Part) -> None:
        """Verdict shape on a plate of its own color: calm tint or solid."""
        look = self._look
        side = look.px(5)
        plate = QRect(picture.left(), picture.top(), side + look.px(1), side + look.px(1))
        fill, ink = {
            Verdict.PASS: ("ok_fill", "ok_ink"),
            Verdict.FAIL: ("ng_fill", "ng_ink"),
            Verdict.NOT_INSPECTED: ("none_fill", "none_ink"),
        }[part.verdict]
        painter.fillRect(plate, look.color(fill))
        if not part.passed:
            width = look.px(0.7)
            painter.fillRect(QRect(picture.left(), picture.bottom() - width, picture.width(), width), look.color(fill))
        inset = (plate.width() - side) // 2
        look.icons.paint(
            painter,
            VERDICT_ICONS[part.verdict],
            look.color(ink).name(),
            plate.left() + inset,
            plate.top() + inset,
            side,
        )

    def _image(self, part: Part) -> QImage | None:
        """The thumbnail as an image over its own memory."""
        if part.thumbnail is None:
            return None
        if part.id not in self._images:
            height, width = part.thumbnail.shape[:2]
            gray = part.thumbnail.ndim == 2
            kind = QImage.Format.Format_Grayscale8 if gray else QImage.Format.Format_RGB888
            image = QImage(part.thumbnail.data, width, height, part.thumbnail.strides[0], kind)
            self._images[part.id] = (image, part.thumbnail)
        return self._images[part.id][0]


def _short_clock(when: datetime) -> str:
    return when.astimezone().strftime("%M:%S")
