"""Reading a zip file that nobody vouches for: every entry is judged before a byte of it is unpacked.

Python's `zipfile` is asked for central directory and streams only. Entries are refused that would leave the package,
stand twice, are no plain files, lie over each other, or unpack to far more than they occupy.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from inspector.core.package import PackageRefused, Refusal

MOST_BYTES: Final = (1 << 31) - 1
"""Of a package, packed and unpacked: what a zip file holds without the extensions for giants."""
MOST_ENTRIES: Final = 64
_CHUNK: Final = 1 << 20
_END: Final = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
_END_MARK: Final = b"PK\x05\x06"
_FILE_MARK: Final = b"PK\x03\x04"
_LOCAL_HEADER: Final = 30
_ENCRYPTED_FLAG: Final = 0x1
_MOST_RATIO: Final = 100
_RATIO_COUNTS_FROM: Final = 1 << 20
_NAME: Final = re.compile(r"(manifest\.json|recipe\.json|pictures/[0-9a-f]{64}\.png|model/[a-z0-9][a-z0-9_.-]{0,63})")
_MOST_OF_KIND: Final = {"manifest.json": 1 << 20, "recipe.json": 4 << 20, "pictures": 256 << 20, "model": MOST_BYTES}

_HINT = "Nothing was changed. Export the recipe again and copy the whole file."


@contextmanager
def open_package(path: Path) -> Iterator[zipfile.ZipFile]:
    """A package whose entries were judged; their contents were not read.

    Raises:
        PackageRefused: with the reason.
    """
    _require_zip(path)
    with _zip_errors(path), zipfile.ZipFile(path) as file:
        _judge_entries(path, file.infolist())
        yield file


def chunks(path: Path, file: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """An entry's content, piece by piece; never more than it declares.

    Raises:
        PackageRefused: it is damaged.
    """
    left = info.file_size
    with _zip_errors(path), file.open(info) as stream:
        while piece := stream.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise refused(Refusal.TOO_LARGE, path, f"{info.filename} is larger than it says", info.filename)
            yield piece
    if left:
        raise refused(Refusal.DAMAGED, path, f"{info.filename} is shorter than it says", info.filename)


def refused(refusal: Refusal, path: Path, why: str, *values: str) -> PackageRefused:
    """What to say of a package, with the file's name and the reason."""
    return PackageRefused(refusal, f"The package {path.name} is refused: {why}.", _HINT, values)


@contextmanager
def _zip_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, UnicodeError) as error:
        raise refused(Refusal.DAMAGED, path, f"it is damaged ({error})") from error
    except OSError as error:
        raise refused(Refusal.UNREADABLE, path, f"it cannot be read ({error.strerror or error})") from error


def _require_zip(path: Path) -> None:
    """Look at the two ends of a file before a library reads what they announce."""
    with _zip_errors(path):
        if not path.is_file():
            raise refused(Refusal.UNREADABLE, path, "there is no such file")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise refused(Refusal.TOO_LARGE, path, f"it is larger than {MOST_BYTES >> 30} GB", path.name)
        with path.open("rb") as file:
            head = file.read(len(_FILE_MARK))
            if head != _FILE_MARK:
                raise refused(Refusal.NOT_A_PACKAGE, path, "it is no recipe package")
            file.seek(max(0, size - _END.size))
            end = file.read(_END.size)
    if len(end) < _END.size or not end.startswith(_END_MARK):
        raise refused(Refusal.DAMAGED, path, "its end is missing; it was not copied as a whole")
    _, disk, directory_disk, here, entries, length, offset, comment = _END.unpack(end)
    if disk or directory_disk or comment or here != entries or offset + length + _END.size != size:
        raise refused(Refusal.DAMAGED, path, "its table of contents is not where it belongs")
    if entries > MOST_ENTRIES:
        raise refused(Refusal.TOO_LARGE, path, f"it holds {entries} files, more than a package has", path.name)


def _judge_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for info in entries:
        name = info.filename
        if info.is_dir() or stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise refused(Refusal.LINK, path, f"{name!r} is no plain file", name)
        if name != info.orig_filename or _NAME.fullmatch(name) is None or ".." in name:
            raise refused(Refusal.BAD_NAME, path, f"{info.orig_filename!r} is no name of a package", name)
        if name in seen:
            raise refused(Refusal.DUPLICATE, path, f"{name} occurs twice", name)
        seen.add(name)
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise refused(Refusal.ENCRYPTED, path, f"{name} is encrypted", name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refused(Refusal.BAD_MANIFEST, path, f"{name} is packed in an unknown way", name)
        kind = name.partition("/")[0]
        swollen = info.file_size > _RATIO_COUNTS_FROM and info.file_size > _MOST_RATIO * max(1, info.compress_size)
        if info.file_size > _MOST_OF_KIND[kind] or swollen:
            raise refused(Refusal.TOO_LARGE, path, f"{name} would unpack to {info.file_size >> 20} MB", name)
    if sum(info.file_size for info in entries) > MOST_BYTES:
        raise refused(Refusal.TOO_LARGE, path, "it would unpack to more than 2 GB", path.name)
    _judge_places(path, entries)


def _judge_places(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Entries that share bytes unpack to far more than the file holds."""
    end = 0
    for info in sorted(entries, key=lambda one: one.header_offset):
        if info.header_offset < end:
            raise refused(Refusal.TOO_LARGE, path, f"{info.filename} lies over another file", info.filename)
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
