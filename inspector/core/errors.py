"""The errors Inspector raises on purpose, sorted by what can be done about them.

Anything that is not an `InspectorError` is a bug of ours; it is caught once, in `services.worker` or the crash hook.
"""

from collections.abc import Iterable


class InspectorError(Exception):
    """Base of every error that Inspector raises on purpose."""


class OperationalError(InspectorError):
    """The world failed: a camera is gone, a disk is full, a file does not match its hash.

    Attributes:
        code: a fault code with a row in `docs/faults.md`, for example "CAM-002".
        message: one sentence that says what was wrong, naming the thing.
        hint: one sentence that says what a person can do; may be empty.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Keep the three parts apart, so that a fault can be made from them."""
        super().__init__(f"{code}: {message}" + (f" {hint}" if hint else ""))
        self.code = code
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type["OperationalError"], tuple[str, str, str]]:
        """Survive a process border, which rebuilds an exception from its arguments."""
        return type(self), (self.code, self.message, self.hint)


class InvalidInput(InspectorError):
    """Something a person or a file supplied is wrong; carries every problem at once."""

    subject = "Input"

    def __init__(self, problems: Iterable[str]) -> None:
        """Keep all problems, so that a person corrects them in one go."""
        self.problems = tuple(problems)
        super().__init__(f"{self.subject} is not valid: " + "; ".join(self.problems))


class InvalidRecipe(InvalidInput):
    """A recipe contradicts itself or the rules of `core.recipe`."""

    subject = "The recipe"


class InvalidSettings(InvalidInput):
    """The station's settings file has wrong keys or values."""

    subject = "The settings file"


class TriggerRefused(InspectorError):
    """The camera was not armed for a software trigger; the text says why."""
