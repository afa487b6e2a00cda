"""A camera's settings as a text file that people can read, compare and carry to another camera of the same make.

    # Inspector camera settings 1
    # vendor	Inspector Tests
    # model	TestCam
    # serial	TC-1
    # firmware	1.4.2
    PixelFormat	Mono8
    TriggerSelector	FrameStart
    TriggerMode	Off

One feature a line, name and value with a tab between, in the order in which they are written. Nothing here touches a
camera: what a file would change is worked out first and shown, then `FeatureAccess.load` writes it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inspector.core.camera_features import Feature, FeatureKind, FeatureLines
from inspector.core.errors import InvalidInput
from inspector.core.ports import CameraInfo

_TITLE = "# Inspector camera settings 1"
_KEYS = ("vendor", "model", "serial", "firmware")
_MOST_CHARACTERS = 1_000_000
_MOST_LINES = 5000


@dataclass(frozen=True, slots=True)
class FeatureFile:
    """What a settings file holds.

    Attributes:
        vendor, model, serial, firmware: of the camera it was saved from; "" where the file does not say.
        lines: names and values in write order.
    """

    vendor: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    lines: FeatureLines = field(default=())

    @classmethod
    def of(cls, info: CameraInfo, features: Iterable[Feature], lines: FeatureLines) -> "FeatureFile":
        """The file of a camera, from what it is, its snapshot and what `FeatureAccess.save` gave."""
        values = {feature.name: feature.value for feature in features}
        firmware = values.get("DeviceFirmwareVersion") or values.get("DeviceVersion", "")
        return cls(info.vendor, info.model, info.serial, firmware, lines)

    def text(self) -> str:
        """The file's text.

        Raises:
            InvalidInput: a value holds a tab or a line end and could not be read back.
        """
        bad = [name for name, value in self.lines if set("\t\n\r") & set(name + value)]
        if bad:
            raise InvalidInput([f"{name}: its value has a tab or more than one line" for name in bad])
        head = [f"# {key}\t{' '.join(str(getattr(self, key)).split())}" for key in _KEYS]
        return "\n".join([_TITLE, *head, *(f"{name}\t{value}" for name, value in self.lines), ""])

    @classmethod
    def parse(cls, text: str) -> "FeatureFile":
        """Read a file's text.

        Raises:
            InvalidInput: not such a file, or lines that are no name and value; says which.
        """
        rows = text.removeprefix("\ufeff").splitlines()
        if len(text) > _MOST_CHARACTERS or len(rows) > _MOST_LINES:
            raise InvalidInput([f"camera settings have at most {_MOST_LINES} lines"])
        if not rows or rows[0].strip() != _TITLE:
            raise InvalidInput([f"this is no file of camera settings: its first line is not “{_TITLE}”"])
        head: dict[str, str] = {}
        lines: list[tuple[str, str]] = []
        problems: list[str] = []
        for number, row in enumerate(rows[1:], start=2):
            name, tab, value = row.removeprefix("# ").partition("\t")
            if row.startswith("#"):
                if tab and name in _KEYS:
                    head[name] = value.strip()
            elif row.strip() and not (tab and name.isascii() and name.replace("_", "").isalnum()):
                problems.append(f"line {number} is no name and value with a tab between: “{row[:60]}”")
            elif row.strip():
                lines.append((name, value))
        if problems:
            raise InvalidInput(problems)
        return cls(**head, lines=tuple(lines))


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What one line of a file would do; `problem` says why it cannot be done, "" if nothing is known against it.

    Attributes:
        selected: the selectors that stand before it and say which value is meant.
        old: value now, "" if the camera does not say.
    """

    name: str
    selected: FeatureLines
    old: str
    new: str
    problem: str = ""


def plan(
    features: Iterable[Feature], now: Sequence[tuple[str, str]], wanted: Sequence[tuple[str, str]]
) -> tuple[PlannedChange, ...]:
    """Work out what writing lines would change, without writing anything.

    Args:
        features: the camera's snapshot.
        now: its own lines, from `FeatureAccess.save`.
        wanted: the lines to be written.

    Returns:
        One entry for each line that changes something or cannot be done, in their order.
    """
    known = {feature.name: feature for feature in features}
    selectors = {name for feature in known.values() for name in feature.selected_by}
    held = {(selected, name): value for selected, name, value in _with_selectors(known, selectors, now)}
    changes = []
    for selected, name, value in _with_selectors(known, selectors, wanted):
        feature = known.get(name)
        old = held.get((selected, name), feature.value if feature is not None and not selected else "")
        problem = _problem(feature, value)
        if problem or not _alike(old, value):
            changes.append(PlannedChange(name, selected, old, value, problem))
    return tuple(changes)


def _with_selectors(
    known: dict[str, Feature], selectors: set[str], lines: Sequence[tuple[str, str]]
) -> Iterable[tuple[FeatureLines, str, str]]:
    """Each line that is no selector, with those selectors of its own that stand before it."""
    chosen: dict[str, str] = {}
    for name, value in lines:
        if name in selectors:
            chosen[name] = value
            continue
        feature = known.get(name)
        own = feature.selected_by if feature is not None else ()
        yield tuple((selector, chosen[selector]) for selector in own if selector in chosen), name, value


def _problem(feature: Feature | None, value: str) -> str:
    if feature is None:
        return "the camera has no such feature"
    if feature.kind is FeatureKind.COMMAND:
        return "a command is no setting"
    if feature.kind is FeatureKind.ENUMERATION and value not in feature.entries:
        known = value in feature.unavailable_entries
        return "cannot be chosen now" if known else f"is none of {', '.join(feature.entries)}"
    if feature.kind in (FeatureKind.INTEGER, FeatureKind.FLOAT):
        return "" if _number(value) is not None else "is no number"
    return ""


def _number(text: str) -> float | None:
    try:
        return float(text) if not text.lower().startswith("0x") else float(int(text, 16))
    except ValueError:
        return None


def _alike(old: str, new: str) -> bool:
    """Whether two texts mean the same value; a snapshot shows nine digits."""
    if old == new:
        return True
    first, second = _number(old), _number(new)
    return first is not None and second is not None and abs(first - second) <= 1e-8 * max(1.0, abs(first))


def lines_for(features: Iterable[Feature], name: str) -> FeatureLines:
    """The lines that write a feature's present value back, its selectors first: what a recipe's `extra` takes.

    Empty for a command, and for what has no value now.
    """
    known = {feature.name: feature for feature in features}
    feature = known.get(name)
    if feature is None or feature.kind is FeatureKind.COMMAND or not feature.readable:
        return ()
    rows = [known[selector] for selector in feature.selected_by if selector in known]
    return tuple((row.name, row.value) for row in [*rows, feature])
