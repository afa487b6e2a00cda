"""Slots of shared memory: what goes in comes out once, owned, and nothing is left behind."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from inspector.cameras import ring as ring_module
from inspector.cameras.process import CameraProcess
from inspector.cameras.ring import PREFIX, SLOTS, Ring, sweep
from inspector.core.errors import OperationalError
from tests.support import camera_hosts

SHM = Path("/dev/shm")
ROOT = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(not SHM.is_dir(), reason="named segments are files only on Linux")


@pytest.fixture
def ring():
    made = Ring.create(40 * 30 * 3)
    yield made
    made.close()


def paint(value: int, shape: tuple[int, ...]):
    def into(flat):
        flat[: int(np.prod(shape))] = value
        return shape

    return into


def test_a_picture_comes_out_as_it_went_in(ring):
    other = Ring.attach(ring.name)
    picture = np.arange(40 * 30 * 3, dtype=np.uint32).astype(np.uint8).reshape(40, 30, 3)

    def copy_in(flat):
        flat[: picture.size] = picture.reshape(-1)
        return picture.shape

    slot = other.acquire()
    shape = other.fill(slot, copy_in)
    assert np.array_equal(ring.take(slot, shape), picture)
    other.close()


def test_a_taken_picture_is_owned_and_never_changes(ring):
    slot = ring.acquire()
    first = ring.take(slot, ring.fill(slot, paint(1, (5, 4))))
    for value in range(2, 20):
        slot = ring.acquire()
        ring.take(slot, ring.fill(slot, paint(value, (5, 4))))
    assert (first == 1).all()
    assert first.flags.owndata
    ring.close()  # a view into the memory would make this fail
    assert (first == 1).all()


def test_slots_are_handed_out_until_none_is_free(ring):
    slots = []
    while (slot := ring.acquire()) is not None:
        ring.fill(slot, paint(0, (1, 1)))
        slots.append(slot)
    assert sorted(slots) == list(range(SLOTS))
    assert ring.free_count() == 0
    ring.take(slots[2], (1, 1))
    assert ring.acquire() == slots[2]
    ring.free_all()
    assert ring.free_count() == SLOTS


def test_a_painter_that_fails_leaves_the_slot_free(ring):
    def fail(flat):
        raise RuntimeError("no picture")

    slot = ring.acquire()
    with pytest.raises(RuntimeError):
        ring.fill(slot, fail)
    assert ring.free_count() == SLOTS


@pytest.mark.parametrize(
    ("slot", "shape"), [(0, (43, 31, 3)), (0, (10**9, 10**9)), (0, (0, 5)), (0, (-1, 5)), (-1, (1, 1)), (99, (1, 1))]
)
def test_a_child_that_lies_about_a_picture_is_refused(ring, slot, shape):
    ring.fill(0, paint(0, (1, 1)))
    with pytest.raises(ValueError, match="cannot hold"):
        ring.take(slot, shape)


def test_an_empty_slot_is_not_taken(ring):
    with pytest.raises(ValueError, match="not filled"):
        ring.take(0, (1, 1))


def test_what_is_no_ring_is_not_attached():
    memory = ring_module.shared_memory.SharedMemory(create=True, size=8192)
    try:
        with pytest.raises(ValueError, match="no ring"):
            Ring.attach(memory.name)
    finally:
        memory.close()
        memory.unlink()


def test_a_closed_ring_is_gone(ring):
    name = ring.name
    ring.close()
    ring.close()
    with pytest.raises(FileNotFoundError):
        Ring.attach(name)


def test_a_full_shared_memory_is_an_error_not_a_crash(monkeypatch):
    def full(descriptor, offset, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    before = set(SHM.glob("*")) if SHM.is_dir() else set()
    with pytest.raises(OperationalError, match=r"0 MB of shared memory .* No space left on device"):
        Ring.create(1000)
    assert (set(SHM.glob("*")) if SHM.is_dir() else set()) == before


@linux
def test_sweep_removes_only_what_ended_programs_left():
    with subprocess.Popen([sys.executable, "-c", "pass"]) as ended:
        ended.wait()
    left = SHM / f"{PREFIX}{ended.pid}-1-abc"
    left.write_bytes(b"x")
    ours = Ring.create(10)
    foreign = SHM / f"{PREFIX}x-1-abc"
    foreign.write_bytes(b"x")
    try:
        assert left.name in sweep()
        assert not left.exists()
        assert foreign.exists()
        Ring.attach(ours.name).close()
    finally:
        foreign.unlink()
        ours.close()


def test_a_child_fills_and_the_program_takes(ring):
    process = CameraProcess(camera_hosts.obedient, (), name="painter", on_event=lambda message: None)
    try:
        slot = process.request("paint", limit_s=10, ring=ring.name, value=7)["slot"]
        assert (ring.take(slot, (3, 4)) == 7).all()
    finally:
        process.close()


PROGRAM = """
from inspector.cameras.process import CameraProcess
from inspector.cameras.ring import Ring
from tests.support import camera_hosts

if __name__ == "__main__":
    ring = Ring.create(100)
    process = CameraProcess(camera_hosts.obedient, (), name="c", on_event=lambda message: None)
    process.request("paint", limit_s=10, ring=ring.name, value=1)
    process.close()
    ring.close()
"""


def test_nothing_is_said_about_leaks_at_the_end(tmp_path):
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(file)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
