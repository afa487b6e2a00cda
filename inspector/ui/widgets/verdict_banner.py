"""The verdict, as large as the distance asks for: shape, word, reason, multiple of the limit.

OK is calm: tint and outline. NG is loud: solid. Not inspected is hatched. Shape, word and fill differ together, so that
nobody depends on a color.
"""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from inspector.ui.look import Look
from inspector.ui.theme import TypeSize
from inspector.ui.widgets.buttons import mix
from inspector.ui.widgets.stripes import paint_hatch


class Tone(Enum):
    """How the block is filled."""

    OK = "ok"
    NG = "ng"
    NOT_INSPECTED = "not_inspected"
    FAULT = "fault"
    QUIET = "quiet"


class StepMark(Enum):
    """How far a step of starting is."""

    DONE = "done"
    NOW = "now"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class BannerContent:
    """What the block says.

    Attributes:
        tone: fill.
        icon: shape first; of `resources/icons`.
        word: as large as the viewing distance asks; "" for a block without a verdict.
        qualifier: small beside the word.
        title: a line in place of the word, or "" .
        reason: one sentence, at most two lines.
        ratio: "2.41 × limit".
        note: a short count in the corner, "+3 OK".
        dimmed: it is not of the newest part, or the line does not inspect.
        steps: of starting.
    """

    tone: Tone = Tone.QUIET
    icon: str = ""
    word: str = ""
    qualifier: str = ""
    title: str = ""
    reason: str = ""
    ratio: str = ""
    note: str = ""
    dimmed: bool = False
    steps: tuple[tuple[StepMark, str], ...] = ()

    @property
    def spoken(self) -> str:
        """All of it in one line, for screen readers."""
        parts = [" ".join(filter(None, (self.word, self.qualifier))), self.title, self.reason, self.ratio, self.note]
        parts += [text for mark, text in self.steps if mark is StepMark.NOW]
        return ". ".join(filter(None, parts))


_STEP_ICONS = {StepMark.DONE: "step_done", StepMark.NOW: "step_now", StepMark.OPEN: "step_open"}


_WRAPPED = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)


@dataclass(frozen=True, slots=True)
class _TitleBlock:
    """Title and sentence, measured."""

    box: QRect
    title_font: QFont
    reason_font: QFont
    title_height: int
    reason_height: int
    height: int


class VerdictBanner(QWidget):
    """Paints a `BannerContent`."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        self._look = look
        self._content = BannerContent()
        self._most_cap_px = 10_000
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self._on_look_changed)

    @property
    def content(self) -> BannerContent:
        """What is shown."""
        return self._content

    def set_content(self, content: BannerContent) -> None:
        """Show something else, and tell screen readers."""
        if content == self._content:
            return
        self._content = content
        self.setAccessibleName(content.spoken)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
        self.update()

    def limit_cap(self, cap_px: int) -> None:
        """Let the column allow less than the viewing distance asks for; a small screen cannot do more."""
        if cap_px != self._most_cap_px:
            self._most_cap_px = cap_px
            self.updateGeometry()

    @property
    def cap_px(self) -> int:
        """Cap height of the word in pixels."""
        return min(self._look.px(self._look.metrics.cap_mm(TypeSize.VERDICT)), self._most_cap_px)

    def sizeHint(self) -> QSize:
        """Word, two lines of reason and the multiple; the same for every content, so that nothing jumps."""
        return QSize(self._look.px(88), self.height_for(self.cap_px))

    def minimumSizeHint(self) -> QSize:
        """As tall as `sizeHint`."""
        return QSize(self._look.px(70), self.sizeHint().height())

    def height_for(self, cap_px: int) -> int:
        """Height of the block for a cap height of the word."""
        body = QFontMetrics(self._look.font(TypeSize.BODY))
        ratio = QFontMetrics(self._ratio_font())
        return round(cap_px * 1.55) + 2 * body.height() + ratio.height() + 3 * self._look.px(1.5)

    # --- drawing ------------------------------------------------------------------------------------------------------

    def _ratio_font(self) -> QFont:
        return self._look.font(TypeSize.TITLE, bold=True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill first, then what stands on it."""
        content, look = self._content, self._look
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill, ink, edge = self._colors()
        painter.fillRect(self.rect(), fill)
        if content.tone in (Tone.NOT_INSPECTED, Tone.FAULT):
            # Darker under light ink and lighter under dark ink, so that contrast only grows.
            shade = QColor("#000000") if ink.lightness() > 128 else QColor("#FFFFFF")
            paint_hatch(painter, self.rect(), mix(fill, shade, 0.16), look.px(3.0))
        if edge is not None:
            width = look.px(0.8)
            painter.setPen(QPen(edge, width))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = width // 2
            painter.drawRect(self.rect().adjusted(half, half, -half - 1, -half - 1))
        inner = self._inner()
        if content.steps:
            self._paint_steps(painter, inner, ink)
        elif content.word:
            self._paint_verdict(painter, inner, ink)
        else:
            self._paint_title(painter, inner, ink)
        painter.end()

    def _colors(self) -> tuple[QColor, QColor, QColor | None]:
        """Fill, ink and outline; a dimmed block keeps shape and words but gives up its color."""
        look, tone = self._look, self._content.tone
        if self._content.dimmed or tone is Tone.QUIET:
            return look.color("bg_panel"), look.color("text_2"), look.color("line_soft")
        if tone is Tone.OK:
            return look.color("ok_fill"), look.color("ok_ink"), look.color("ok_edge")
        if tone is Tone.NOT_INSPECTED:
            return look.color("none_fill"), look.color("none_ink"), None
        return look.color("ng_fill"), look.color("ng_ink"), None

    def _paint_verdict(self, painter: QPainter, inner: QRect, ink: QColor) -> None:
        content, look = self._content, self._look
        cap = self.cap_px
        row = QRect(inner.left(), inner.top(), inner.width(), round(cap * 1.55))
        side = round(cap * 1.25)
        baseline = row.center().y() + cap // 2
        look.icons.paint(painter, content.icon, ink.name(), row.left(), row.center().y() - side / 2, side)
        x = row.left() + side + round(cap * 0.25)
        painter.setPen(ink)
        font = look.font_px(round(cap / look.metrics.cap_share), bold=True)
        painter.setFont(font)
        painter.drawText(x, baseline, content.word)
        x += QFontMetrics(font).horizontalAdvance(content.word) + round(cap * 0.2)
        beside = self._paint_qualifier(painter, inner.right() - x, x, baseline)
        body = look.font(TypeSize.BODY)
        painter.setFont(body)
        reason = QRect(inner.left(), row.bottom() + look.px(0.8), inner.width(), 2 * QFontMetrics(body).height())
        painter.drawText(reason, _WRAPPED, content.reason)
        used = painter.boundingRect(reason, _WRAPPED, content.reason).height() if content.reason else 0
        painter.setFont(self._ratio_font())
        below = QRect(inner.left(), reason.top() + used, inner.width(), inner.bottom() - reason.top() - used)
        last = " · ".join(filter(None, (content.ratio, "" if beside else content.qualifier)))
        if content.note:
            note = self._paint_note(painter, inner, ink)
            if QFontMetrics(self._ratio_font()).horizontalAdvance(last) > note.left() - inner.left():
                last = content.ratio
            painter.setPen(ink)
            painter.setFont(self._ratio_font())
        painter.drawText(below, int(Qt.AlignmentFlag.AlignLeft) | int(Qt.AlignmentFlag.AlignVCenter), last)

    def _paint_qualifier(self, painter: QPainter, room: int, x: int, baseline: int) -> bool:
        """Beside the word, on its baseline; False when the room is so short that it must go below."""
        text, cap = self._content.qualifier, self.cap_px
        for size in range(round(cap * 0.68), round(cap * 0.28), -1):
            font = self._look.font_px(size, bold=True)
            if QFontMetrics(font).horizontalAdvance(text) <= room:
                painter.setFont(font)
                painter.drawText(x, baseline, text)
                return True
        return not text

    def _paint_note(self, painter: QPainter, inner: QRect, ink: QColor) -> QRect:
        """The count of parts that passed while a rejected one is held; returns its box."""
        look = self._look
        font = look.font(TypeSize.BODY, bold=True)
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(self._content.note) + 2 * look.px(2)
        height = metrics.height() + look.px(0.8)
        box = QRect(inner.right() - width, inner.bottom() - height, width, height)
        painter.fillRect(box, ink)
        painter.setPen(self._colors()[0])
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._content.note)
        return box

    def _paint_title(self, painter: QPainter, inner: QRect, ink: QColor) -> None:
        """A block without a verdict: icon, a title, a sentence."""
        content, look = self._content, self._look
        block = self._title_block(inner)
        box = block.box
        top = inner.top() + max(0, (inner.height() - block.height) // 2)
        if content.icon:
            side = look.px(9)
            first_lines = min(block.title_height, 2 * QFontMetrics(block.title_font).height())
            y = top + (first_lines - side) / 2
            look.icons.paint(painter, content.icon, ink.name(), inner.left(), y, side)
        painter.setPen(ink)
        painter.setFont(block.title_font)
        painter.drawText(QRect(box.left(), top, box.width(), block.title_height), _WRAPPED, content.title)
        painter.setFont(block.reason_font)
        below = QRect(box.left(), top + block.height - block.reason_height, box.width(), block.reason_height)
        painter.drawText(below, _WRAPPED, content.reason)

    def _title_block(self, inner: QRect) -> "_TitleBlock":
        """The largest of three type sizes in which title and sentence fit."""
        content, look = self._content, self._look
        left = look.px(9) + look.px(3) if content.icon else 0
        box = inner.adjusted(left, 0, 0, 0)
        between = look.px(1.2) if content.reason else 0
        sizes = (
            (TypeSize.TITLE, TypeSize.BODY),
            (TypeSize.BODY, TypeSize.BODY),
            (TypeSize.BODY, TypeSize.SMALL),
        )
        blocks = []
        for title_size, reason_size in sizes:
            title_font, reason_font = look.font(title_size, bold=True), look.font(reason_size)
            title = QFontMetrics(title_font).boundingRect(box, _WRAPPED, content.title).height()
            reason = QFontMetrics(reason_font).boundingRect(box, _WRAPPED, content.reason).height()
            reason = reason if content.reason else 0
            blocks.append(_TitleBlock(box, title_font, reason_font, title, reason, title + between + reason))
        return next((block for block in blocks if block.height <= inner.height()), blocks[-1])

    def text_fits(self) -> bool:
        """Whether nothing of the text is cut off at the present size; for tests of layouts."""
        inner = self._inner()
        if self._content.word:
            metrics = QFontMetrics(self._look.font(TypeSize.BODY))
            reason = metrics.boundingRect(inner, _WRAPPED, self._content.reason).height()
            ratio = QFontMetrics(self._ratio_font()).height() if self._content.ratio else 0
            return round(self.cap_px * 1.55) + self._look.px(0.8) + reason + ratio <= inner.height() + 1
        return self._title_block(inner).height <= inner.height()

    def _inner(self) -> QRect:
        pad = self._look.px(3.5)
        return self.rect().adjusted(pad, self._look.px(1.5), -pad, -self._look.px(1.5))

    def _paint_steps(self, painter: QPainter, inner: QRect, ink: QColor) -> None:
        """Steps of starting, ticking off."""
        content, look = self._content, self._look
        title_font, body = look.font(TypeSize.TITLE, bold=True), look.font(TypeSize.BODY)
        title_height = QFontMetrics(title_font).height()
        row = max(QFontMetrics(body).height(), look.px(5.5))
        top = inner.top() + max(0, (inner.height() - title_height - len(content.steps) * row) // 2)
        painter.setPen(ink)
        painter.setFont(title_font)
        painter.drawText(
            QRect(inner.left(), top, inner.width(), title_height), int(Qt.AlignmentFlag.AlignLeft), content.title
        )
        y = top + title_height
        side = look.px(4)
        for mark, text in content.steps:
            color = ink if mark is not StepMark.OPEN else look.color("text_off")
            look.icons.paint(painter, _STEP_ICONS[mark], color.name(), inner.left(), y + (row - side) / 2, side)
            painter.setPen(color)
            painter.setFont(look.font(TypeSize.BODY, bold=mark is StepMark.NOW))
            box = QRect(inner.left() + side + look.px(2), y, inner.width() - side - look.px(2), row)
            painter.drawText(box, int(Qt.AlignmentFlag.AlignVCenter), text)
            y += row

    def _on_look_changed(self) -> None:
        self.updateGeometry()
        self.update()
