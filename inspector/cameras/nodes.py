"""A camera's features as this program sees them: no driver, no SFNC names, only values that can be refused.

The camera process implements `Nodes` on GenICam; tests implement it on a dictionary.
"""

import math
from typing import Protocol

from inspector.core.camera_features import FeatureKind

Value = str | int | float | bool


class FeatureRefused(Exception):
    """The camera did not take or give a value; the text is the camera's own sentence."""


class Node(Protocol):
    """One feature of a camera."""

    @property
    def name(self) -> str:
        """Its name in the node map."""

    @property
    def kind(self) -> FeatureKind:
        """What it holds."""

    def readable(self) -> bool:
        """Whether it can be read now."""

    def writable(self) -> bool:
        """Whether it can be written now."""

    def available(self) -> bool:
        """Whether it has a meaning with the camera's present settings."""

    def done(self) -> bool:
        """Whether a command that was executed has ended; True for anything else. FeatureRefused."""

    def read(self) -> Value:
        """The value, past every cache. FeatureRefused."""

    def write(self, value: Value) -> None:
        """Write, or execute a command. FeatureRefused."""

    def limits(self) -> tuple[float | None, float | None, float | None]:
        """Smallest and largest value and step of a number; None where there is none. FeatureRefused."""

    def entries(self) -> tuple[str, ...]:
        """Names that an enumeration offers now. FeatureRefused."""


class Nodes(Protocol):
    """The features of a camera."""

    def find(self, name: str) -> Node | None:
        """A feature that this camera implements, or None."""


def as_text(value: Value) -> str:
    """A value as people and files write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def from_text(kind: FeatureKind, text: str) -> Value:
    """The value that a text means for a kind of feature.

    Raises:
        FeatureRefused: it means none.
    """
    text = text.strip() if kind is not FeatureKind.STRING else text
    try:
        match kind:
            case FeatureKind.INTEGER:
                return int(text, 0)
            case FeatureKind.FLOAT:
                if not math.isfinite(number := float(text)):  # cameras take such a thing, and hold it
                    raise ValueError(text)
                return number
            case FeatureKind.BOOLEAN:
                return {"true": True, "1": True, "on": True, "false": False, "0": False, "off": False}[text.lower()]
            case _:
                return text
    except (ValueError, KeyError) as error:
        raise FeatureRefused(f"“{text}” is no {kind.value}.") from error


def why_locked(node: Node, *, streaming: bool) -> str:
    """Why a feature cannot be written now, as far as cameras let one know."""
    if not node.available():
        return "the camera does not offer it " + ("while pictures come" if streaming else "with its present settings")
    if streaming:
        return "it is read-only, or locked while pictures come: stop, then try again"
    return "it is read-only, or another setting of the camera locks it"


def first(nodes: Nodes, *names: str) -> Node | None:
    """The first of these features that the camera has."""
    return next((node for name in names if (node := nodes.find(name)) is not None), None)


def number_of(nodes: Nodes, *names: str) -> float | None:
    """The number in the first of these features that can be read; None if there is none."""
    for name in names:
        node = nodes.find(name)
        if node is not None and node.readable():
            value = node.read()
            if isinstance(value, int | float):
                return float(value)
    return None
