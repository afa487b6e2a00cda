"""Products from the first idea to a published version: drafts, the check before publishing, versions, and packages.

Nothing here changes how parts are judged but `publish` and `import_package`, which add a version; the line takes it up
when it is told to (FS-11).
"""

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from inspector.core.compare import FieldDifference, compare
from inspector.core.draft import (
    Blocker,
    DraftBlocked,
    PublishFacts,
    RecipeDraft,
    Step,
    StepState,
    draft_of,
    new_draft,
    publish_blockers,
    recipe_of,
    step_states,
)
from inspector.core.errors import OperationalError
from inspector.core.package import PackageContent, PackageRefused, Refusal
from inspector.core.ports import ModelStore, ModelSummary, RecordStore, SampleStore
from inspector.core.recipe import Recipe
from inspector.core.recipe_ports import DraftStore, PublishedVersion, RecipePackages, RecipeStore
from inspector.core.refs import ModelRef, RecipeRef, new_id
from inspector.core.sample import count_samples, samples_key
from inspector.services.clock import Clock

logger = logging.getLogger(__name__)

InstallModel = Callable[[ModelRef, Callable[[Path], None]], AbstractContextManager[None]]
"""Puts a model into the station's store: is given a function that writes its files into an empty folder, verifies them,
and takes the model out again when the block under it fails. PackageRefused; OperationalError."""


class ProductState(Enum):
    """What the list shows of a product."""

    DRAFT = "draft"
    """Never published."""
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product in the list.

    Attributes:
        title: by language code; empty shows `product`.
        version: the newest published one; 0 for none.
        model: for people, "demo v3"; "" for none.
        last_used: when the newest part was inspected with any of its versions; None for never.
        picture: for `RecipePictureStore.load`; "" for none.
        draft_id: of the draft in hand; "" for none.
        changed_at: when the draft was changed or, without one, the version was published.
    """

    product: str
    title: tuple[tuple[str, str], ...]
    state: ProductState
    version: int
    model: str
    line_code: int = 0
    last_used: datetime | None = None
    picture: str = ""
    draft_id: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecipeParts:
    """What the service works with; built by `app`.

    Attributes:
        install_model: see `InstallModel`.
        user: name of the operating-system user, in every record of who did what.
        in_use: name of the product that the line inspects now; "" while it stands.
        deadline_ms: of the station, on top of each recipe's own; None adds none.
        memory_mb: of the computer; None if it is not known, and then nothing is held against it.
    """

    recipes: RecipeStore
    drafts: DraftStore
    samples: SampleStore
    records: RecordStore
    models: ModelStore
    packages: RecipePackages
    install_model: InstallModel
    clock: Clock
    user: str
    in_use: Callable[[], str] = lambda: ""
    deadline_ms: float | None = None
    memory_mb: float | None = None


class RecipeService:
    """Any thread but the main one. What changes something is done one after the other."""

    def __init__(self, parts: RecipeParts) -> None:
        """Nothing is read yet."""
        self._parts = parts
        self._changing = threading.Lock()

    # --- the list ----------------------------------------------------------------------------------------------------

    def overview(self) -> tuple[ProductCard, ...]:
        """Every product and every draft, by name."""
        drafts = self._parts.drafts.list()
        in_hand = {draft.base_product: draft for draft in drafts if draft.base_product}
        retired = self._parts.recipes.retired()
        published = self._parts.recipes.list(retired=True)
        cards = [
            self._published_card(recipe, in_hand.get(recipe.product), retired=recipe.product in retired)
            for recipe in published
        ]
        known = {recipe.product for recipe in published}
        cards += [_draft_card(draft) for draft in drafts if draft.base_product not in known]
        return tuple(sorted(cards, key=lambda card: (card.product.casefold(), card.draft_id)))

    def versions(self, product: str) -> tuple[PublishedVersion, ...]:
        """Every version of a product, newest first."""
        return self._parts.recipes.versions(product)

    def compare(self, before: Recipe, after: Recipe) -> tuple[FieldDifference, ...]:
        """Every field in which two recipes differ."""
        return compare(before, after)

    def retire(self, product: str) -> None:
        """Take a product out of use; its versions and records stay.

        Raises:
            OperationalError: RCP-001: unknown, or the line inspects it now.
        """
        if self._parts.in_use() == product:
            raise OperationalError(
                "RCP-001", f"The line inspects {product} now.", "Stop the line or choose another product first."
            )
        self._parts.recipes.retire(product, by=self._parts.user)

    def unretire(self, product: str) -> None:
        """Take a product into use again.

        Raises:
            OperationalError: RCP-001: unknown, or its line code was given to another product.
        """
        with self._changing:
            recipe = self._parts.recipes.get(product)
            other = self._codes(product).get(recipe.line_code)
            if other is not None:
                raise OperationalError(
                    "RCP-001",
                    f"Line code {recipe.line_code} of {product} belongs to {other} now.",
                    f"Open {product} and publish it with another line code.",
                )
            self._parts.recipes.unretire(product, by=self._parts.user)

    # --- drafts ------------------------------------------------------------------------------------------------------

    def new(self, product: str = "") -> RecipeDraft:
        """A blank draft. It is kept from its first `save` on."""
        return self._touched(new_draft(product))

    def edit(self, product: str) -> RecipeDraft:
        """The draft in hand for a published product, else a new one from its newest version.

        Raises:
            OperationalError: RCP-001: unknown; RCP-002: altered in the store.
        """
        for draft in self._parts.drafts.list():
            if draft.base_product == product:
                return draft
        recipe = self._parts.recipes.get(product)
        setups = (version.setup_id for version in self._parts.recipes.versions(product))
        return self._touched(draft_of(recipe, next(filter(None, setups), "") or new_id()))

    def copy(self, product: str, version: int = 0) -> RecipeDraft:
        """A new product that begins as a published one; it has its own samples, and must be judged by itself.

        Raises:
            OperationalError: RCP-001: unknown; RCP-002: altered in the store.
        """
        recipe = self._parts.recipes.get(product, version)
        with self._changing:
            recipes = (*self._parts.recipes.list(retired=True), *(one.recipe for one in self._parts.drafts.list()))
            taken = {one.product.casefold() for one in recipes}
            number = 2
            while f"{product} {number}".casefold() in taken:
                number += 1
            copied = replace(
                recipe,
                product=f"{product} {number}"[:128],
                version=0,
                title=(),
                line_code=0,
                model_product=recipe.model_product or product,
                self_test=None,
            )
            draft = replace(self._touched(new_draft()), recipe=copied)
            self._parts.drafts.save(draft)
        return draft

    def draft(self, draft_id: str) -> RecipeDraft:
        """A draft in hand.

        Raises:
            OperationalError: RCP-001: there is none; DAT-002: it cannot be read.
        """
        found = self._parts.drafts.get(draft_id)
        if found is None:
            raise OperationalError("RCP-001", "This draft is gone: it was published or discarded.", "Open it again.")
        return found

    def save(self, draft: RecipeDraft) -> RecipeDraft:
        """Keep a draft; on disk when this returns.

        Returns:
            The draft as it was kept, with time and user.

        Raises:
            OperationalError: RCP-001: it was published meanwhile; DAT-002.
        """
        touched = self._touched(draft)
        with self._changing:
            # A last keystroke that arrives after "Publish" must not bring the draft back beside its version.
            versions = self._parts.recipes.versions(draft.base_product or draft.recipe.product)
            if any(one.setup_id == draft.id and one.version > draft.base_version for one in versions):
                raise OperationalError("RCP-001", "This draft was published.", "Open the product again to change it.")
            self._parts.drafts.save(touched)
        return touched

    def discard(self, draft_id: str) -> None:
        """Forget a draft. Samples of a published product stay with it; those of a product that never was go."""
        with self._changing:
            draft = self._parts.drafts.get(draft_id)
            self._parts.drafts.delete(draft_id)
            if draft is not None and not draft.base_product:
                self._parts.samples.delete([sample.id for sample in self._parts.samples.list(draft_id)])

    # --- publishing --------------------------------------------------------------------------------------------------

    def facts(self, draft: RecipeDraft, known: PublishFacts | None = None) -> PublishFacts:
        """What must be known beside a draft: names, codes and samples from the stores, the rest from `known`."""
        samples = self._parts.samples.list(draft.id)
        published = {one.product for one in self._parts.recipes.list(retired=True)}
        # What two people set up at once must not end in one name or code either.
        others = [one.recipe for one in self._parts.drafts.list() if one.id != draft.id]
        names = published | {one.product for one in others if one.product}
        codes = {one.line_code: one.product for one in others if one.line_code and one.product != draft.base_product}
        return replace(
            known or PublishFacts(),
            taken_names=frozenset(names - {draft.base_product}),
            taken_codes=codes | self._codes(draft.base_product),
            samples=count_samples(samples),
            samples_key=samples_key(samples),
            deadline_ms=self._parts.deadline_ms,
            memory_mb=self._parts.memory_mb,
        )

    def blockers(self, draft: RecipeDraft, known: PublishFacts | None = None) -> tuple[Blocker, ...]:
        """Every reason why a draft cannot be published now."""
        return publish_blockers(draft, self.facts(draft, known))

    def states(self, draft: RecipeDraft, known: PublishFacts | None = None) -> dict[Step, StepState]:
        """What the step bar shows."""
        return step_states(draft, self.facts(draft, known))

    def publish(self, draft: RecipeDraft, reason: str, known: PublishFacts | None = None) -> Recipe:
        """Publish a draft as the next version of its product, and forget the draft.

        Args:
            draft: as it was saved last.
            reason: in the person's words; stands with the version for good.
            known: what was measured; see `facts`.

        Raises:
            DraftBlocked: with everything that is missing; nothing was changed.
            OperationalError: RCP-001: its model is gone or was replaced; DAT-002: it cannot be stored.
        """
        with self._changing:
            blockers = self.blockers(draft, known)
            if not reason.strip():
                blockers += (Blocker(Step.PUBLISH, "reason_missing", "No reason is given."),)
            if blockers:
                raise DraftBlocked(blockers)
            self._require_judged_model(draft)
            published = self._parts.recipes.versions(draft.recipe.product)
            recipe = recipe_of(draft, (published[0].version if published else 0) + 1)
            self._parts.recipes.publish(
                recipe, by=self._parts.user, reason=reason.strip(), base_version=draft.base_version, setup_id=draft.id
            )
            self._parts.drafts.delete(draft.id)
        logger.info("%s published %s: %s", self._parts.user, recipe.ref, reason.strip())
        return recipe

    # --- packages ----------------------------------------------------------------------------------------------------

    def export(self, product: str, version: int, path: Path, *, with_model: bool = True) -> None:
        """Write a published version as a package file; version 0 is the newest.

        Raises:
            OperationalError: RCP-001: no such version or its model is gone; RCP-002: altered; DAT-002: not written.
            PackageRefused: the model does not match its hashes.
        """
        recipe = self._parts.recipes.get(product, version)
        usable = [one for one in self._models(recipe.model_name, recipe.model_version) if not one.problem]
        if not usable:
            wanted = f"{recipe.model_name} v{recipe.model_version}" if recipe.model_version else recipe.model_name
            raise OperationalError("RCP-001", f"The model {wanted} of {recipe.ref} is not here.", "Install the model.")
        model = usable[0]
        self._parts.packages.export(path, recipe, model.ref, model.folder if with_model else None)

    def import_package(self, path: Path) -> Recipe:
        """Publish the recipe of a package, with its model and pictures; all of it or nothing.

        It keeps its version if that is newer than what the station has, else it becomes the next one. What the station
        has already changes nothing.

        Raises:
            PackageRefused: with the reason; nothing was changed.
            OperationalError: DAT-002: it cannot be stored.
        """
        content = self._parts.packages.read(path)
        with self._changing:
            recipe = content.recipe
            published = self._parts.recipes.versions(recipe.product)
            if any(version.recipe == recipe for version in published):
                return recipe
            other = self._codes(recipe.product).get(recipe.line_code) if recipe.line_code else None
            if other is not None:
                raise PackageRefused(
                    Refusal.CODE_TAKEN,
                    f"The package {path.name} is refused: line code {recipe.line_code} belongs to {other} here.",
                    "Nothing was changed. Give one of them another line code.",
                    (str(recipe.line_code), other),
                )
            newest = published[0].version if published else 0
            taken = replace(recipe, version=max(recipe.version, newest + 1))
            if self._model_is_here(content):
                self._take(content, taken)
            else:
                with self._parts.install_model(
                    content.model, lambda folder: self._parts.packages.unpack_model(content, folder)
                ):
                    self._take(content, taken)
        logger.info("%s imported %s from %s as %s", self._parts.user, recipe.ref, path, taken.ref)
        return taken

    def _take(self, content: PackageContent, recipe: Recipe) -> None:
        self._parts.packages.import_pictures(content)
        self._parts.recipes.publish(
            recipe, by=self._parts.user, reason=f"imported: {content.path.name} ({content.recipe.ref})"
        )

    def _model_is_here(self, content: PackageContent) -> bool:
        """Whether the station has a package's model; False when it is to be installed from the package."""
        here = self._models(content.model.name, content.model.version)
        values = (str(content.model),)
        if not here and not content.holds_model:
            raise PackageRefused(
                Refusal.MODEL_MISSING,
                f"The package {content.path.name} is refused: it needs the model {content.model}, which is not here.",
                "Nothing was changed. Install the model, or export the recipe with its model.",
                values,
            )
        if here and here[0].ref.sha256 != content.model.sha256:
            raise PackageRefused(
                Refusal.MODEL_DIFFERS,
                f"The package {content.path.name} is refused: {content.model} is another model here.",
                "Nothing was changed.",
                values,
            )
        return bool(here)

    # --- what is here ------------------------------------------------------------------------------------------------

    def _published_card(self, recipe: Recipe, draft: RecipeDraft | None, *, retired: bool) -> ProductCard:
        versions = self._parts.recipes.versions(recipe.product)
        used = (self._parts.records.last_inspected(RecipeRef(one.product, one.version)) for one in versions)
        return ProductCard(
            product=recipe.product,
            title=recipe.title,
            state=ProductState.RETIRED if retired else ProductState.PUBLISHED,
            version=recipe.version,
            model=_model_text(recipe),
            line_code=recipe.line_code,
            last_used=max((moment for moment in used if moment is not None), default=None),
            picture=recipe.picture,
            draft_id=draft.id if draft is not None else "",
            changed_at=draft.changed_at if draft is not None else versions[0].published_at,
        )

    def _models(self, name: str, version: int) -> tuple[ModelSummary, ...]:
        return tuple(
            one for one in self._parts.models.list() if one.ref.name == name and version in (0, one.ref.version)
        )

    def _require_judged_model(self, draft: RecipeDraft) -> None:
        """The model that judged must still be there: a limit says nothing about another one."""
        judged = draft.judged
        if judged is None or judged.model not in {one.ref for one in self._parts.models.list() if not one.problem}:
            raise OperationalError(
                "RCP-001",
                f"The model {judged.model if judged else draft.recipe.model_name} is gone or was replaced.",
                "Score the samples again with a model that is here.",
            )

    def _codes(self, but_product: str) -> dict[int, str]:
        """Line codes of other published products; those of retired ones are free."""
        recipes = self._parts.recipes.list()
        return {one.line_code: one.product for one in recipes if one.line_code and one.product != but_product}

    def _touched(self, draft: RecipeDraft) -> RecipeDraft:
        return replace(draft, changed_at=self._parts.clock.now(), changed_by=self._parts.user)


def _draft_card(draft: RecipeDraft) -> ProductCard:
    recipe = draft.recipe
    return ProductCard(
        product=recipe.product,
        title=recipe.title,
        state=ProductState.DRAFT,
        version=0,
        model=_model_text(recipe),
        line_code=recipe.line_code,
        picture=recipe.picture,
        draft_id=draft.id,
        changed_at=draft.changed_at,
    )


def _model_text(recipe: Recipe) -> str:
    return f"{recipe.model_name} v{recipe.model_version}" if recipe.model_version else recipe.model_name
