import errno
import io
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inspector.core.errors import OperationalError
from inspector.core.frame import Frame
from inspector.core.refs import new_id
from inspector.storage.images import FileImageStore
from tests.storage.conftest import remount
from tests.support.records import CAPTURED_AT
from tests.support.values import anomaly_map

_PICTURE = np.random.default_rng(3).integers(0, 256, (40, 60, 3), np.uint8)


@pytest.fixture
def store(tmp_path: Path) -> FileImageStore:
    return FileImageStore(tmp_path)


def _frame(captured_at: datetime = CAPTURED_AT) -> Frame:
    return Frame(_PICTURE.copy(), 1, "simulated:test", captured_at, 0)


def _files(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def test_files_lie_in_the_hour_of_utc(store: FileImageStore, tmp_path: Path) -> None:
    local = datetime(2026, 3, 29, 3, 59, tzinfo=timezone(timedelta(hours=2)))
    record_id = new_id()
    assert store.save_frame(record_id, _frame(local)).path == f"images/2026/03/29/01/{record_id}.png"
    found = store.save_map(record_id, anomaly_map([[1.0]]), local)
    assert found.path == f"maps/2026/03/29/01/{record_id}.safetensors"
    assert _files(tmp_path) == sorted([found.path, f"images/2026/03/29/01/{record_id}.png"])


def test_other_programs_can_open_the_picture(store: FileImageStore, tmp_path: Path) -> None:
    file = store.save_frame(new_id(), _frame())
    with Image.open(tmp_path / file.path) as picture:
        np.testing.assert_array_equal(np.asarray(picture), _PICTURE)


def test_an_id_that_could_lead_elsewhere_is_refused(store: FileImageStore) -> None:
    with pytest.raises(ValueError, match="not an id"):
        store.save_frame("../" * 10 + "x" * 2, _frame())


@pytest.mark.promise("R-32")
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "images/../../secret.png",
        "../secret.png",
        "secret.png",
        "backups/secret.png",
        "images",
        "images/link/secret.png",
        "images\\..\\..\\secret.png",
        "C:/secret.png",
        "images/a:b.png",
        "images/x\0.png",
    ],
)
def test_a_path_that_leads_outside_is_refused(tmp_path: Path, path: str) -> None:
    data = tmp_path / "data"
    (data / "images").mkdir(parents=True)
    Image.fromarray(_PICTURE).save(tmp_path / "secret.png")
    Image.fromarray(_PICTURE).save(data / "secret.png")
    (data / "images" / "link").symlink_to(tmp_path)
    store = FileImageStore(data)
    for load in (store.load_frame, store.load_map, store.stored, store.exists):
        with pytest.raises(OperationalError, match="leads outside") as caught:
            load(path)
        assert caught.value.code == "DAT-002"


@pytest.mark.promise("R-09")
def test_every_changed_byte_of_a_picture_is_found(store: FileImageStore, tmp_path: Path) -> None:
    file = store.save_frame(new_id(), _frame())
    content = (tmp_path / file.path).read_bytes()
    for position in range(0, len(content), len(content) // 40):
        changed = bytearray(content)
        changed[position] ^= 0x10
        (tmp_path / file.path).write_bytes(changed)
        with pytest.raises(OperationalError, match="hash"):
            store.load_frame(file.path, file.sha256)


@pytest.mark.parametrize("keep", [0, 1, 30, 200, 0.5, 0.98])
def test_a_cut_picture_is_refused_even_without_a_hash(store: FileImageStore, tmp_path: Path, keep: float) -> None:
    file = store.save_frame(new_id(), _frame())
    content = (tmp_path / file.path).read_bytes()
    (tmp_path / file.path).write_bytes(content[: int(keep if keep >= 1 else keep * len(content))])
    with pytest.raises(OperationalError) as caught:
        store.load_frame(file.path)
    assert caught.value.code == "DAT-002"


@pytest.mark.parametrize("mode", ["RGBA", "P", "I;16", "1"])
def test_a_picture_that_is_none_of_ours_is_refused(store: FileImageStore, tmp_path: Path, mode: str) -> None:
    file = store.save_frame(new_id(), _frame())
    Image.new(mode, (4, 4)).save(tmp_path / file.path)
    with pytest.raises(OperationalError, match="none of our pictures"):
        store.load_frame(file.path)


def test_another_format_under_our_name_is_refused(store: FileImageStore, tmp_path: Path) -> None:
    file = store.save_frame(new_id(), _frame())
    buffer = io.BytesIO()
    Image.fromarray(_PICTURE).save(buffer, "JPEG")
    (tmp_path / file.path).write_bytes(buffer.getvalue())
    with pytest.raises(OperationalError):
        store.load_frame(file.path)


def _map_file(header: dict, body: bytes = b"\0" * 4) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + body


_VALUES = {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]}
_DESCRIBED = {"cell_px": 16.0, "offset_px": [0, 0], "score": 0.0, "model": ["demo", 1, "ab"]}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\xff" * 100,
        _map_file({"values": _VALUES}),
        _map_file({"values": _VALUES, "__metadata__": {"map": "[]"}}),
        _map_file({"values": _VALUES, "__metadata__": {"map": "{"}}),
        _map_file({"values": _VALUES, "__metadata__": {"map": json.dumps(_DESCRIBED | {"score": float("nan")})}}),
        _map_file({"values": _VALUES, "__metadata__": {"map": json.dumps(_DESCRIBED | {"offset_px": [1]})}}),
        _map_file({"values": _VALUES | {"shape": [1]}, "__metadata__": {"map": json.dumps(_DESCRIBED)}}),
        _map_file({"values": _VALUES | {"shape": [9, 9]}, "__metadata__": {"map": json.dumps(_DESCRIBED)}}),
        _map_file({"values": _VALUES | {"dtype": "I32"}, "__metadata__": {"map": json.dumps(_DESCRIBED)}}),
    ],
)
def test_a_map_that_is_none_is_refused(store: FileImageStore, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "maps" / "x.safetensors"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(OperationalError) as caught:
        store.load_map("maps/x.safetensors")
    assert caught.value.code == "DAT-002"


def test_the_hand_made_map_above_would_be_read(store: FileImageStore, tmp_path: Path) -> None:
    """So that the refusals above are about what they say."""
    (tmp_path / "maps").mkdir()
    good = _map_file({"values": _VALUES, "__metadata__": {"map": json.dumps(_DESCRIBED)}})
    (tmp_path / "maps" / "x.safetensors").write_bytes(good)
    assert store.load_map("maps/x.safetensors").cell_px == 16.0


@pytest.mark.fault
@pytest.mark.promise("R-14")
@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_disk_that_fails_half_way_leaves_nothing(
    store: FileImageStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", refuse)
            (tmp_path / "images/.incoming").mkdir(parents=True)
            (tmp_path / CAPTURED_AT.strftime("images/%Y/%m/%d/%H")).mkdir(parents=True)
        else:
            patch.setattr(Path, "replace", refuse)
        with pytest.raises(OperationalError, match="Input/output error") as caught:
            store.save_frame(new_id(), _frame())
    assert caught.value.code == "DAT-002"
    assert _files(tmp_path) == []


@pytest.mark.fault
@pytest.mark.promise("R-14")
def test_a_full_disk_leaves_no_half_picture_and_takes_the_next_when_there_is_room(
    small_disk: Callable[[str], Path],
) -> None:
    folder = small_disk("size=64k")
    store = FileImageStore(folder)
    big = Frame(np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8), 1, "x", CAPTURED_AT, 0)
    with pytest.raises(OperationalError, match="No space left") as caught:
        store.save_frame(new_id(), big)
    assert caught.value.code == "DAT-002"
    assert str(folder) in caught.value.message
    assert _files(folder) == []
    remount(folder, "size=2m")
    assert store.stored(store.save_frame(new_id(), big).path) is not None


@pytest.mark.fault
def test_a_read_only_disk_is_said(small_disk: Callable[[str], Path]) -> None:
    folder = small_disk("size=64k")
    remount(folder, "ro")
    with pytest.raises(OperationalError, match="Read-only file system"):
        FileImageStore(folder).save_frame(new_id(), _frame())


def test_what_a_crash_left_half_written_is_swept(store: FileImageStore, tmp_path: Path) -> None:
    kept = store.save_frame(new_id(), _frame())
    (tmp_path / "images/.incoming/half.png").write_bytes(b"half")
    assert store.sweep() == 1
    assert store.sweep() == 0
    assert _files(tmp_path) == [kept.path]


def test_a_new_folder_has_nothing_to_sweep(store: FileImageStore, tmp_path: Path) -> None:
    assert store.sweep() == 0
    assert list(store.in_hour(datetime.now(UTC))) == []
    assert list(tmp_path.iterdir()) == []
