"""Compiles the test camera's GenTL producer, and gives tests a copy of it with a world of its own."""

import atexit
import functools
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.gentl.description import header, xml
from tests.support.gentl.table import MODERN, classic

_HERE = Path(__file__).parent
_SOURCES = ("producer.c", "port.c", "stream.c", "camera.c", "picture.c", "world.c")
VENDOR, MODEL = "Inspector Tests", "TestCam"


@functools.cache
def producer_file() -> Path:
    """The compiled producer; built once for each run, as nothing of it is kept between runs.

    Raises:
        RuntimeError: there is no C compiler, or it refused the source; its own words are in the text.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise RuntimeError("The test camera is written in C and needs gcc: install it (apt-get install gcc).")
    folder = Path(tempfile.mkdtemp(prefix="inspector-testcam-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "registers.h").write_text(header(), encoding="utf-8")
    (folder / "modern.xml").write_text(xml(MODERN), encoding="utf-8")
    (folder / "classic.xml").write_text(xml(classic()), encoding="utf-8")
    file = folder / "testcam.cti"
    options = [
        "-std=gnu11",
        "-O2",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-shared",
        "-fPIC",
        "-fvisibility=hidden",
        "-pthread",
    ]
    sources = [str(_HERE / name) for name in _SOURCES]
    includes = [f"-I{folder}", f"-I{_HERE}", f"-Wa,-I{folder}"]
    done = subprocess.run(
        [compiler, *options, *includes, "-o", str(file), *sources, "-lm", "-ldl"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"The test camera does not compile:\n{done.stderr}")
    return file


@dataclass(frozen=True, slots=True)
class Producer:
    """A copy of the producer in a folder of its own, with the world around its cameras."""

    file: Path

    @classmethod
    def install(cls, folder: Path) -> "Producer":
        """Put a copy into a folder, where nobody else changes its world."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(Path(shutil.copy2(producer_file(), folder / "testcam.cti")))

    @property
    def folder(self) -> Path:
        """A driver folder for `Catalog(driver_folders=[…])` or GENICAM_GENTL64_PATH."""
        return self.file.parent

    def camera_id(self, serial: str = "TC-1", model: str = MODEL) -> str:
        """The id under which the catalog lists a camera: TC-1, TC-2, or TC-OLD of model TestCam Classic."""
        return f"genicam:{VENDOR}/{model}/{serial}"

    def world(self, *lines: str) -> None:
        """Change what is around the cameras (the words are those of world.c); no lines for a world in order."""
        new = self.file.with_name(self.file.name + ".new")
        new.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        new.replace(self.file.with_name(self.file.name + ".world"))

    def calls(self) -> list[str]:
        """GenTL calls since the world holds `log`."""
        file = self.file.with_name(self.file.name + ".calls")
        return file.read_text(encoding="utf-8").split() if file.is_file() else []
