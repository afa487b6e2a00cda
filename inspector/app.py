"""The composition root: the only place that knows everyone. It builds, wires, starts in order and ends in reverse."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace

from inspector import paths
from inspector.cameras.catalog import Catalog
from inspector.config import Settings
from inspector.core.errors import OperationalError
from inspector.core.ports import CameraCatalog, ModelStore
from inspector.core.recipe import CameraSettings, Recipe, TriggerMode
from inspector.outputs.simulated import SimulatedOutput
from inspector.paths import DataFolder
from inspector.services.clock import SystemClock
from inspector.services.disk import free_space_probe, writable_probe
from inspector.services.faults import FaultBoard
from inspector.services.health import HealthService
from inspector.services.inspection import InspectionService, LineParts
from inspector.services.pictures import KeepPolicy
from inspector.services.recorder import Recorder
from inspector.storage.database import Database
from inspector.storage.images import FileImageStore
from inspector.storage.reconcile import reconcile
from inspector.storage.recipe_text import recipe_from_text
from inspector.storage.recipes import SqlRecipeStore
from inspector.storage.records import SqlRecordStore
from inspector.storage.station_lock import StationLock
from inspector.vision.device import DeviceChoice
from inspector.vision.regions import find_regions
from inspector.vision.store import FolderModelStore

logger = logging.getLogger(__name__)

SHIPPED_MODEL = "demo"
DEFAULT_RATE_HZ = 5.0


@dataclass(frozen=True, slots=True)
class Records:
    """A station's memory, open."""

    database: Database
    records: SqlRecordStore
    recipes: SqlRecipeStore
    images: FileImageStore
    recorder: Recorder


@dataclass(frozen=True, slots=True)
class Application:
    """A station, wired and open; its line is Stopped."""

    settings: Settings
    data: DataFolder
    catalog: CameraCatalog
    models: ModelStore
    kept: Records
    line: InspectionService
    health: HealthService


def build_catalog(settings: Settings) -> CameraCatalog:
    """The cameras this station may use."""
    return Catalog(
        driver_folders=settings.genicam_driver_folders, show_test_camera=settings.show_test_camera
    )


def build_models(settings: Settings, data: DataFolder) -> FolderModelStore:
    """Shipped models, and those taught on this station."""
    return FolderModelStore((paths.models_dir(), data.models), device=DeviceChoice(settings.device.value))


@contextmanager
def open_records(settings: Settings, data: DataFolder) -> Iterator[Records]:
    """Open database, pictures and the record thread; ends by writing what still waits.

    Raises:
        OperationalError: DAT-002: the folder cannot be used, or another program uses it.
    """
    clock = SystemClock()
    with ExitStack() as stack:
        stack.enter_context(StationLock(data.root))
        database = stack.enter_context(closing(Database.open(data.database)))
        records = SqlRecordStore(database)
        images = FileImageStore(data.root)
        report = reconcile(records, images)
        if not report.agrees:
            logger.warning("Files missing for records %s; files without record %s", report.missing, report.orphans)
        recipes = SqlRecipeStore(database)
        for file in sorted((paths.resources_dir() / "recipes").glob("*.json")):
            recipes.publish(recipe_from_text(file.read_text(encoding="utf-8")), by="shipped")
        policy = KeepPolicy(pass_every=settings.keep_every_nth_pass_image)
        recorder = Recorder(records, images, policy, clock)
        recorder.start()
        stack.callback(recorder.close)
        yield Records(database, records, recipes, images, recorder)


def test_storage(data: DataFolder) -> str:
    """Open the records and close them again; says what was found.

    Raises:
        OperationalError: DAT-002: the folder cannot be used, or another program uses it.
    """
    with open_records(Settings(), data) as kept:
        newest = kept.records.recent(1)
        return f"{data.root}, newest record {newest[0].id if newest else 'none yet'}"


@contextmanager
def open_application(
    settings: Settings, data: DataFolder, *, recipe: str = "", camera_features: tuple[tuple[str, str], ...] = ()
) -> Iterator[Application]:
    """Build a station, start its threads, and end them in reverse: no new frames, drain, outputs safe, records down.

    Args:
        settings: how the station is wired.
        data: where its records lie.
        recipe: product to inspect; "" takes what fits the source.
        camera_features: written to the camera after the recipe's own settings.

    Raises:
        OperationalError: the data folder cannot be used, or the product is unknown.
    """
    clock = SystemClock()
    with ExitStack() as stack:
        kept = stack.enter_context(open_records(settings, data))
        catalog = build_catalog(settings)
        models = build_models(settings, data)
        faults = FaultBoard(clock)
        if kept.database.notice is not None:
            faults.report(kept.database.notice)
        output = SimulatedOutput()
        line = InspectionService(
            LineParts(
                catalog=catalog,
                models=models,
                recipes=kept.recipes,
                records=kept.records,
                recorder=kept.recorder,
                output=output,
                find_regions=find_regions,
                faults=faults,
                clock=clock,
                source=settings.source,
                deadline_ms=settings.deadline_ms,
                records_required=settings.records_required,
            ),
            choose_recipe(kept.recipes, settings.source, recipe or settings.recipe, camera_features),
        )
        line.open()
        stack.callback(line.close)
        health = HealthService(
            (free_space_probe(data.root), writable_probe(data.root, data.database)),
            report=line.report,
            gone=faults.gone,
            on_failure=line.report_bug,
        )
        health.start()
        stack.callback(health.close)
        yield Application(settings, data, catalog, models, kept, line, health)


def choose_recipe(
    recipes: SqlRecipeStore, source: str, wanted: str, camera_features: tuple[tuple[str, str], ...] = ()
) -> Recipe:
    """The recipe to begin with.

    Args:
        recipes: published ones.
        source: camera id.
        wanted: a product by name, or "".
        camera_features: written after the recipe's own camera settings.

    Returns:
        The wanted product; or the product of the same name as a simulated scene; or the program's default, which looks
        at the whole picture of any size with the shipped model and its strictest limit.

    Raises:
        OperationalError: RCP-001: the wanted product is unknown.
    """
    scene = source.removeprefix("simulated:").partition("?")[0] if source.startswith("simulated:") else ""
    if wanted or scene:
        try:
            recipe = recipes.get(wanted or scene)
        except OperationalError as error:
            if wanted or error.code != "RCP-001":
                raise
            recipe = default_recipe()
    else:
        recipe = default_recipe()
    if camera_features:
        extra = (*recipe.camera.extra, *camera_features)
        recipe = replace(recipe, version=0, camera=replace(recipe.camera, extra=extra))
    return recipe


def default_recipe() -> Recipe:
    """A recipe that the program makes up: version 0 says that nobody has published it."""
    return Recipe(
        product="default",
        version=0,
        model_name=SHIPPED_MODEL,
        camera=CameraSettings(trigger=TriggerMode.FREE, rate_hz=DEFAULT_RATE_HZ),
    )
