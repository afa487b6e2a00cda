"""The composition root: the only place that knows everyone. It builds, wires, starts in order and ends in reverse."""

import getpass
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inspector import paths
from inspector.cameras.catalog import Catalog
from inspector.cameras.picture_folder import PictureFiles
from inspector.cameras.scenes.registry import SCENES
from inspector.cameras.scenes.scene import PartPlan
from inspector.cameras.settings_files import SettingsFiles
from inspector.config import Language, Settings, Theme, load, save
from inspector.core.errors import InspectorError, OperationalError
from inspector.core.geometry import Size
from inspector.core.line import LineState
from inspector.core.ports import AnomalyModel, CameraCatalog, ModelStore
from inspector.core.recipe import CameraSettings, Recipe, TriggerMode
from inspector.core.setup_ports import TileShape
from inspector.core.version import APP_VERSION
from inspector.diagnostics import LastRun, run_marker
from inspector.outputs.simulated import SimulatedOutput
from inspector.paths import DataFolder
from inspector.services.capture import CaptureService
from inspector.services.clock import SystemClock
from inspector.services.disk import free_space_probe, writable_probe
from inspector.services.faults import FaultBoard
from inspector.services.health import HealthService, stall_probe
from inspector.services.inspection import InspectionService
from inspector.services.line_parts import LineParts
from inspector.services.odd_ones import OddOnes
from inspector.services.pictures import KeepPolicy
from inspector.services.recipes import RecipeParts, RecipeService
from inspector.services.recorder import Recorder
from inspector.services.samples import SampleService
from inspector.services.scoring import ScoringService
from inspector.services.teaching import TeachingParts, TeachingService
from inspector.services.trial import TrialService
from inspector.storage.database import Database
from inspector.storage.drafts import SqlDraftStore
from inspector.storage.history import SqlHistory
from inspector.storage.images import FileImageStore
from inspector.storage.map_shelf import FileMapShelf
from inspector.storage.package import ZipPackages
from inspector.storage.recipe_pictures import FileRecipePictures
from inspector.storage.recipe_text import recipe_from_text
from inspector.storage.recipes import SqlRecipeStore
from inspector.storage.reconcile import reconcile
from inspector.storage.records import SqlRecordStore
from inspector.storage.samples import SqlSampleStore
from inspector.storage.station_lock import StationLock
from inspector.training.teacher import ProcessTeacher
from inspector.vision.device import DeviceChoice, installed_memory_mb, peak_memory_mb
from inspector.vision.install import install_model
from inspector.vision.model import TiledModel
from inspector.vision.regions import find_regions
from inspector.vision.store import FolderModelStore

logger = logging.getLogger(__name__)

SHIPPED_MODEL = "demo"
DEFAULT_RATE_HZ = 5.0
_SIMULATED = "simulated:"


@dataclass(frozen=True, slots=True)
class Records:
    """A station's memory, open."""

    database: Database
    records: SqlRecordStore
    recipes: SqlRecipeStore
    images: FileImageStore
    recorder: Recorder
    drafts: SqlDraftStore
    samples: SqlSampleStore
    pictures: FileRecipePictures


@dataclass(frozen=True, slots=True)
class SetupServices:
    """What sets up a product besides its recipe: pictures, scores, models."""

    samples: SampleService
    capture: CaptureService
    scoring: ScoringService
    teaching: TeachingService
    trial: TrialService
    odd: OddOnes


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
    last_run: LastRun
    recipes: RecipeService
    setup: SetupServices


def build_catalog(settings: Settings) -> CameraCatalog:
    """The cameras this station may use."""
    return Catalog(driver_folders=settings.genicam_driver_folders, show_test_camera=settings.show_test_camera)


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
        _publish_shipped(recipes)
        samples = SqlSampleStore(database, data.root)
        samples.clean_up()
        policy = KeepPolicy(pass_every=settings.keep_every_nth_pass_image)
        recorder = Recorder(records, images, policy, clock)
        recorder.start()
        stack.callback(recorder.close)
        pictures = FileRecipePictures(data.root)
        yield Records(database, records, recipes, images, recorder, SqlDraftStore(database), samples, pictures)


def _publish_shipped(recipes: SqlRecipeStore) -> None:
    """Bring the recipes that ship with the program into a station that does not have them; what it has stays."""
    for file in sorted((paths.resources_dir() / "recipes").glob("*.json")):
        recipe = recipe_from_text(file.read_text(encoding="utf-8"))
        try:
            recipes.get(recipe.product, recipe.version)
        except OperationalError as error:
            if error.code != "RCP-001":
                # Altered in the store: the start of the line refuses it and says so.
                logger.warning("%s", error)
                continue
            recipes.publish(recipe, by="shipped")


def check_storage(data: DataFolder) -> str:
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
        last_run = stack.enter_context(run_marker(data.run_marker))
        catalog = build_catalog(settings)
        models = build_models(settings, data)
        faults = FaultBoard(clock)
        if kept.database.notice is not None:
            faults.report(kept.database.notice)
        chosen: Recipe | None = None
        try:
            chosen = choose_recipe(kept.recipes, settings.source, recipe or settings.recipe, camera_features)
        except OperationalError as error:
            if error.code != "RCP-002":
                raise
            # The station opens, so that a person can choose another product.
            faults.report(error)
        output = SimulatedOutput()
        samples = SampleService(kept.samples, PictureFiles(), records=kept.records, images=kept.images)
        capture = CaptureService(
            catalog, samples, line_camera=lambda: line.camera_in_use, on_failure=note_setup_failure
        )
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
                source_of=partial(source_of, settings.source),
                deadline_ms=settings.deadline_ms,
                records_required=settings.records_required,
                pictures=kept.pictures,
                free_camera=capture.give_back,
            ),
            chosen,
        )
        line.open()
        stack.callback(line.close)
        capture.start()
        stack.callback(capture.end)
        health = HealthService(
            (
                free_space_probe(data.root),
                writable_probe(data.root, data.database),
                stall_probe(lambda: line.stalled_s),
            ),
            report=line.report,
            gone=faults.gone,
            on_failure=line.report_bug,
        )
        health.start()
        stack.callback(health.close)
        recipe_service = build_recipe_service(settings, data, kept, models, line)
        setup = build_setup(settings, data, kept, models, line, samples, capture)
        for close in (setup.scoring.close, setup.teaching.close):
            stack.callback(close)
        yield Application(settings, data, catalog, models, kept, line, health, last_run, recipe_service, setup)


def build_recipe_service(
    settings: Settings, data: DataFolder, kept: Records, models: ModelStore, line: InspectionService
) -> RecipeService:
    """What sets up, publishes and carries recipes, without a window."""
    return RecipeService(
        RecipeParts(
            recipes=kept.recipes,
            drafts=kept.drafts,
            samples=kept.samples,
            records=kept.records,
            models=models,
            packages=ZipPackages(kept.pictures, APP_VERSION),
            install_model=partial(install_model, data.models),
            clock=SystemClock(),
            user=user_name(),
            in_use=partial(product_in_use, line),
            deadline_ms=settings.deadline_ms,
            memory_mb=installed_memory_mb(),
        )
    )


def build_setup(
    settings: Settings,
    data: DataFolder,
    kept: Records,
    models: ModelStore,
    line: InspectionService,
    samples: SampleService,
    capture: CaptureService,
) -> SetupServices:
    """What scores, teaches and tries; drafts of models lie apart, where nothing else looks for models."""
    drafts, scratch = data.models / ".drafts", data.root / "scratch"
    for left_by_a_crash in (drafts, scratch):
        shutil.rmtree(left_by_a_crash, ignore_errors=True)
    scoring, draft_scoring = (
        ScoringService(
            store,
            samples,
            FileMapShelf(scratch / folder),
            kept.pictures,
            find_regions,
            SystemClock(),
            tile_shape=tile_shape,
            memory_mb=peak_memory_mb,
            line_runs=partial(runs, line),
        )
        for store, folder in (
            (models, "maps"),
            (FolderModelStore((drafts,), device=DeviceChoice(settings.device.value)), "draft-maps"),
        )
    )
    teacher = ProcessTeacher(settings.device.value)
    teaching = TeachingService(
        TeachingParts(
            teacher=teacher,
            samples=samples,
            recipes=kept.recipes,
            drafts=kept.drafts,
            models=models,
            scoring=scoring,
            draft_scoring=draft_scoring,
            samples_root=data.root,
            models_dir=data.models,
            drafts_dir=drafts,
            line_runs=partial(runs, line),
            beside_line=settings.teach_beside_line,
        ),
        on_failure=note_setup_failure,
    )
    trial = TrialService(SqlHistory(kept.database), kept.images, kept.recipes, models)
    odd = OddOnes(
        teacher,
        samples,
        draft_scoring,
        samples_root=data.root,
        drafts_dir=drafts,
        may_teach=lambda: settings.teach_beside_line or not runs(line),
    )
    return SetupServices(samples, capture, scoring, teaching, trial, odd)


def note_setup_failure(error: Exception) -> None:
    """A bug in set-up is no reason to stop an inspecting line; its traceback is in the log already."""
    logger.error("Set-up does not go on: %r", error)


def tile_shape(model: AnomalyModel) -> TileShape:
    """How a loaded model cuts frames.

    Raises:
        TypeError: it is none of ours.
    """
    if not isinstance(model, TiledModel):
        raise TypeError(f"{model.ref} does not cut frames into tiles")
    return TileShape(model.manifest.tile_px, model.manifest.geometry.cell_px, model.manifest.rim_cells)


def runs(line: InspectionService) -> bool:
    """Whether the line inspects, or is about to."""
    return line.status.state not in (LineState.STOPPED, LineState.FAULTED)


def product_in_use(line: InspectionService) -> str:
    """The product that the line inspects now; "" while it stands."""
    return line.recipe.product if runs(line) and line.recipe is not None else ""


def user_name() -> str:
    """Who uses this computer, for records of who did what; a number where the system has no name for the user."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def source_of(source: str, recipe: Recipe | None) -> str:
    """The camera that inspects a recipe: the one it was set up with, else the station's.

    A simulated line shows the product that is inspected, with the defects and faults that the station's id asks for.

    Args:
        source: the station's camera id.
        recipe: in force.
    """
    wanted = "" if recipe is None else recipe.camera_id
    if recipe is not None and not wanted and recipe.product in SCENES and source.startswith(_SIMULATED):
        wanted = f"{_SIMULATED}{recipe.product}"
    if not wanted:
        return source
    if wanted.startswith(_SIMULATED) and source.startswith(_SIMULATED):
        _, mark, query = source.partition("?")
        return f"{wanted.partition('?')[0]}{mark}{query}"
    return wanted


def run_window(application: Application, settings_file: Path, *, start: bool = False, limit: int | None = None) -> int:
    """Show the station until its window is closed; main thread.

    Args:
        application: open.
        settings_file: where a changed language or theme is kept.
        start: begin inspecting at once; only a simulated line may.
        limit: parts after which a line started so stops.

    Returns:
        The exit code.
    """
    # Qt needs libraries of the system that a station without a screen may lack.
    from inspector.ui.application import WindowOptions, show_window
    from inspector.ui.main_window import StationInfo
    from inspector.ui.recipes.desk import SetupDesk

    settings = application.settings

    def remember(name: str, value: str) -> None:
        try:
            # What the command line chose for this run alone must not become the station's setting.
            stored = load(settings_file)
            if name == "language":
                save(replace(stored, language=Language(value)), settings_file)
            else:
                save(replace(stored, theme=Theme(value)), settings_file)
        except InspectorError as error:
            logger.warning("The %s is not kept: %s", name, error)

    if start and application.line.simulated:
        application.line.start(limit)
    return show_window(
        application.line,
        StationInfo(
            name=settings.station_name,
            records=application.kept.records,
            images=application.kept.images,
            setup=SetupDesk(
                recipes=application.recipes,
                cameras=application.catalog,
                models=application.models,
                pictures=application.kept.pictures,
                user=user_name(),
                drawn_picture=lambda product: product_picture(Recipe(product, 0, "")),
                product_in_use=partial(product_in_use, application.line),
                samples=application.setup.samples,
                scoring=application.setup.scoring,
                capture=application.setup.capture,
                teaching=application.setup.teaching,
                odd=application.setup.odd,
                trial=application.setup.trial,
                records=application.kept.records,
                images=application.kept.images,
                settings_files=SettingsFiles(),
                station_camera=application.line.source,
                line=application.line,
            ),
            product_picture=partial(stored_picture, application.kept.pictures),
            remember=remember,
        ),
        WindowOptions(paths.resources_dir(), language=settings.language.value, theme=settings.theme.value),
        ("inspector",),
    )


def stored_picture(pictures: FileRecipePictures, recipe: Recipe) -> NDArray[np.uint8] | None:
    """The picture that a person gave a product; a drawn one of a simulated product; None for any other product."""
    if recipe.picture:
        try:
            return pictures.load(recipe.picture)
        except OperationalError as error:
            logger.warning("No picture of %s: %s", recipe.product, error)
    return product_picture(recipe)


def product_picture(recipe: Recipe) -> NDArray[np.uint8] | None:
    """A drawn good part of a simulated product, RGB; None for any other product."""
    scene = SCENES.get(recipe.product)
    if scene is None:
        return None
    return scene().draw(PartPlan(number=1), Size(256, 320)).image


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
        OperationalError: RCP-001: the wanted product is unknown; RCP-002: its recipe was altered.
    """
    scene = source.removeprefix(_SIMULATED).partition("?")[0] if source.startswith(_SIMULATED) else ""
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
