"""What the computer says about itself."""

import os
from pathlib import Path

import pytest

from inspector.vision.device import installed_memory_mb, peak_memory_mb

MEMINFO = Path("/proc/meminfo")


@pytest.mark.skipif(not MEMINFO.exists(), reason="only Linux tells it here too")
def test_the_installed_memory_is_what_the_system_says_elsewhere() -> None:
    (line,) = (line for line in MEMINFO.read_text(encoding="ascii").splitlines() if line.startswith("MemTotal:"))
    assert installed_memory_mb() == pytest.approx(int(line.split()[1]) * 1024 / 1e6, rel=0.01)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells what was used")
def test_this_process_never_held_more_than_is_installed() -> None:
    installed = installed_memory_mb()
    assert installed is not None
    assert 0 < peak_memory_mb() < installed


@pytest.mark.parametrize("names", [{}, {"SC_PAGE_SIZE": 30}, {"SC_PHYS_PAGES": 85}])
def test_a_system_that_does_not_know_the_numbers_tells_nothing(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, int]
) -> None:
    monkeypatch.setattr(os, "sysconf_names", names, raising=False)
    assert installed_memory_mb() is None


def test_a_system_without_sysconf_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sysconf_names", raising=False)
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert installed_memory_mb() is None


def test_a_system_that_cannot_say_is_not_taken_for_one_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """POSIX lets a number be undetermined, as -1; held against a recipe it would block every one of them."""
    monkeypatch.setattr(os, "sysconf_names", {"SC_PHYS_PAGES": 85, "SC_PAGE_SIZE": 30}, raising=False)
    monkeypatch.setattr(os, "sysconf", lambda name: -1 if name == "SC_PHYS_PAGES" else 4096, raising=False)
    assert installed_memory_mb() is None
