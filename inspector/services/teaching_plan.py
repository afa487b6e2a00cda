"""What teaching a product would do: which products the model will know, which it forgets, and why it cannot begin."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from inspector.core.draft import RecipeDraft
from inspector.core.errors import InvalidInput
from inspector.core.ports import ModelStore, ModelSummary
from inspector.core.recipe import Framing, Recipe
from inspector.core.recipe_ports import DraftStore, RecipeStore
from inspector.core.refs import ModelRef
from inspector.core.sample import Sample, Tray, Use
from inspector.services.samples import SampleService

MODEL_NAME: Final = "station"
"""Of the models that this station teaches; those that ship with the program have other names and are never touched."""

LEAST_TEACH: Final = 4
LEAST_CHECK: Final = 1
_BASE_PRESET: Final = "light"


class TeachDepth(Enum):
    """How much is taught."""

    DRAFT = "draft"
    """The memory of good parts alone: seconds."""
    FULL = "full"
    """A draft first, so that there are scores to look at, and then the network: minutes."""


class TeachObstacle(Enum):
    """Why teaching cannot begin; the window has a sentence for each."""

    BUSY = "busy"
    """A product is being taught already."""
    LINE_RUNS = "line_runs"
    NAMELESS = "nameless"
    SAME_NAME = "same_name"
    """Two set-ups have this name."""
    TOO_FEW = "too_few"
    FORGETS = "forgets"
    """The new model would not know products that the old one knows, and nobody has agreed to that."""
    FORGETS_IN_USE = "forgets_in_use"
    """A published recipe takes the newest model of this name and would lose its product."""


class TeachRefused(InvalidInput):
    """Teaching cannot begin.

    Attributes:
        obstacles: every reason.
    """

    subject = "The teaching"

    def __init__(self, obstacles: Iterable[tuple[TeachObstacle, str]]) -> None:
        """Keep codes and sentences."""
        self.obstacles = tuple(obstacles)
        super().__init__(text for _, text in self.obstacles)


@dataclass(frozen=True, slots=True)
class PlannedProduct:
    """A product that the model will know.

    Attributes:
        teach, check: good samples, near-copies left out.
    """

    product: str
    setup_id: str
    teach: int
    check: int


@dataclass(frozen=True, slots=True)
class TeachingPlan:
    """What teaching a draft would do; a person reads it before the start.

    Attributes:
        name: of the model that gets a new version.
        base: the model whose network is taught further; None begins anew.
        forgets: products that the base knows and the new model will not, because there are no samples of them here.
            Their recipes keep the model they name.
        left_out: products with samples that are too few to teach, and why.
        scales: of the tiles of products that are looked at in tiles; of others the size of the pictures decides.
        obstacles: why it cannot begin now; empty when it can.
    """

    draft_id: str
    depth: TeachDepth
    name: str
    products: tuple[PlannedProduct, ...]
    base: ModelRef | None = None
    forgets: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    scales: Mapping[str, float] = field(default_factory=dict)
    obstacles: tuple[tuple[TeachObstacle, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TaughtSetup:
    """A set-up with samples: its product, the recipe that judges it now, and the samples."""

    setup_id: str
    product: str
    published: Recipe | None
    recipe: Recipe
    samples: tuple[Sample, ...]

    @property
    def teaching(self) -> tuple[Sample, ...]:
        """Good samples that teach or check; near-copies do neither."""
        return tuple(one for one in self.samples if one.tray is Tray.GOOD and one.counts)

    @property
    def planned(self) -> PlannedProduct:
        """What of it teaches and checks."""
        good = self.teaching
        check = sum(one.use is Use.CHECK for one in good)
        return PlannedProduct(self.product, self.setup_id, len(good) - check, check)

    @property
    def enough(self) -> bool:
        """Whether there are samples enough to teach."""
        planned = self.planned
        return planned.teach >= LEAST_TEACH and planned.check >= LEAST_CHECK


class TeachingPlanner:
    """Reads samples, recipes and models, and decides what a teaching would do. Not for the main thread."""

    def __init__(
        self,
        samples: SampleService,
        recipes: RecipeStore,
        drafts: DraftStore,
        models: ModelStore,
        *,
        line_runs: Callable[[], bool],
        beside_line: bool,
    ) -> None:
        """Read nothing yet.

        Args:
            samples: of all set-ups.
            recipes: published ones.
            drafts: set-ups in hand.
            models: of this station.
            line_runs: whether the line runs now.
            beside_line: teaching may begin while it does.
        """
        self._samples = samples
        self._recipes = recipes
        self._drafts = drafts
        self._models = models
        self._line_runs = line_runs
        self._beside_line = beside_line

    def setups(self, draft: RecipeDraft) -> list[TaughtSetup]:
        """Every set-up with samples, the draft's first."""
        published = {one.product: one for one in self._recipes.list()}
        drafts = {one.id: one for one in self._drafts.list()}
        drafts[draft.id] = draft
        owners = {
            version.setup_id: product
            for product in published
            for version in self._recipes.versions(product)
            if version.setup_id
        }
        found = []
        for setup_id in dict.fromkeys((draft.id, *owners, *drafts)):
            samples = self._samples.list(setup_id)
            other = drafts.get(setup_id)
            recipe = published.get(owners.get(setup_id, other.base_product if other is not None else ""))
            making = draft.recipe if setup_id == draft.id else recipe or (other.recipe if other is not None else None)
            if making is not None and (samples or setup_id == draft.id):
                # Training writes names in this form, whatever keyboard they came from.
                name = unicodedata.normalize("NFC", making.product.strip())
                found.append(TaughtSetup(setup_id, name, recipe, making, samples))
        return found

    def plan(
        self,
        draft: RecipeDraft,
        setups: list[TaughtSetup],
        depth: TeachDepth,
        *,
        accept_forgetting: bool,
        running: bool,
    ) -> TeachingPlan:
        """What teaching would do.

        Args:
            draft: of the product.
            setups: as `setups` found them.
            depth: how much is taught.
            accept_forgetting: a person has read which products the new model will not know, and agrees.
            running: whether something is being taught already.
        """
        own, *others = setups
        obstacles = list(self._obstacles_now(own, running=running))
        left_out = []
        chosen = [own]
        for other in others:
            if not other.enough or not other.product:
                planned = other.planned
                left_out.append((other.product, f"{planned.teach} good samples teach and {planned.check} check"))
            else:
                chosen.append(other)
        names = [one.product for one in chosen]
        obstacles += [
            (TeachObstacle.SAME_NAME, f"two set-ups are named {name!r}; rename one of them")
            for name in sorted({name for name in names if name and names.count(name) > 1})
        ]
        base = self._base(draft)
        if base is not None and depth is TeachDepth.DRAFT and base.ref.name != MODEL_NAME:
            base = None  # a draft takes nothing over, and models of other names stay as they are
        taught = frozenset(names)
        forgets = tuple(sorted(set(base.products) - taught)) if base is not None else ()
        obstacles += self._forgetting(base, forgets, taught, accepted=accept_forgetting)
        return TeachingPlan(
            draft_id=draft.id,
            depth=depth,
            name=MODEL_NAME,
            products=tuple(one.planned for one in chosen),
            base=None if base is None or depth is TeachDepth.DRAFT else base.ref,
            forgets=forgets,
            left_out=tuple(left_out),
            scales={one.product: one.recipe.scale for one in chosen if one.recipe.framing is not Framing.WHOLE},
            obstacles=tuple(obstacles),
        )

    def _obstacles_now(self, own: TaughtSetup, *, running: bool) -> Iterable[tuple[TeachObstacle, str]]:
        if running:
            yield TeachObstacle.BUSY, "a product is being taught already"
        if self._line_runs() and not self._beside_line:
            yield TeachObstacle.LINE_RUNS, "the line runs; stop it first"
        if not own.product:
            yield TeachObstacle.NAMELESS, "the product has no name"
        if not own.enough:
            planned = own.planned
            yield (
                TeachObstacle.TOO_FEW,
                f"{planned.teach} good samples teach and {planned.check} check;"
                f" {LEAST_TEACH} and {LEAST_CHECK} are needed at the least",
            )

    def _base(self, draft: RecipeDraft) -> ModelSummary | None:
        """The newest model of this station; before there is one, the model that the draft uses now."""
        usable = [one for one in self._models.list() if not one.problem and one.preset == _BASE_PRESET]
        for name in (MODEL_NAME, draft.recipe.model_name):
            versions = [one for one in usable if one.ref.name == name]
            if versions:
                return max(versions, key=lambda one: one.ref.version)
        return None

    def _forgetting(
        self, base: ModelSummary | None, forgets: tuple[str, ...], taught: frozenset[str], *, accepted: bool
    ) -> Iterable[tuple[TeachObstacle, str]]:
        moving = [
            recipe.product
            for recipe in self._recipes.list()
            if recipe.model_name == MODEL_NAME
            and recipe.model_version == 0
            and (recipe.model_product or recipe.product) not in taught
        ]
        if moving:
            yield (
                TeachObstacle.FORGETS_IN_USE,
                f"recipes of {', '.join(moving)} take the newest model {MODEL_NAME}, which would not know them;"
                " publish them with a fixed version first",
            )
        if base is not None and forgets and not accepted:
            yield (
                TeachObstacle.FORGETS,
                f"{base.ref} knows {', '.join(forgets)}, of which there are no samples here; the new model will not"
                " know them, and their recipes keep the model they name",
            )
