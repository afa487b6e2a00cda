"""Slots of shared memory through which decoded pictures leave a camera process.

The program makes a ring, tells the camera process its name, and removes it. The child fills free slots, the program
copies a filled one out and frees it. A slot's state is one byte with one writer at a time: the child turns FREE into
FILLED before it tells the program, the program turns it back after the copy. No array that points into shared memory
leaves this module, so a segment can always be closed and no picture can ever change after it was handed on.

Segments of programs that were killed are swept at the next start by the process id in their name (on Linux; Windows
removes a segment with its last owner). Space is reserved when a ring is made: on a full `/dev/shm` the first write
would otherwise end the process with a bus error.
"""

import contextlib
import itertools
import logging
import os
import struct
from collections.abc import Callable
from multiprocessing import shared_memory
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.core.errors import OperationalError

logger = logging.getLogger(__name__)

PREFIX = "inspector-ring-"
SLOTS = 6
SLOT_EXTRA_BYTES = 256

_FOLDER = Path("/dev/shm")
_HEADER = struct.Struct("<8sII Q")
_MAGIC = b"INSPRNG1"
_STATES_AT = 64
_STATE_STEP = 64  # one cache line each: the two sides never write to the same one
_PAGE = 4096
_FREE, _FILLED = 0, 1
_numbers = itertools.count(1)


class Ring:
    """Slots of one size. The child fills and the program empties; neither ever waits for the other here."""

    def __init__(self, memory: shared_memory.SharedMemory, *, owner: bool) -> None:
        """Use `Ring.create` or `Ring.attach`."""
        self._memory = memory
        self._owner = owner
        magic, self.slots, _, self.slot_bytes = _HEADER.unpack_from(self._buffer(), 0)
        if magic != _MAGIC or memory.size < _total_bytes(self.slots, self.slot_bytes):
            raise ValueError(f"{memory.name} is no ring of this version")
        self._next = 0

    @classmethod
    def create(cls, picture_bytes: int, slots: int = SLOTS) -> "Ring":
        """Make a ring for pictures of up to `picture_bytes`, all slots free.

        Raises:
            OperationalError: CAM-006, there is no room for it.
        """
        slot_bytes = picture_bytes + SLOT_EXTRA_BYTES
        total = _total_bytes(slots, slot_bytes)
        name = f"{PREFIX}{os.getpid()}-{next(_numbers)}-{os.urandom(3).hex()}"
        try:
            memory = shared_memory.SharedMemory(name=name, create=True, size=total)
        except OSError as error:
            raise _no_room(total, error) from error
        try:
            _reserve(name, total)
        except OSError as error:
            memory.close()
            memory.unlink()
            raise _no_room(total, error) from error
        if memory.buf is not None:
            _HEADER.pack_into(memory.buf, 0, _MAGIC, slots, 0, slot_bytes)
        return cls(memory, owner=True)

    @classmethod
    def attach(cls, name: str) -> "Ring":
        """Use the ring of the program that started us.

        Raises:
            ValueError: not a ring, or too small for what it says of itself.
            FileNotFoundError: there is no such segment.
        """
        return cls(shared_memory.SharedMemory(name=name), owner=False)

    @property
    def name(self) -> str:
        """What `attach` needs."""
        return self._memory.name

    @property
    def picture_bytes(self) -> int:
        """The size of picture that the ring was made for."""
        return int(self.slot_bytes) - SLOT_EXTRA_BYTES

    def acquire(self) -> int | None:
        """Child: a free slot, or None if the program has emptied none yet."""
        buffer = self._buffer()
        for step in range(self.slots):
            slot: int = (self._next + step) % self.slots
            if buffer[_state_at(slot)] == _FREE:
                self._next = (slot + 1) % self.slots
                return slot
        return None

    def fill(self, slot: int, paint: Callable[[NDArray[np.uint8]], tuple[int, ...]]) -> tuple[int, ...]:
        """Child: let `paint` write a picture into a free slot; what it raises leaves the slot free.

        Args:
            slot: from `acquire`.
            paint: gets the slot's bytes, flat, and returns the shape of the picture at their start. It must not keep
                them.

        Returns:
            The shape, for `take`.
        """
        start = self._start(slot)
        shape = paint(np.frombuffer(self._buffer()[start : start + self.slot_bytes], np.uint8))
        self._buffer()[_state_at(slot)] = _FILLED
        return shape

    def take(self, slot: int, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        """Program: copy a filled slot into an array of its own, and free the slot.

        Raises:
            ValueError: a slot that is not filled, or a shape that does not fit: the child broke its word.
        """
        size = 1
        for side in shape:
            size *= side
        if not (0 <= slot < self.slots) or min(shape) < 1 or size > self.slot_bytes:
            raise ValueError(f"slot {slot} of {self.slots} cannot hold {shape}")
        if self._buffer()[_state_at(slot)] != _FILLED:
            raise ValueError(f"slot {slot} is not filled")
        start = self._start(slot)
        image = np.empty(shape, np.uint8)
        np.copyto(image, np.frombuffer(self._buffer()[start : start + size], np.uint8).reshape(shape))
        self.free(slot)
        return image

    def free(self, slot: int) -> None:
        """Program: give a slot back unseen."""
        self._buffer()[_state_at(slot)] = _FREE

    def free_all(self) -> None:
        """Program: give all slots back; only while the child does not stream."""
        for slot in range(self.slots):
            self.free(slot)

    def free_count(self) -> int:
        """How many slots are free now."""
        buffer = self._buffer()
        return sum(buffer[_state_at(slot)] == _FREE for slot in range(self.slots))

    def close(self) -> None:
        """Let go of the memory; the owner removes it. Idempotent."""
        self._memory.close()
        if self._owner:
            self._owner = False
            with contextlib.suppress(FileNotFoundError):
                self._memory.unlink()

    def _buffer(self) -> memoryview:
        buffer = self._memory.buf
        if buffer is None:
            raise ValueError("the ring is closed")
        return buffer

    def _start(self, slot: int) -> int:
        return _first_slot_at(self.slots) + slot * _padded(self.slot_bytes)


def sweep() -> tuple[str, ...]:
    """Remove rings of programs that are no longer there; call once at program start.

    Returns:
        Names of the removed segments.
    """
    if not _FOLDER.is_dir():
        return ()
    removed = []
    for path in _FOLDER.glob(f"{PREFIX}*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if not owner.isdigit() or _runs(int(owner)):
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("the shared memory %s of an ended program cannot be removed: %s", path.name, error.strerror)
        else:
            removed.append(path.name)
    if removed:
        logger.info("removed %d shared memory segments of ended programs", len(removed))
    return tuple(removed)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _reserve(name: str, total: int) -> None:
    """Take the pages now, so that a full file system is an error here and not a bus error later."""
    path = _FOLDER / name
    if not hasattr(os, "posix_fallocate") or not path.exists():
        return
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.posix_fallocate(descriptor, 0, total)
    finally:
        os.close(descriptor)


def _no_room(total: int, error: OSError) -> OperationalError:
    return OperationalError(
        "CAM-006",
        f"There is no room for the {total / 1e6:.0f} MB of shared memory that its pictures need: {error.strerror}.",
        "Enlarge /dev/shm, or choose a smaller area of the sensor.",
    )


def _padded(size: int) -> int:
    return -(-size // _PAGE) * _PAGE


def _state_at(slot: int) -> int:
    return _STATES_AT + slot * _STATE_STEP


def _first_slot_at(slots: int) -> int:
    return _padded(_state_at(slots))


def _total_bytes(slots: int, slot_bytes: int) -> int:
    return _first_slot_at(slots) + slots * _padded(slot_bytes)
