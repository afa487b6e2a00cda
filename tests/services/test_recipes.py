"""Products from the first idea to a published version, with every store in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from inspector.core.check import CheckResult
from inspector.core.draft import (
    DraftBlocked,
    JudgedCheck,
    MeasuredTiming,
    PublishFacts,
    RecipeDraft,
    Step,
    StepState,
    basis_of,
)
from inspector.core.errors import OperationalError
from inspector.core.geometry import Size
from inspector.core.package import PackageContent, PackageRefused, Refusal
from inspector.core.picture_limits import PictureLimits, Range
from inspector.core.ports import ModelSummary
from inspector.core.recipe import CameraSettings, Recipe, StoredShot, TriggerMode
from inspector.core.refs import ModelRef, RecipeRef, new_id
from inspector.core.sample import Sample, Tray, Use, samples_key
from inspector.services.clock import SystemClock
from inspector.services.recipes import ProductState, RecipeParts, RecipeService
from tests.support.recipe_store import MemoryRecipeStore
from tests.support.record_store import MemoryRecordStore
from tests.support.records import CAPTURED_AT, record
from tests.support.setup_stores import MemoryDraftStore, MemorySampleStore

MODEL = ModelRef("demo", 3, "ab" * 32)
CAP = Recipe(product="cap", version=1, model_name="demo", line_code=7)
ANY = Range(0.0, 255.0)
LIMITS = PictureLimits(ANY, ANY, ANY, ANY, ANY, ANY, ANY, shots=20)


class Models:
    """Implements `core.ports.ModelStore` as far as it lists."""

    def __init__(self, *refs: ModelRef) -> None:
        self.refs = list(refs)
        self.problem = ""

    def list(self) -> tuple[ModelSummary, ...]:
        return tuple(ModelSummary(ref, Path(f"/models/{ref}"), problem=self.problem) for ref in self.refs)

    def load(self, name: str, version: int = 0) -> None:
        raise NotImplementedError


class Packages:
    """Implements `core.recipe_ports.RecipePackages`: remembers what is exported, reads what it is told."""

    def __init__(self) -> None:
        self.exported: list[tuple[Path, Recipe, ModelRef, Path | None]] = []
        self.content: PackageContent | None = None
        self.pictures = 0
        self.unpacked: list[Path] = []

    def export(self, target: Path, recipe: Recipe, model: ModelRef, model_folder: Path | None) -> None:
        self.exported.append((target, recipe, model, model_folder))

    def read(self, path: Path) -> PackageContent:
        assert self.content is not None
        return replace(self.content, path=path)

    def import_pictures(self, content: PackageContent) -> None:
        self.pictures += 1

    def unpack_model(self, content: PackageContent, folder: Path) -> None:
        self.unpacked.append(folder)


class Station:
    """The service and everything around it."""

    def __init__(self, memory_mb: float | None = None) -> None:
        self.recipes = MemoryRecipeStore()
        self.drafts = MemoryDraftStore()
        self.samples = MemorySampleStore()
        self.records = MemoryRecordStore()
        self.models = Models(MODEL)
        self.packages = Packages()
        self.installed: list[ModelRef] = []
        self.running = ""
        self.service = RecipeService(
            RecipeParts(
                recipes=self.recipes,
                drafts=self.drafts,
                samples=self.samples,
                records=self.records,
                models=self.models,
                packages=self.packages,
                install_model=self._install,
                clock=SystemClock(),
                user="li",
                in_use=lambda: self.running,
                memory_mb=memory_mb,
            )
        )

    @contextmanager
    def _install(self, model: ModelRef, unpack: Callable[[Path], None]) -> Iterator[None]:
        unpack(Path("building"))
        self.installed.append(model)
        try:
            yield
        except BaseException:
            self.installed.remove(model)
            raise

    def add_samples(self, setup_id: str, good: int = 30, check: int = 10) -> None:
        for number in range(good):
            use = Use.CHECK if number < check else Use.TEACH
            sample = Sample(new_id(), setup_id, Tray.GOOD, datetime.now(UTC), Size(1, 1), use=use)
            self.samples.add(sample, np.full((4, 4), number, np.uint8))

    def complete(self, draft: RecipeDraft, line_code: int = 9) -> RecipeDraft:
        """A draft that may be published, with its samples."""
        if not self.samples.list(draft.id):
            self.add_samples(draft.id)
        draft = draft.with_recipe(
            line_code=line_code,
            model_name="demo",
            camera_id="simulated:cap",
            camera=CameraSettings(trigger=TriggerMode.LINE),
            image_size=Size(480, 640),
            picture_limits=LIMITS,
            mm_per_px=0.1,
        )
        basis = basis_of(draft.recipe, MODEL)
        draft = draft.with_recipe(self_test=StoredShot("recipes/x.png", "00" * 32, 0.5, basis))
        key = samples_key(self.samples.list(draft.id))
        return replace(
            draft,
            judged=JudgedCheck(MODEL, basis, key, draft.recipe.rule, CheckResult(0, 10, 0, 0)),
            timing=MeasuredTiming(200, 40.0, 60.0, 500.0, basis),
        )


@pytest.fixture
def station() -> Station:
    return Station()


def test_a_new_product_goes_from_nothing_to_a_published_version(station: Station) -> None:
    service = station.service
    draft = service.save(service.new("bottle"))
    assert [(card.product, card.state, card.draft_id) for card in service.overview()] == [
        ("bottle", ProductState.DRAFT, draft.id)
    ]
    draft = service.save(station.complete(draft))
    assert (draft.changed_by, service.draft(draft.id)) == ("li", draft)
    assert service.blockers(draft) == ()
    recipe = service.publish(draft, "  first version  ")
    assert (recipe.version, recipe.model_version) == (1, 3)
    (version,) = service.versions("bottle")
    assert (version.recipe, version.reason, version.published_by) == (recipe, "first version", "li")
    assert (version.setup_id, version.base_version) == (draft.id, 0)
    (card,) = service.overview()
    assert (card.state, card.version, card.model, card.draft_id) == (ProductState.PUBLISHED, 1, "demo v3", "")
    assert (card.changed_at, card.last_used) == (version.published_at, None)
    with pytest.raises(OperationalError, match="gone"):
        service.draft(draft.id)


def test_editing_continues_with_the_samples_and_publishes_the_next_version(station: Station) -> None:
    service = station.service
    first = station.complete(service.new("bottle"))
    service.publish(first, "first")
    edited = service.edit("bottle")
    assert (edited.id, edited.base_product, edited.base_version) == (first.id, "bottle", 1)
    assert len(station.samples.list(edited.id)) == 30
    assert service.edit("bottle").id == edited.id
    service.save(edited.with_recipe(notes="in hand"))
    assert service.edit("bottle").recipe.notes == "in hand"
    (card,) = service.overview()
    assert (card.state, card.version, card.draft_id) == (ProductState.PUBLISHED, 1, edited.id)
    recipe = service.publish(station.complete(edited), "new light")
    assert (recipe.version, service.versions("bottle")[0].base_version) == (2, 1)
    assert station.recipes.get("bottle", 1).notes == ""


def test_a_change_that_comes_after_publishing_does_not_bring_the_draft_back(station: Station) -> None:
    service = station.service
    for expected in (1, 2):
        draft = station.complete(service.save(service.edit("bottle") if expected > 1 else service.new("bottle")))
        assert service.publish(draft, "why").version == expected
        with pytest.raises(OperationalError, match="was published"):
            service.save(draft.with_recipe(notes="late"))
        assert station.drafts.list() == ()


def test_what_is_missing_blocks_publishing_and_changes_nothing(station: Station) -> None:
    draft = station.service.save(station.complete(station.service.new("bottle")).with_recipe(line_code=0))
    with pytest.raises(DraftBlocked) as caught:
        station.service.publish(draft, "")
    assert [blocker.code for blocker in caught.value.blockers] == ["code_missing", "reason_missing"]
    assert station.recipes.list() == ()
    assert station.service.draft(draft.id) == draft


def test_facts_come_from_the_stores_and_what_was_measured(station: Station) -> None:
    station.recipes.publish(CAP)
    other = station.service.save(station.service.new("lid").with_recipe(line_code=8))
    draft = station.service.save(station.service.new("cap"))
    station.add_samples(draft.id, good=12, check=5)
    facts = station.service.facts(draft, PublishFacts(expected_ms=12.0, other_worse=("board",)))
    assert facts.taken_names == {"cap", "lid"}
    assert facts.taken_codes == {7: "cap", 8: "lid"}
    assert (facts.samples.good, facts.samples.check, facts.expected_ms, facts.other_worse) == (12, 5, 12.0, ("board",))
    assert station.service.facts(other).taken_codes == {7: "cap"}
    assert "name_taken" in {blocker.code for blocker in station.service.blockers(draft)}
    assert station.service.states(draft)[Step.PRODUCT] is StepState.OPEN


@pytest.mark.parametrize("installed_mb", [499.0, 500.0, None])
def test_a_recipe_that_needs_more_memory_than_the_computer_has_is_not_published(installed_mb: float | None) -> None:
    station = Station(memory_mb=installed_mb)
    draft = station.complete(station.service.new("bottle"))
    assert draft.timing is not None
    assert draft.timing.memory_mb == 500.0
    assert station.service.facts(draft).memory_mb == installed_mb
    if installed_mb != 499.0:  # what fits exactly fits, and nothing is held against a computer that does not tell
        assert station.service.publish(draft, "first").version == 1
        return
    with pytest.raises(DraftBlocked) as caught:
        station.service.publish(draft, "first")
    (blocker,) = caught.value.blockers
    assert (blocker.step, blocker.code, blocker.values) == (Step.PUBLISH, "memory_exceeded", ("500", "499"))
    assert blocker.text == "The recipe needs 500 MB; there are 499 MB."
    assert station.recipes.list() == ()


def test_tiles_that_do_not_fit_into_memory_are_said_where_they_are_drawn() -> None:
    station = Station(memory_mb=4000.0)
    draft = station.complete(station.service.new("bottle"))
    (blocker,) = station.service.blockers(draft, PublishFacts(expected_mb=4100.0))
    assert (blocker.step, blocker.code, blocker.values) == (Step.AREA, "grid_too_large", ("4100", "4000"))
    assert station.service.states(draft.with_visited(Step.AREA), PublishFacts(expected_mb=4100.0))[Step.AREA] is (
        StepState.PROBLEM
    )


def test_a_product_does_not_block_itself(station: Station) -> None:
    station.recipes.publish(CAP)
    draft = station.service.save(station.service.edit("cap"))
    facts = station.service.facts(draft)
    assert (facts.taken_names, facts.taken_codes) == (frozenset(), {})


@pytest.mark.parametrize("change", [lambda models: models.refs.clear(), lambda models: setattr(models, "problem", "x")])
def test_a_model_that_is_gone_cannot_be_published(station: Station, change: Callable[[Models], None]) -> None:
    draft = station.complete(station.service.new("bottle"))
    change(station.models)
    with pytest.raises(OperationalError, match="gone or was replaced"):
        station.service.publish(draft, "first")
    assert station.recipes.list() == ()


def test_a_copy_is_a_new_product_with_a_name_and_samples_of_its_own(station: Station) -> None:
    station.recipes.publish(CAP)
    first, second = station.service.copy("cap"), station.service.copy("cap", 1)
    assert [first.recipe.product, second.recipe.product] == ["cap 2", "cap 3"]
    assert (first.recipe.line_code, first.recipe.model_product, first.base_product) == (0, "cap", "")
    assert len({first.id, second.id, *(draft.id for draft in station.drafts.list())}) == 2


def test_a_discarded_new_product_takes_its_samples_along_and_an_edited_one_does_not(station: Station) -> None:
    service = station.service
    new = service.save(service.new("bottle"))
    station.add_samples(new.id)
    published = station.complete(service.new("lid"))
    service.publish(published, "first")
    edited = service.save(service.edit("lid"))
    for draft in (new, edited):
        service.discard(draft.id)
    assert station.drafts.list() == ()
    assert station.samples.setups() == (published.id,)


def test_a_product_is_retired_and_taken_back(station: Station) -> None:
    station.recipes.publish(CAP)
    station.service.retire("cap")
    (card,) = station.service.overview()
    assert card.state is ProductState.RETIRED
    station.service.unretire("cap")
    assert station.service.overview()[0].state is ProductState.PUBLISHED


def test_the_product_on_the_line_is_not_retired(station: Station) -> None:
    station.recipes.publish(CAP)
    station.running = "cap"
    with pytest.raises(OperationalError, match="inspects cap now"):
        station.service.retire("cap")
    assert station.recipes.retired() == frozenset()


def test_a_retired_product_frees_its_line_code_and_cannot_take_it_back_from_another(station: Station) -> None:
    station.recipes.publish(CAP)
    station.service.retire("cap")
    station.service.publish(station.complete(station.service.new("bottle"), line_code=7), "first")
    with pytest.raises(OperationalError, match="belongs to bottle"):
        station.service.unretire("cap")


def test_the_list_says_when_a_product_was_last_used(station: Station) -> None:
    for version in (1, 2):
        station.recipes.publish(replace(CAP, version=version))
    station.records.add([record(1, recipe=RecipeRef("cap", 1)), record(2, recipe=RecipeRef("lid", 1))])
    assert station.service.overview()[0].last_used == CAPTURED_AT


def test_an_export_takes_the_model_of_the_version_along(station: Station, tmp_path: Path) -> None:
    station.recipes.publish(CAP)
    station.service.export("cap", 0, tmp_path / "cap.inspector")
    station.service.export("cap", 1, tmp_path / "light.inspector", with_model=False)
    folder = Path(f"/models/{MODEL}")
    assert station.packages.exported == [
        (tmp_path / "cap.inspector", CAP, MODEL, folder),
        (tmp_path / "light.inspector", CAP, MODEL, None),
    ]
    station.models.refs.clear()
    with pytest.raises(OperationalError, match="not here"):
        station.service.export("cap", 0, tmp_path / "cap.inspector")


def offer(station: Station, recipe: Recipe, model: ModelRef = MODEL, *, holds_model: bool = True) -> None:
    station.packages.content = PackageContent(
        Path("x"), recipe, model, holds_model, (), "1.0", datetime(2026, 7, 1, tzinfo=UTC)
    )


PATH = Path("/stick/cap.inspector")


def test_an_import_publishes_with_the_package_s_version(station: Station) -> None:
    offer(station, replace(CAP, version=4))
    recipe = station.service.import_package(PATH)
    assert recipe == station.recipes.get("cap") == replace(CAP, version=4)
    (version,) = station.service.versions("cap")
    assert (version.published_by, version.reason) == ("li", "imported: cap.inspector (cap v4)")
    assert (station.packages.pictures, station.installed) == (1, [])


def test_what_is_here_already_changes_nothing(station: Station) -> None:
    station.recipes.publish(CAP)
    offer(station, CAP)
    assert station.service.import_package(PATH) == CAP
    assert (len(station.service.versions("cap")), station.packages.pictures) == (1, 0)


@pytest.mark.parametrize("version", [1, 2, 5])
def test_another_content_becomes_the_next_version_and_overwrites_none(station: Station, version: int) -> None:
    for here in (1, 5):
        station.recipes.publish(replace(CAP, version=here))
    offer(station, replace(CAP, version=version, notes="from elsewhere"))
    assert station.service.import_package(PATH).version == 6
    assert station.recipes.get("cap").notes == "from elsewhere"
    assert station.recipes.get("cap", 5).notes == ""


def test_a_model_that_is_missing_is_installed_from_the_package(station: Station) -> None:
    station.models.refs.clear()
    offer(station, CAP)
    station.service.import_package(PATH)
    assert station.installed == [MODEL]


def test_a_failed_import_takes_the_model_out_again(station: Station) -> None:
    station.models.refs.clear()
    offer(station, replace(CAP, scale=0.0))
    with pytest.raises(Exception, match="scale"):
        station.service.import_package(PATH)
    assert station.installed == []
    assert station.recipes.list() == ()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda station: (station.models.refs.clear(), offer(station, CAP, holds_model=False)), Refusal.MODEL_MISSING),
        (lambda station: offer(station, CAP, replace(MODEL, sha256="cd" * 32)), Refusal.MODEL_DIFFERS),
        (lambda station: station.recipes.publish(replace(CAP, product="lid")), Refusal.CODE_TAKEN),
    ],
    ids=["model missing", "other model", "line code taken"],
)
def test_a_package_that_does_not_fit_the_station_is_refused(
    station: Station, change: Callable[[Station], object], refusal: Refusal
) -> None:
    offer(station, CAP)
    change(station)
    before = station.recipes.list(retired=True)
    with pytest.raises(PackageRefused) as caught:
        station.service.import_package(PATH)
    assert caught.value.refusal is refusal
    assert "cap.inspector" in caught.value.message
    assert (station.recipes.list(retired=True), station.packages.pictures, station.installed) == (before, 0, [])
