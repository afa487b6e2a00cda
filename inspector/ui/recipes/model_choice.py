"""The models of the station, with a word on whether they know the product in hand."""

from collections.abc import Sequence

from inspector.core.ports import ModelSummary
from inspector.core.recipe import Recipe
from inspector.ui.widgets.fields import Choice


class ModelChoice(Choice):
    """Item data is the `ModelSummary`; only a person's choice emits `activated`."""

    def show_models(self, models: Sequence[ModelSummary], recipe: Recipe) -> None:
        """Fill the list, and choose the model that the recipe names; version 0 is the newest."""
        self.blockSignals(True)
        self.clear()
        chosen = -1
        for index, one in enumerate(models):
            knows = recipe.product in one.products
            text = self.tr("Station model {model}, knows this product") if knows else self.tr("Station model {model}")
            self.addItem(text.format(model=one.ref), one)
            if chosen < 0 and one.ref.name == recipe.model_name and recipe.model_version in (0, one.ref.version):
                chosen = index
        self.setCurrentIndex(chosen)
        self.blockSignals(False)
