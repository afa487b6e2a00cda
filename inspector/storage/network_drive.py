"""Whether a folder lies on a network drive, where SQLite's log needs shared memory that no network has."""

import ctypes
import sys
from pathlib import Path

_NETWORK_TYPES = frozenset(
    {"9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "glusterfs", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
)
_DRIVE_REMOTE = 4  # GetDriveTypeW
_MOUNTS = Path("/proc/self/mountinfo")


def network_drive(folder: Path, mounts: Path = _MOUNTS) -> str:
    """What kind of network drive a folder lies on; "" for a local disk, or when the system does not tell.

    Args:
        folder: exists.
        mounts: the system's list of mounted disks, as Linux writes it.
    """
    folder = folder.resolve()
    if sys.platform == "win32":
        remote = ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == _DRIVE_REMOTE
        return f"network drive {folder.anchor}" if remote else ""
    if not mounts.exists():
        return ""
    kinds: dict[Path, str] = {}
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        # 36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw    (proc(5))
        before, _, after = line.partition(" - ")
        kinds[Path(before.split()[4].replace("\\040", " "))] = after.split()[0]
    kind = next((kinds[place] for place in (folder, *folder.parents) if place in kinds), "")
    return f"{kind} network drive" if kind in _NETWORK_TYPES else ""
