"""A camera's features as a tree: by category, what a selector chooses below it, or a flat list of what was searched."""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from inspector.core.camera_features import Feature, FeatureKind

FEATURE_ROLE = int(Qt.ItemDataRole.UserRole)
KEY_ROLE = FEATURE_ROLE + 1
VISIBILITIES = ("Beginner", "Expert", "Guru")
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class FeatureFilter:
    """What of the features is shown.

    Attributes:
        visibility: the highest that is shown, one of `VISIBILITIES`.
        search: words in name, display name or tool tip; they look at everything, also beyond the visibility.
        changed_only: only those that differ from when the camera was opened.
        unavailable: also those that the camera's other settings leave without a meaning.
    """

    visibility: str = "Beginner"
    search: str = ""
    changed_only: bool = False
    unavailable: bool = False

    def shows(self, feature: Feature, *, changed: bool) -> bool:
        """Whether a feature is shown."""
        if feature.visibility not in VISIBILITIES or (self.changed_only and not changed):
            return False
        if not feature.available and not self.unavailable:
            return False
        if self.search:
            text = f"{feature.name} {feature.display_name} {feature.tooltip}".casefold()
            return all(word in text for word in self.search.casefold().split())
        return VISIBILITIES.index(feature.visibility) <= VISIBILITIES.index(self.visibility)


@dataclass(eq=False, slots=True)
class _Node:
    key: str
    text: str
    feature: Feature | None = None
    parent: "_Node | None" = None
    children: list["_Node"] = field(default_factory=list)

    @property
    def row(self) -> int:
        return self.parent.children.index(self) if self.parent is not None else 0


class FeatureModel(QAbstractItemModel):
    """Two columns: what it is called, and its value with its unit."""

    def __init__(
        self, is_changed: Callable[[Feature], bool], color: Callable[[str], QColor], parent: QObject | None = None
    ) -> None:
        """Begin empty.

        Args:
            is_changed: whether a value differs from when the camera was opened.
            color: a color of the palette by its name.
            parent: owner.
        """
        super().__init__(parent)
        self._is_changed, self._color = is_changed, color
        self._root = _Node("", "")
        self._nodes: dict[str, _Node] = {}
        self._shape: tuple[object, ...] = ()

    def show_features(self, features: tuple[Feature, ...], wanted: FeatureFilter) -> bool:
        """Show features; True when the tree has another shape now, so that a view must open its branches again."""
        shown = [one for one in features if wanted.shows(one, changed=self._is_changed(one))]
        flat = bool(wanted.search)
        shape = (flat, tuple((one.name, one.category, one.selected_by) for one in shown))
        if shape == self._shape:
            for feature in shown:
                self._nodes[feature.name].feature = feature
            self._tell(self._root)
            return False
        self.beginResetModel()
        self._shape = shape
        self._root, self._nodes = _Node("", ""), {}
        for feature in shown:
            self._nodes[feature.name] = _Node(feature.name, feature.display_name or feature.name, feature)
        for node in self._nodes.values():
            self._add(node, self._root if flat else self._place(node))
        self.endResetModel()
        return True

    def find(self, name: str) -> QModelIndex:
        """Where a feature stands."""
        node = self._nodes.get(name)
        return self.createIndex(node.row, 0, node) if node is not None else QModelIndex()

    def categories(self) -> tuple[QModelIndex, ...]:
        """Every branch, outer ones first."""
        found: list[QModelIndex] = []

        def walk(node: _Node) -> None:
            for row, child in enumerate(node.children):
                if child.children:
                    found.append(self.createIndex(row, 0, child))
                    walk(child)

        walk(self._root)
        return tuple(found)

    # --- Qt -----------------------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: _Index = _NOWHERE) -> QModelIndex:
        """A place in the tree."""
        node = self._node(parent)
        if not (0 <= row < len(node.children) and 0 <= column < 2):
            return QModelIndex()
        return self.createIndex(row, column, node.children[row])

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]  # QObject.parent has no argument
        """The branch that a place is on."""
        parent = self._node(index).parent if index.isValid() else None
        if parent is None or parent is self._root:
            return QModelIndex()
        return self.createIndex(parent.row, 0, parent)

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Places on a branch."""
        return len(self._node(parent).children) if parent.column() <= 0 else 0

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        """Name and value."""
        return 2

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Text, feature, and how it is written: bold when changed, gray when it cannot be."""
        node = self._node(index)
        feature = node.feature
        if role == FEATURE_ROLE:
            return feature
        if role == KEY_ROLE:
            return node.key
        if role == int(Qt.ItemDataRole.DisplayRole):
            if index.column() == 0:
                return node.text
            return "" if feature is None else value_text(feature)
        if feature is None:
            return None
        if role == int(Qt.ItemDataRole.ToolTipRole):
            return f"{feature.name}\n{feature.tooltip}".strip()
        if role == int(Qt.ItemDataRole.AccessibleTextRole):
            return f"{node.text}: {value_text(feature)}"
        if role == int(Qt.ItemDataRole.ForegroundRole):
            token = "text_off" if not feature.available else "text_1" if feature.writable else "text_2"
            return self._color(token)
        if role == int(Qt.ItemDataRole.FontRole) and self._is_changed(feature):
            font = QFont()
            font.setBold(True)
            return font
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        """Words of the columns."""
        if orientation is Qt.Orientation.Horizontal and role == int(Qt.ItemDataRole.DisplayRole):
            return (self.tr("Feature"), self.tr("Value"))[section]
        return None

    # --- building -----------------------------------------------------------------------------------------------------

    def _node(self, index: _Index) -> _Node:
        node = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, _Node) else self._root

    def _place(self, node: _Node) -> _Node:
        """Below its selector where that is shown, else in its category."""
        feature = node.feature
        if feature is None:
            return self._root
        for selector in feature.selected_by:
            above = self._nodes.get(selector)
            if above is not None and above is not node and not self._is_below(above, node):
                return above
        place = self._root
        path = ""
        for part in filter(None, feature.category.split("/")):
            path = f"{path}/{part}"
            known = next((child for child in place.children if child.key == path), None)
            if known is None:
                known = _Node(path, part)
                self._add(known, place)
            place = known
        return place

    def _is_below(self, node: _Node, above: _Node) -> bool:
        """Whether a camera that names two selectors of each other would make a circle."""
        step: _Node | None = node
        while step is not None:
            if step is above:
                return True
            step = step.parent
        return False

    def _add(self, node: _Node, place: _Node) -> None:
        node.parent = place
        place.children.append(node)

    def _tell(self, node: _Node) -> None:
        if node.children:
            first = self.createIndex(0, 0, node.children[0])
            last = self.createIndex(len(node.children) - 1, 1, node.children[-1])
            self.dataChanged.emit(first, last)
            for child in node.children:
                self._tell(child)


def value_text(feature: Feature) -> str:
    """A value with its unit."""
    if feature.kind is FeatureKind.COMMAND:
        return "▸"
    if not feature.readable and not feature.value:
        return "–"
    value = feature.value
    if feature.kind is FeatureKind.FLOAT:
        value = plain_number(value)
    return f"{value} {unit_text(feature.unit)}".strip()


def plain_number(value: str | float) -> str:
    """A number without exponent, as far as people can read it; a text that is none stays."""
    try:
        number = float(value)
    except ValueError:
        return str(value)
    if number != 0 and not 1e-4 <= abs(number) < 1e9:
        return f"{number:g}"
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return text or "0"


def unit_text(unit: str) -> str:
    """A unit as people write it."""
    return {"us": "µs"}.get(unit, unit)
