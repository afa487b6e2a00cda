"""Settings files of cameras on disk: read with suspicion, written whole or not at all."""

import os
from collections.abc import Sequence
from pathlib import Path

from inspector.cameras.feature_file import FeatureFile, PlannedChange, plan
from inspector.core.camera_features import Feature, FeatureAccess
from inspector.core.errors import InvalidInput, OperationalError
from inspector.core.ports import CameraInfo

_MOST_BYTES = 4_000_000


class SettingsFiles:
    """Any thread but the main one: the camera is asked for its settings."""

    def save(self, path: Path, info: CameraInfo, features: Sequence[Feature], access: FeatureAccess) -> int:
        """Write a camera's settings, over an older file of the same name.

        Returns:
            How many settings.

        Raises:
            OperationalError: CAM-004: the camera does not say them; DAT-002: the file cannot be written.
            InvalidInput: a value could not be read back.
        """
        lines = access.save()
        text = FeatureFile.of(info, features, lines).text()
        temporary = path.with_name(f".{path.name}.tmp")
        try:
            try:
                with temporary.open("w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise OperationalError("DAT-002", f"{path} cannot be written: {error.strerror or error}.") from error
        return len(lines)

    def plan(self, path: Path, features: Sequence[Feature], access: FeatureAccess) -> tuple[PlannedChange, ...]:
        """What a file would change, without writing anything to the camera.

        Raises:
            OperationalError: CAM-004; DAT-002: the file cannot be read.
            InvalidInput: it is no such file, with every wrong line.
        """
        try:
            with path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except OSError as error:
            raise OperationalError("DAT-002", f"{path} cannot be read: {error.strerror or error}.") from error
        if len(data) > _MOST_BYTES:
            raise InvalidInput([f"{path.name} is larger than a file of camera settings can be"])
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InvalidInput([f"{path.name} is no text in UTF-8"]) from error
        return plan(features, access.save(), FeatureFile.parse(text).lines)
