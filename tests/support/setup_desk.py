"""What the Recipes page works with, on a real data folder: nothing of it is played but cameras and models."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector.cameras.picture_folder import PictureFiles
from inspector.cameras.settings_files import SettingsFiles
from inspector.core.ports import CameraCatalog, ModelSummary
from inspector.core.recipe import Recipe
from inspector.core.refs import ModelRef
from inspector.services.capture import CaptureService
from inspector.services.clock import SystemClock
from inspector.services.recipes import RecipeParts, RecipeService
from inspector.services.samples import SampleService
from inspector.storage.database import Database
from inspector.storage.drafts import SqlDraftStore
from inspector.storage.package import ZipPackages
from inspector.storage.recipe_pictures import FileRecipePictures
from inspector.storage.recipe_text import recipe_from_text
from inspector.storage.recipes import SqlRecipeStore
from inspector.storage.samples import SqlSampleStore
from inspector.ui.recipes.desk import SetupDesk
from tests.support.record_store import MemoryRecordStore

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "models" / "demo" / "1"


class ListedModels:
    """`ModelStore` that only lists the shipped model."""

    def __init__(self) -> None:
        seal = hashlib.sha256((DEMO / "manifest.toml").read_bytes()).hexdigest()
        self.summaries = (ModelSummary(ModelRef("demo", 1, seal), DEMO, products=("cap", "board", "brushed")),)

    def list(self) -> tuple[ModelSummary, ...]:
        return self.summaries

    def load(self, name: str, version: int = 0) -> None:
        raise AssertionError("no test of a page loads a model")


@dataclass
class SetupStation:
    """A data folder and the service over it."""

    root: Path
    user: str = "li"
    in_use: str = ""
    models: ListedModels = field(default_factory=ListedModels)
    line_camera: str = ""
    catalog: CameraCatalog = field(default_factory=lambda: NoCameras())
    station_camera: str = ""
    capture: CaptureService | None = None
    sample_service: SampleService | None = None
    failures: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = Database.open(self.root / "station.sqlite")
        self.store = SqlRecipeStore(self.database)
        self.drafts = SqlDraftStore(self.database)
        self.samples = SqlSampleStore(self.database, self.root)
        self.pictures = FileRecipePictures(self.root)
        self.recipes = RecipeService(
            RecipeParts(
                recipes=self.store,
                drafts=self.drafts,
                samples=self.samples,
                records=MemoryRecordStore(),
                models=self.models,
                packages=ZipPackages(self.pictures, "1.0"),
                install_model=self._install,
                clock=SystemClock(),
                user=self.user,
                in_use=lambda: self.in_use,
            )
        )

    def ship(self) -> None:
        """Publish the recipes that come with the program."""
        for file in sorted((ROOT / "resources" / "recipes").glob("*.json")):
            recipe = recipe_from_text(file.read_text(encoding="utf-8"))
            self.store.publish(replace(recipe, model_version=1), by="shipped")

    def publish(self, recipe: Recipe, reason: str = "better light") -> None:
        self.store.publish(recipe, by=self.user, reason=reason, base_version=recipe.version - 1)

    def open_cameras(self, catalog: CameraCatalog, station_camera: str = "") -> None:
        """Start a real capture service on a catalog; `close` ends it."""
        service = SampleService(self.samples, PictureFiles())
        self.catalog, self.station_camera, self.sample_service = catalog, station_camera, service
        self.capture = CaptureService(
            catalog, service, line_camera=lambda: self.line_camera, on_failure=self.failures.append
        )
        self.capture.start()

    def desk(self, drawn: Callable[[str], NDArray[np.uint8] | None] | None = None) -> SetupDesk:
        return SetupDesk(
            recipes=self.recipes,
            cameras=self.catalog,
            samples=self.sample_service,
            capture=self.capture,
            station_camera=self.station_camera,
            settings_files=SettingsFiles(),
            models=self.models,
            pictures=self.pictures,
            user=self.user,
            drawn_picture=drawn,
            product_in_use=lambda: self.in_use,
        )

    def close(self) -> None:
        if self.capture is not None:
            self.capture.end()
        self.database.close()

    @contextmanager
    def _install(self, _model: ModelRef, write: Callable[[Path], None]) -> Iterator[None]:
        folder = self.root / "models" / "new"
        folder.mkdir(parents=True)
        write(folder)
        yield


class NoCameras:
    """`CameraCatalog` of a station without cameras."""

    def scan(self) -> tuple[()]:
        return ()

    def open(self, camera_id: str) -> None:
        raise AssertionError(f"no camera {camera_id}")

    def acknowledge_drivers(self) -> None:
        pass
