"""Samples as Qt's lists understand them: rows that come and go one by one, so that the view stays where it was."""

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QByteArray, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from inspector.core.sample import Sample
from inspector.ui.recipes.sample_words import sample_summary
from inspector.ui.recipes.thumbnails import Thumbnails

MIME = "application/x-inspector-samples"
_AnyIndex = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class SampleRole(IntEnum):
    """What is asked of a row beside its words."""

    SAMPLE = Qt.ItemDataRole.UserRole
    IMAGE = Qt.ItemDataRole.UserRole + 1


class SampleModel(QAbstractListModel):
    """One list of samples, in the order in which they are handed in."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        """Begin empty."""
        super().__init__()
        self._thumbnails = thumbnails
        self._samples: list[Sample] = []
        self._rows: dict[str, int] = {}
        thumbnails.loaded.connect(self._on_loaded)

    @property
    def samples(self) -> tuple[Sample, ...]:
        """All rows."""
        return tuple(self._samples)

    @property
    def thumbnails(self) -> Thumbnails:
        """Where pictures come from."""
        return self._thumbnails

    def set_samples(self, samples: Sequence[Sample]) -> None:
        """Show these; rows that stay are not touched, so selection and scroll position stay too."""
        wanted = [sample.id for sample in samples]
        keep = set(wanted)
        kept = [sample.id for sample in self._samples if sample.id in keep]
        in_order = [one for one in wanted if one in self._rows]
        if kept != in_order or len(keep ^ self._rows.keys()) > max(64, len(wanted) // 2):
            self.beginResetModel()
            self._samples = list(samples)
            self._index()
            self.endResetModel()
            return
        self._remove_others(keep)
        self._insert_new(samples)
        changed = [row for row, (old, new) in enumerate(zip(self._samples, samples, strict=True)) if old != new]
        self._samples = list(samples)
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def row_of(self, sample_id: str) -> int:
        """Row of a sample; -1 when it is not here."""
        return self._rows.get(sample_id, -1)

    def rowCount(self, parent: _AnyIndex = _NOWHERE) -> int:
        """How many samples."""
        return 0 if parent.isValid() else len(self._samples)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The sample, its picture, or words about it for tool tips and screen readers."""
        if not index.isValid() or index.row() >= len(self._samples):
            return None
        sample = self._samples[index.row()]
        if role == SampleRole.SAMPLE:
            return sample
        if role == SampleRole.IMAGE:
            return self._thumbnails.get(sample)
        if role in (
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.AccessibleDescriptionRole,
        ):
            return sample_summary(sample)
        return None

    def flags(self, index: _AnyIndex) -> Qt.ItemFlag:
        """Each can be chosen and dragged; things are dropped between them, not on them."""
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return plain if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        """Ids of samples, understood by our own lists only."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """What is dragged."""
        data = QMimeData()
        ids = [self._samples[index.row()].id for index in sorted(indexes, key=QModelIndex.row)]
        data.setData(MIME, QByteArray("\n".join(ids).encode()))
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        """Samples move."""
        return Qt.DropAction.MoveAction

    def _remove_others(self, keep: set[str]) -> None:
        row = len(self._samples) - 1
        while row >= 0:
            if self._samples[row].id in keep:
                row -= 1
                continue
            last = row
            while row > 0 and self._samples[row - 1].id not in keep:
                row -= 1
            self.beginRemoveRows(_NOWHERE, row, last)
            del self._samples[row : last + 1]
            self._index()
            self.endRemoveRows()
            row -= 1

    def _insert_new(self, samples: Sequence[Sample]) -> None:
        row = 0
        while row < len(samples):
            if row < len(self._samples) and self._samples[row].id == samples[row].id:
                row += 1
                continue
            last = row
            here = self._samples[row].id if row < len(self._samples) else ""
            while last + 1 < len(samples) and samples[last + 1].id != here:
                last += 1
            self.beginInsertRows(_NOWHERE, row, last)
            self._samples[row:row] = samples[row : last + 1]
            self._index()
            self.endInsertRows()
            row = last + 1

    def _index(self) -> None:
        self._rows = {sample.id: row for row, sample in enumerate(self._samples)}

    def _on_loaded(self, sample_id: str) -> None:
        row = self._rows.get(sample_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, [SampleRole.IMAGE])


def dragged_ids(data: QMimeData) -> tuple[str, ...]:
    """Ids of samples that are dragged; none for anything else."""
    if not data.hasFormat(MIME):
        return ()
    return tuple(bytes(data.data(MIME).data()).decode().split("\n"))
