"""A question or a list in the page itself: it lies over the picture, so that it never covers verdict or faults.

No window of its own: a station often runs without a window manager, and a window could open anywhere.
"""

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.widgets.buttons import Button, ButtonKind


class Sheet(QFrame):
    """Title, content, buttons; Esc closes it, and it goes when it is closed."""

    closed = Signal()

    def __init__(self, look: Look, over: QWidget, *, width_mm: float = 150.0) -> None:
        """Open over a widget; subclasses fill `body` and `buttons`, then call `open`.

        Args:
            look: colors and sizes.
            over: the sheet lies in the middle of this widget and follows it.
            width_mm: how wide it wants to be.
        """
        super().__init__(over.window())
        self._look = look
        self._over = over
        self._width_mm = width_mm
        self._before: QWidget | None = QApplication.focusWidget()
        self.setObjectName("sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setWordWrap(True)
        self.body = QVBoxLayout()
        self.body.setSpacing(look.px(2))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(look.px(3))
        self.close_button = Button(look, "close")
        self.close_button.clicked.connect(self.dismiss)
        layout = self._layout = QVBoxLayout(self)
        layout.setContentsMargins(look.px(5), look.px(4), look.px(5), look.px(4))
        layout.setSpacing(look.px(3))
        layout.addWidget(self.title)
        layout.addLayout(self.body, 1)
        layout.addLayout(self.buttons)
        over.window().installEventFilter(self)
        over.installEventFilter(self)
        look.changed.connect(self._on_look_changed)

    def open(self, focus: QWidget) -> None:
        """Show it and put the keyboard inside."""
        self.retranslate()
        self.setAccessibleName(self.title.text())
        self._place()
        self.show()
        self.raise_()
        # Only now the style sheet has given every label its font.
        self._layout.activate()
        self._place()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without doing anything; the keyboard goes back to where it was."""
        if self._before is not None and shiboken6.isValid(self._before) and self._before.isVisible():
            _first_open(self._before).setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()
        self.closed.emit()
        self.deleteLater()

    def fit(self) -> None:
        """Take the height that another text needs."""
        self._layout.activate()
        self._place()

    def retranslate(self) -> None:
        """Say all texts again; subclasses say theirs."""
        self.close_button.setText(self.tr("Close"))

    def paragraph(self, text: str = "", *, role: str = "") -> QLabel:
        """Add a label that wraps."""
        label = QLabel(text)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        if role:
            label.setProperty("role", role)
        self.body.addWidget(label)
        return label

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what lies below."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays in the sheet: what lies below cannot be seen."""
        start = QApplication.focusWidget() or self
        found = _neighbor(start, forward=forward)
        while found is not start and not (self.isAncestorOf(found) and _open_to_keys(found)):
            found = _neighbor(found, forward=forward)
        found.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Say all texts again in another language."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _on_look_changed(self) -> None:
        self._place()

    def _place(self) -> None:
        """In the middle of the widget below, and never larger."""
        window = self._over.window()
        room = QRect(self._over.mapTo(window, self._over.rect().topLeft()), self._over.size())
        margin = self._look.px(2)
        room.adjust(margin, margin, -margin, -margin)
        width = min(room.width(), self._look.px(self._width_mm))
        border = self.contentsMargins()
        inside = width - border.left() - border.right()
        layout = self._layout
        wanted = layout.heightForWidth(inside) if layout.hasHeightForWidth() else layout.sizeHint().height()
        wanted += border.top() + border.bottom()
        height = min(max(wanted, self.minimumSizeHint().height()), room.height())
        box = QRect(0, 0, width, height)
        box.moveCenter(room.center())
        self.setGeometry(box)


def _open_to_keys(widget: QWidget) -> bool:
    return widget.isEnabled() and widget.isVisible() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _neighbor(widget: QWidget, *, forward: bool) -> QWidget:
    found = widget.nextInFocusChain() if forward else widget.previousInFocusChain()
    return widget if found is None else found


def _first_open(widget: QWidget) -> QWidget:
    """The widget, or what the keyboard comes to after it: a button may be shut while the work that it began runs."""
    if _open_to_keys(widget):
        return widget
    found = _neighbor(widget, forward=True)
    while found is not widget and not _open_to_keys(found):
        found = _neighbor(found, forward=True)
    return found


class Question(Sheet):
    """One sentence and a button that names what it does; the other one keeps everything as it is."""

    confirmed = Signal()

    def __init__(self, look: Look, over: QWidget, icon: str) -> None:
        """Make it; the caller sets texts with `say` and opens it with `ask`."""
        super().__init__(look, over, width_mm=130.0)
        self._sentence = self.paragraph()
        self.confirm = Button(look, icon, height_mm=20.0, kind=ButtonKind.PRIMARY)
        self.confirm.clicked.connect(self._on_confirm)
        self.buttons.addWidget(self.confirm)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.close_button)

    def say(self, title: str, sentence: str, confirm: str, keep: str) -> None:
        """Set the texts in the present language."""
        self.title.setText(title)
        self._sentence.setText(sentence)
        self.confirm.setText(confirm)
        self.close_button.setText(keep)

    def ask(self) -> None:
        """Open with the keyboard on the button that acts."""
        self.open(self.confirm)

    def retranslate(self) -> None:
        """Texts come from the caller."""

    def _on_confirm(self) -> None:
        self.confirmed.emit()
        self.dismiss()
