"""A model that comes from another station: verified as any model is before it is used, then renamed into place."""

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from inspector.core.errors import OperationalError
from inspector.core.package import PackageRefused, Refusal
from inspector.core.refs import ModelRef
from inspector.vision.store import read_model_folder


@contextmanager
def install_model(root: Path, model: ModelRef, unpack: Callable[[Path], None]) -> Iterator[None]:
    """Put a model into the station's store, whole or not at all; it goes again when the block under it fails.

    Args:
        root: of the station's own models.
        model: which one it must be.
        unpack: writes its files into a folder.

    Raises:
        PackageRefused: it is not the model it should be; OperationalError: DAT-002: it cannot be written.
    """
    final = root / model.name / str(model.version)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".new-", dir=final.parent))
        try:
            unpack(building)
            try:
                found = read_model_folder(building, expected=(model.name, model.version)).ref
            except OperationalError as error:
                raise PackageRefused(
                    Refusal.BAD_MODEL, f"The model {model} cannot be used: {error.message}", "", (str(model),)
                ) from error
            if found != model:
                raise PackageRefused(Refusal.BAD_MODEL, f"The model {model} is another one.", "", (str(model),))
            building.chmod(0o755)
            building.rename(final)
        except BaseException:
            _remove(building)
            raise
    except OSError as error:
        raise OperationalError(
            "DAT-002", f"The model {model} cannot be written to {root}: {error.strerror or error}.", "Check the disk."
        ) from error
    try:
        yield
    except BaseException:
        _remove(final)
        raise


def _remove(folder: Path) -> None:
    """Take a folder away, and the model's home above it when nothing else is in there."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
