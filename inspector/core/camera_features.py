"""A camera's own features as plain values, and how they are read and written."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class FeatureKind(Enum):
    """What a camera feature holds."""

    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    ENUMERATION = "enumeration"
    STRING = "string"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a camera's node map, as plain values.

    Attributes:
        category: the way to it in the tree, "ImageFormatControl" or "A/B"; "" for a feature in no category.
        visibility: "Beginner", "Expert", "Guru" or "Invisible".
        minimum, maximum, step: limits now, which other features may change; None where there is no limit.
        entries: of an enumeration, those that can be chosen now.
        description: the camera's long text; may be the tooltip again.
        available: False while the camera's other settings leave it without a meaning.
        unavailable_entries: of an enumeration, those that exist and cannot be chosen now.
        selected_by: selectors that say which of several values this feature means.
        polling_ms: it changes by itself; read it again after so long while it is seen. 0: only writing changes it.
        streamable: the camera counts it among its settings, so `save` holds it.
    """

    name: str
    display_name: str
    category: str
    kind: FeatureKind
    visibility: str
    readable: bool
    writable: bool
    value: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    entries: tuple[str, ...] = ()
    tooltip: str = ""
    description: str = ""
    available: bool = True
    unavailable_entries: tuple[str, ...] = ()
    selected_by: tuple[str, ...] = ()
    polling_ms: int = 0
    streamable: bool = False


FeatureLines = tuple[tuple[str, str], ...]
"""Feature names and values as text, in the order in which a camera takes them; a selector stands before its values."""


@dataclass(frozen=True, slots=True)
class FeatureResult:
    """What became of one line that `FeatureAccess.load` wrote; `problem` is the reason of a refusal, "" for none."""

    name: str
    asked: str
    kept: str
    problem: str = ""


class FeatureAccess(Protocol):
    """A camera's own features. Any thread; each call is a request with a time limit of 5 s (20 s for all features).

    Besides what is said below, each raises OperationalError CAM-002 when the camera is lost.
    """

    def snapshot(self) -> tuple[Feature, ...]:
        """Every feature with its value now, in the camera's own order."""

    def describe(self, names: Sequence[str]) -> tuple[Feature, ...]:
        """These features with their values now, in this order; a name that the camera does not have is left out."""

    def get(self, name: str) -> str:
        """One value as text, read without cache. OperationalError CAM-004: no such feature, or not readable."""

    def set(self, name: str, value: str) -> str:
        """Write and read back; returns the kept value. OperationalError CAM-004 with the camera's own sentence."""

    def execute(self, name: str) -> None:
        """Execute a command and wait until the camera is done. OperationalError CAM-004: refused, or not done."""

    def save(self) -> FeatureLines:
        """The camera's settings, to be written back with `load`. OperationalError CAM-004."""

    def load(self, lines: Sequence[tuple[str, str]]) -> tuple[FeatureResult, ...]:
        """Write settings, each as far as the camera takes it, and say what became of each. Nothing is undone."""
