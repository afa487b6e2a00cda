"""Fault scripts: what goes wrong with a simulated camera, and with which part.

The words are those of the Rehearsal page and of the tests. As text, for a source id or a settings file:

    after(120).drop(3); at(500).hang(2 s); incomplete(every=50)

and as objects: `FaultScript().after(120).drop(3).at(500).hang(2).incomplete(every=50)`. A text is parsed against the
list of words below; nothing in it is ever executed.
"""

import math
import re
from dataclasses import dataclass, replace
from enum import Enum

from inspector.core.errors import InvalidInput

_CALL = re.compile(r"\s*([a-z_]+)\s*\(([^()]*)\)\s*")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(ms|s)?")


class FaultKind(Enum):
    """What can go wrong; the value is the word of the script."""

    DROP = "drop"
    INCOMPLETE = "incomplete"
    HANG = "hang"
    LOSE = "lose"
    RESTART = "restart"
    OTHER_CAMERA = "other_camera"
    JUMP_ID = "jump_id"
    LATE = "late"
    WRONG_SIZE = "wrong_size"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        value: parts for `DROP`, ids for `JUMP_ID`, seconds for `HANG` and `LOSE`, milliseconds for `LATE`; else 0.
        first: part number where it happens, or from where on with `every`.
        every: happens with each part whose number it divides; 0 for once.
    """

    kind: FaultKind
    value: float = 0
    first: int = 1
    every: int = 0

    def hits(self, number: int) -> bool:
        """Whether it happens to this part."""
        width = int(self.value) if self.kind is FaultKind.DROP else 1
        if self.every:
            return number >= self.first and number % self.every < width and number >= self.every
        return self.first <= number < self.first + width


@dataclass(frozen=True, slots=True)
class FaultScript:
    """What goes wrong, in the order in which it was written.

    Attributes:
        faults: all of them.
        first: where the next one that is added happens.
    """

    faults: tuple[Fault, ...] = ()
    first: int = 1

    @classmethod
    def parse(cls, text: str) -> "FaultScript":
        """Read a script; calls follow each other after `.`, `;` or `,`.

        Raises:
            InvalidInput: says where and what is not understood.
        """
        script = cls()
        position = 0
        problems: list[str] = []
        while position < len(text) and not problems:
            call = _CALL.match(text, position)
            if call is None:
                problems.append(f"fault script: “{text[position : position + 30]}” is not understood")
                break
            script, problem = _apply(script, call.group(1), call.group(2))
            if problem:
                problems.append(f"fault script: {problem}")
            position = call.end()
            if position < len(text):
                if text[position] not in ".;,":
                    problems.append(f"fault script: “.” or “;” is missing before “{text[position : position + 30]}”")
                position += 1
        if problems:
            raise InvalidInput(problems)
        return script

    def after(self, parts: int) -> "FaultScript":
        """What follows happens after this many parts."""
        return replace(self, first=parts + 1)

    def at(self, number: int) -> "FaultScript":
        """What follows happens with this part."""
        return replace(self, first=number)

    def drop(self, parts: int = 1, *, every: int = 0) -> "FaultScript":
        """Frames are lost on the way: a gap in the camera's numbers."""
        return self._with(FaultKind.DROP, parts, every)

    def incomplete(self, *, every: int = 0) -> "FaultScript":
        """A frame arrives with lines missing."""
        return self._with(FaultKind.INCOMPLETE, 0, every)

    def hang(self, seconds: float) -> "FaultScript":
        """The camera says nothing for a while, and takes no pictures."""
        return self._with(FaultKind.HANG, seconds, 0)

    def lose(self, seconds: float = 3) -> "FaultScript":
        """The camera is unplugged, and can be found again after a while."""
        return self._with(FaultKind.LOSE, seconds, 0)

    def restart(self) -> "FaultScript":
        """The camera restarts: it forgets its settings and does not go on by itself."""
        return self._with(FaultKind.RESTART, 0, 0)

    def other_camera(self) -> "FaultScript":
        """Somebody plugs in another camera in place of this one."""
        return self._with(FaultKind.OTHER_CAMERA, 0, 0)

    def jump_id(self, ids: int) -> "FaultScript":
        """The camera's numbers jump, forward or back, although nothing is lost."""
        return self._with(FaultKind.JUMP_ID, ids, 0)

    def late(self, milliseconds: float, *, every: int = 0) -> "FaultScript":
        """A frame arrives late."""
        return self._with(FaultKind.LATE, milliseconds, every)

    def wrong_size(self, *, every: int = 0) -> "FaultScript":
        """A frame arrives in another size than was set."""
        return self._with(FaultKind.WRONG_SIZE, 0, every)

    def hits(self, number: int) -> tuple[Fault, ...]:
        """What happens to this part."""
        return tuple(fault for fault in self.faults if fault.hits(number))

    def _with(self, kind: FaultKind, value: float, every: int) -> "FaultScript":
        return replace(self, faults=(*self.faults, Fault(kind, value, self.first, every)))


# Word -> (unit of its value, whether a value must be there, lowest, highest, whether `every` makes sense)
_WORDS = {
    "drop": ("", False, 1, 1_000_000, True),
    "incomplete": (None, False, 0, 0, True),
    "hang": ("s", True, 0, 86_400, False),
    "lose": ("s", False, 0, 86_400, False),
    "restart": (None, False, 0, 0, False),
    "other_camera": (None, False, 0, 0, False),
    "jump_id": ("", True, -(10**12), 10**12, False),
    "late": ("ms", True, 0, 86_400_000, True),
    "wrong_size": (None, False, 0, 0, True),
}


def _apply(script: FaultScript, word: str, arguments: str) -> tuple[FaultScript, str]:
    """Add one call to a script; the second value says what is wrong with it, "" if nothing."""
    if word not in _WORDS and word not in ("after", "at"):
        return script, f"there is no “{word}”; known are after, at, {', '.join(_WORDS)}"
    value, every, problem = _arguments(word, arguments)
    if problem:
        return script, problem
    if word in ("after", "at"):
        if value is None or value != int(value) or value < 0:
            return script, f"{word}() needs a number of parts"
        return (script.after(int(value)) if word == "after" else script.at(int(value))), ""
    _, needed, low, high, _ = _WORDS[word]
    if value is None:
        if needed:
            return script, f"{word}() needs a number"
        value = {"drop": 1.0, "lose": 3.0}.get(word, 0.0)
    elif not low <= value <= high or (word in ("drop", "jump_id") and value != int(value)):
        return script, f"{word}({value:g}) is out of range"
    return replace(script, faults=(*script.faults, Fault(FaultKind(word), value, script.first, every))), ""


def _arguments(word: str, text: str) -> tuple[float | None, int, str]:
    """Value in the word's own unit, `every`, and what is wrong."""
    unit, _, _, _, may_repeat = _WORDS.get(word, ("", False, 0, 0, False))
    value: float | None = None
    every = 0
    for argument in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, number = argument.rpartition("=")
        match = _NUMBER.fullmatch(number.strip())
        if match is None:
            return None, 0, f"“{argument}” in {word}() is no number"
        amount = float(match.group(1))
        if name.strip() == "every":
            if not may_repeat or amount != int(amount) or amount < 1 or match.group(2):
                return None, 0, f"“{argument}” makes no sense in {word}()"
            every = int(amount)
        elif name or value is not None or (unit is None and word in _WORDS):
            return None, 0, f"“{argument}” makes no sense in {word}()"
        else:
            given = match.group(2)
            if given and unit not in ("s", "ms"):
                return None, 0, f"{word}() counts parts, not time"
            value = amount * {("s", "ms"): 1000.0, ("ms", "s"): 0.001}.get((given or "", unit or ""), 1.0)
    return value if value is None or math.isfinite(value) else None, every, ""
