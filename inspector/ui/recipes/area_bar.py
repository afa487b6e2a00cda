"""The tools above the picture of step Area."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from inspector.ui.look import Look
from inspector.ui.recipes.polygon_editor import PolygonEditor
from inspector.ui.recipes.shapes import EditorTool
from inspector.ui.widgets.buttons import Button

_HEIGHT_MM = 11.0


class AreaBar(QWidget):
    """Three tools, and what can be done with the shape that is begun or selected."""

    def __init__(self, look: Look, editor: PolygonEditor) -> None:
        """Work on an editor."""
        super().__init__()
        self._editor = editor
        icons = {
            EditorTool.CHANGE: "shape_change",
            EditorTool.INCLUDE: "shape_include",
            EditorTool.IGNORE: "shape_ignore",
        }
        self.tools = {tool: Button(look, icon, height_mm=_HEIGHT_MM, checkable=True) for tool, icon in icons.items()}
        self.close_shape = Button(look, "shape_close", height_mm=_HEIGHT_MM)
        self.add_point = Button(look, "point_add", height_mm=_HEIGHT_MM)
        self.delete = Button(look, "delete", height_mm=_HEIGHT_MM)
        self.undo = Button(look, "undo", height_mm=_HEIGHT_MM)
        self.redo = Button(look, "redo", height_mm=_HEIGHT_MM)
        self.fit = Button(look, "fit", height_mm=_HEIGHT_MM)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(look.px(1.5))
        for button in self.tools.values():
            layout.addWidget(button)
            button.clicked.connect(self._on_tool)
        layout.addSpacing(look.px(3))
        for button in (self.close_shape, self.add_point, self.delete, self.undo, self.redo):
            layout.addWidget(button)
        self.close_shape.clicked.connect(editor.close_shape)
        self.add_point.clicked.connect(editor.add_point)
        self.delete.clicked.connect(editor.delete_selected)
        self.undo.clicked.connect(editor.undo)
        self.redo.clicked.connect(editor.redo)
        layout.addStretch(1)
        layout.addWidget(self.fit)
        self.fit.clicked.connect(editor.fit)
        editor.state_changed.connect(self.say)
        editor.zoom_changed.connect(self.say)
        editor.edited.connect(self.say)
        self.retranslate()

    def say(self) -> None:
        """Show what can be done now."""
        editor = self._editor
        for tool, button in self.tools.items():
            button.setChecked(tool is editor.tool)
        shown = {self.close_shape: editor.sketching, self.add_point: not editor.sketching}
        shown[self.delete] = not editor.sketching
        # First hide, then show: in between the row must not ask for more room than the window has.
        for button in sorted(shown, key=lambda one: shown[one]):
            button.setVisible(shown[button])
        self.close_shape.setEnabled(editor.can_close)
        self.add_point.setEnabled(editor.selected is not None)
        self.delete.setEnabled(editor.selected is not None)
        whole = editor.selected is not None and editor.selected.point < 0
        self.delete.setText(self.tr("Delete shape") if whole else self.tr("Delete point"))
        self.undo.setEnabled(editor.sketching or editor.drawing.can_undo)
        self.redo.setEnabled(editor.drawing.can_redo)
        self.fit.setEnabled(editor.zoomed)

    def retranslate(self) -> None:
        """Say all texts again."""
        self.tools[EditorTool.CHANGE].setText(self.tr("Change"))
        self.tools[EditorTool.INCLUDE].setText(self.tr("Inspect"))
        self.tools[EditorTool.IGNORE].setText(self.tr("Ignore"))
        self.close_shape.setText(self.tr("Close shape"))
        self.add_point.setText(self.tr("Add point"))
        # Arrows and zoom need no word, so that the row fits the least window.
        for button, word in ((self.undo, self.tr("Undo")), (self.redo, self.tr("Redo")), (self.fit, self.tr("Fit"))):
            button.setAccessibleName(word)
            button.setToolTip(word)
        self.say()

    def _on_tool(self) -> None:
        sender = self.sender()
        for tool, button in self.tools.items():
            if button is sender:
                self._editor.choose_tool(tool)
                self._editor.setFocus()
