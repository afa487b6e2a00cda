"""The line's recipe and model as every start wants them: unaltered, loaded, and proved by what they said before."""

from inspector.core.frame import Frame
from inspector.core.ports import AnomalyModel
from inspector.core.recipe import Recipe
from inspector.core.refs import ModelRef
from inspector.services.line_parts import LineParts
from inspector.services.pipeline import Pipeline


class LineModel:
    """One model, loaded only when another one stands. Inspect thread; what it is can be read from any."""

    def __init__(self, parts: LineParts) -> None:
        """Load nothing yet."""
        self._parts = parts
        self._model: AnomalyModel | None = None

    @property
    def ref(self) -> ModelRef | None:
        """The loaded model."""
        return None if self._model is None else self._model.ref

    @property
    def device(self) -> str:
        """Where the model runs; "" until it is loaded."""
        return "" if self._model is None else self._model.device

    @property
    def runtime(self) -> str:
        """What runs the model; "" until it is loaded."""
        return "" if self._model is None else self._model.runtime

    def published(self, recipe: Recipe) -> Recipe:
        """The recipe as it stands in the store now, so that an altered one is refused at every start (A-12)."""
        if recipe.version == 0:
            return recipe.validated()
        return self._parts.recipes.get(recipe.product, recipe.version).validated()

    def load(self, recipe: Recipe) -> AnomalyModel:
        """The recipe's model. OperationalError as `ModelStore.load`."""
        model = self._model
        if model is None or model.ref.name != recipe.model_name or recipe.model_version not in (0, model.ref.version):
            if model is not None:
                self._model = None
                model.close()
            model = self._parts.models.load(recipe.model_name, recipe.model_version)
            self._model = model
        return model

    def judge_stored_shot(self, pipeline: Pipeline, source: str) -> None:
        """The recipe's own shot must score what it scored when it was published (FS-8, A-13)."""
        stored, pictures = pipeline.recipe.self_test, self._parts.pictures
        if stored is None or pictures is None:
            return
        image = pictures.load(stored.path, stored.sha256)
        clock = self._parts.clock
        pipeline.self_test(Frame(image, 0, source, clock.now(), clock.monotonic_ns(), label=stored.path))

    def close(self) -> None:
        """Free the model."""
        if self._model is not None:
            self._model.close()
