import sys
from pathlib import Path

import pytest

from inspector.core.errors import OperationalError
from inspector.storage import database
from inspector.storage.database import Database
from inspector.storage.network_drive import network_drive

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="reads the list of mounts as Linux writes it")


@pytest.mark.parametrize(
    ("mounted", "kind"),
    [
        ("{top} rw - ext4 /dev/sda1 rw", ""),
        ("{top} rw shared:5 - nfs4 server:/export rw", "nfs4 network drive"),
        ("{data} rw - cifs //server/share rw", "cifs network drive"),
        ("{other} rw - nfs server:/export rw", ""),
    ],
)
def test_the_nearest_mount_decides(tmp_path: Path, mounted: str, kind: str) -> None:
    data = tmp_path / "a b"
    data.mkdir()
    mounts = tmp_path / "mountinfo"
    places = {"top": tmp_path, "data": str(data).replace(" ", "\\040"), "other": f"{tmp_path}/other"}
    mounts.write_text(
        f"22 1 8:1 / / rw - ext4 /dev/root rw\n36 22 98:0 / {mounted.format(**places)}\n", encoding="utf-8"
    )
    assert network_drive(data, mounts) == kind


def test_a_system_that_does_not_tell_is_trusted(tmp_path: Path) -> None:
    assert network_drive(tmp_path, tmp_path / "none") == ""


def test_a_data_folder_on_a_network_drive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "network_drive", lambda _: "nfs4 network drive")
    with pytest.raises(OperationalError, match="nfs4 network drive") as caught:
        Database.open(tmp_path / "station.sqlite")
    assert caught.value.code == "DAT-002"
    assert not (tmp_path / "station.sqlite").exists()
