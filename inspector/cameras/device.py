"""What the loop of a camera process needs from a driver: `genicam_host` implements it, and tests do without one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from inspector.cameras.nodes import Nodes
from inspector.core.camera_features import Feature


class DriverError(Exception):
    """The driver failed; the text is its own sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class RawBuffer:
    """A buffer as the driver delivered it; None where the driver does not say.

    Attributes:
        token: what the device needs to give the buffer back.
        data: the whole buffer; valid until it is given back.
        pixel_format: PFNC number.
        offset: bytes before the picture.
        filled: bytes received.
        other_parts: parts of a multi-part buffer that are left out.
    """

    token: object
    data: bytes
    complete: bool
    frame_id: int | None
    pixel_format: int | None
    height: int | None
    width: int | None
    padding_x: int = 0
    offset: int = 0
    filled: int | None = None
    big_endian: bool = False
    timestamp_ns: int | None = None
    other_parts: int = 0


class Device(Protocol):
    """An opened camera, in the camera process. Every method but `close` may raise DriverError."""

    @property
    def nodes(self) -> Nodes:
        """Its features."""

    @property
    def short_ids(self) -> bool:
        """Whether its transport counts with 16 bits."""

    def start(self, rate_hz: float | None) -> None:
        """Announce buffers and let pictures come."""

    def wait(self, timeout_ms: int) -> RawBuffer | None:
        """The next buffer, or None after the time."""

    def give_back(self, buffer: RawBuffer) -> None:
        """Let the driver fill this buffer again."""

    def stop(self) -> None:
        """End the stream; buffers are revoked."""

    def describe(self, names: Sequence[str] | None = None) -> Iterator[Feature]:
        """Every feature with its value, one by one; with names only those that the camera has, in that order."""

    def close(self, *, dead: bool) -> None:
        """Give everything back; a dead camera is not asked for anything. Never raises, idempotent."""
