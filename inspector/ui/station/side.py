"""Two small pieces of the side column: how long the answer took, and the last rejected part."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from inspector.core.decision import Verdict
from inspector.ui.formats import clock_text, ratio_text
from inspector.ui.look import Look
from inspector.ui.messages import VERDICT_ICONS, verdict_name
from inspector.ui.parts import Part
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import mix
from inspector.ui.widgets.focus import FocusRing, paint_focus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class TimeBar(QWidget):
    """Time from frame to answer against what the recipe allows."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._look = look
        self._took_ms: float | None = None
        self._allowed_ms = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set_times(self, took_ms: float | None, allowed_ms: int) -> None:
        """Show a part's time; None shows only what is allowed."""
        self._took_ms, self._allowed_ms = took_ms, allowed_ms
        self.setAccessibleName(self.text())
        self.update()

    def text(self) -> str:
        """Write "38 of 120 ms"."""
        return self._text(self._took_ms)

    def _text(self, took_ms: float | None) -> str:
        if not self._allowed_ms:
            return self.tr("Time –")
        took = "–" if took_ms is None else f"{took_ms:.0f}"
        return self.tr("Time {took} of {allowed} ms").format(took=took, allowed=self._allowed_ms)

    def sizeHint(self) -> QSize:
        """One line."""
        small = QFontMetrics(self._look.font(TypeSize.SMALL)).height()
        return QSize(self._look.px(60), small + self._look.px(2.2))

    def minimumSizeHint(self) -> QSize:
        """As tall as `sizeHint`."""
        return QSize(self._look.px(40), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text, then the bar in what is left."""
        look = self._look
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.color("bg_panel"))
        pad, bar = look.px(3), look.px(2)
        small = look.font(TypeSize.SMALL)
        painter.setFont(small)
        painter.setPen(look.color("text_2"))
        painter.drawText(self.rect().adjusted(pad, 0, -pad, 0), int(Qt.AlignmentFlag.AlignVCenter), self.text())
        # Room for three digits, so that the bar does not jump with the number.
        text_width = QFontMetrics(small).horizontalAdvance(self._text(max(self._took_ms or 0, 888)))
        left = pad + text_width + look.px(3)
        track = QRect(left, (self.height() - bar) // 2, max(look.px(10), self.width() - pad - left), bar)
        painter.fillRect(track, look.color("bg_raised"))
        if self._took_ms is not None and self._allowed_ms:
            share = min(1.0, self._took_ms / self._allowed_ms)
            late = self._took_ms > self._allowed_ms
            color = look.color("ng_fill") if late else mix(look.color("text_2"), look.color("bg_panel"), 0.1)
            painter.fillRect(QRect(track.left(), track.top(), round(track.width() * share), bar), color)
        painter.setPen(QPen(look.color("line_strong"), 1))
        painter.drawRect(track.adjusted(0, 0, -1, -1))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Say the text again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(self.text())
            self.update()


class LastReject(FocusRing, QAbstractButton):
    """The last rejected part; touching it freezes the page on it."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin without one."""
        super().__init__(parent)
        self._look = look
        self._part: Part | None = None
        self._locale = QLocale.c()
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setEnabled(False)
        self._retranslate()
        look.changed.connect(self.update)

    @property
    def part(self) -> Part | None:
        """The part of the card."""
        return self._part

    def set_part(self, part: Part | None) -> None:
        """Show this part."""
        if part is self._part:
            return
        self._part = part
        self._pixels = None if part is None else part.thumbnail
        self._image = None
        if self._pixels is not None:
            height, width = self._pixels.shape[:2]
            kind = QImage.Format.Format_Grayscale8 if self._pixels.ndim == 2 else QImage.Format.Format_RGB888
            self._image = QImage(self._pixels.data, width, height, self._pixels.strides[0], kind)
        self.setEnabled(part is not None)
        self._retranslate()
        self.update()

    def set_locale(self, locale: QLocale) -> None:
        """How numbers are written."""
        self._locale = locale
        self.update()

    def sizeHint(self) -> QSize:
        """A touch target of 15 mm."""
        return QSize(self._look.px(60), self._look.px(15))

    def minimumSizeHint(self) -> QSize:
        """As tall as `sizeHint`."""
        return QSize(self._look.px(50), self._look.px(15))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, shape, words, time."""
        look, part = self._look, self._part
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = look.color("bg_panel")
        painter.fillRect(self.rect(), mix(fill, look.color("text_1"), 0.15) if self.isDown() else fill)
        pad = look.px(3)
        small, body = look.font(TypeSize.SMALL), look.font(TypeSize.BODY, bold=True)
        if part is None:
            painter.setPen(look.color("text_2"))
            painter.setFont(small)
            painter.drawText(self.rect().adjusted(pad, 0, -pad, 0), Qt.AlignmentFlag.AlignVCenter, self.tr("No NG yet"))
        else:
            picture = QRect(pad, look.px(1), look.px(16), self.height() - 2 * look.px(1))
            painter.fillRect(picture, look.color("bg_well"))
            if self._image is not None:
                scale = min(picture.width() / self._image.width(), picture.height() / self._image.height())
                width, height = self._image.width() * scale, self._image.height() * scale
                center = QRectF(picture).center()
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
                painter.drawImage(QRectF(center.x() - width / 2, center.y() - height / 2, width, height), self._image)
            side = look.px(6)
            x = picture.right() + look.px(2.5)
            color = look.color("none_fill" if part.verdict is Verdict.NOT_INSPECTED else "ng_fill").name()
            look.icons.paint(painter, VERDICT_ICONS[part.verdict], color, x, (self.height() - side) / 2, side)
            x += side + look.px(2.5)
            ratio = part.decision.ratio
            head = self.tr("Last NG")
            tail = "–" if ratio is None else f"{ratio_text(ratio, self._locale)} ×"
            painter.setPen(look.color("text_1"))
            painter.setFont(body)
            line = QFontMetrics(body).height()
            top = (self.height() - line - QFontMetrics(small).height()) // 2
            painter.drawText(QRect(x, top, self.width() - x - pad, line), Qt.AlignmentFlag.AlignVCenter, head)
            painter.drawText(
                QRect(x, top, self.width() - x - pad, line),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                tail,
            )
            painter.setFont(small)
            painter.setPen(look.color("text_2"))
            below = QRect(x, top + line, self.width() - x - pad, QFontMetrics(small).height())
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, clock_text(part.captured_at))
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, "L")
        if self.shows_ring:
            paint_focus(painter, look, self.rect())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        """Say the name again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.update()

    def _retranslate(self) -> None:
        name = self.tr("Last NG")
        if self._part is not None:
            name = f"{name}: {verdict_name(self._part.verdict)}, {clock_text(self._part.captured_at)}"
        self.setAccessibleName(name)
