"""Camera ids as text: `kind:place?option=value&option=value`, read once and checked in one place.

simulated:cap?size=2448x2048&seed=7&rate=5&defect_every=10&script=after(20).drop(3)
folder:/data/parts?interval_ms=0&loop=1&recursive=1
video:0     video:rtsp://10.0.0.5/stream     video:/data/run.avi?loop=1&rate=10
genicam:Vendor/Model/Serial
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.geometry import Size

_OPTIONS = {
    "simulated": frozenset({"size", "seed", "rate", "defect_every", "defect_rate", "script"}),
    "folder": frozenset({"interval_ms", "loop", "recursive"}),
    "video": frozenset({"rate", "loop"}),
    "genicam": frozenset[str](),
}
KINDS = tuple(_OPTIONS)


@dataclass(frozen=True, slots=True)
class Address:
    """A camera id, taken apart.

    Attributes:
        place: what follows the kind, without options.
        options: by name, as text.
    """

    camera_id: str
    kind: str
    place: str
    options: dict[str, str]

    @classmethod
    def parse(cls, camera_id: str) -> "Address":
        """Take an id apart.

        A path or URL may hold a question mark of its own: what follows the last one counts as options only when all of
        it is known, except for simulated lines, where anything unknown is a mistake.

        Raises:
            OperationalError: CAM-001, no such kind, nothing after the colon, or an unknown option of a simulated line.
        """
        kind, colon, rest = camera_id.partition(":")
        if not colon or kind not in _OPTIONS or not rest or "\0" in rest:
            raise OperationalError(
                "CAM-001",
                f"“{camera_id}” names no image source.",
                "Ids look like simulated:cap, folder:/path, video:0 or genicam:vendor/model/serial.",
            )
        known = _OPTIONS[kind]
        place, mark, query = rest.rpartition("?")
        if not mark:
            return cls(camera_id, kind, rest, {})
        # A plus in a query stands for a blank; in a script or a number it never means one.
        named = all("=" in piece for piece in query.split("&"))
        options = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)) if named else {}
        unknown = sorted(set(options) - known)
        if options and not unknown:
            return cls(camera_id, kind, place, options)
        if kind != "simulated":
            return cls(camera_id, kind, rest, {})
        problem = f"no option {', '.join(unknown)}" if unknown else f"nothing that could be read in “{query}”"
        raise OperationalError("CAM-001", f"simulated: has {problem}.", f"Known are {', '.join(sorted(known))}.")

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """An option as a number.

        Raises:
            OperationalError: CAM-001, not a number, or out of range.
        """
        text = self.options.get(name)
        if text is None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise self.wrong(name, f"a number from {low:g} to {high:g}")
        return value

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """An option as a whole number; raises as `number`."""
        value = self.number(name, default, low, high)
        if value != int(value):
            raise self.wrong(name, f"a whole number from {low} to {high}")
        return int(value)

    def flag(self, name: str) -> bool:
        """An option that is on or off; off when it is not there.

        Raises:
            OperationalError: CAM-001, neither 0 nor 1.
        """
        text = self.options.get(name, "0")
        if text not in ("0", "1"):
            raise self.wrong(name, "0 or 1")
        return text == "1"

    def size(self, name: str, default: Size) -> Size:
        """An option as width x height.

        Raises:
            OperationalError: CAM-001, not of that form.
        """
        text = self.options.get(name)
        if text is None:
            return default
        width, _, height = text.lower().partition("x")
        if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit() and len(text) <= 13):
            raise self.wrong(name, "width x height, for example 1280x1024")
        return Size(int(height), int(width))

    def wrong(self, name: str, expected: str) -> OperationalError:
        """The error for an option that is not as expected."""
        return OperationalError(
            "CAM-001",
            f"{self.kind}: option {name}={self.options.get(name, '')} is not understood.",
            f"Give {expected}.",
        )

    def invalid(self, error: InvalidInput | ValueError) -> OperationalError:
        """The error for an option whose own reader refused it."""
        text = "; ".join(error.problems) if isinstance(error, InvalidInput) else str(error)
        return OperationalError("CAM-001", f"{self.kind}:{self.place}: {text}.")
