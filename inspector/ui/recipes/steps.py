"""Which widget is which step."""

from inspector.core.draft import RecipeDraft, Step
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.product import ProductStep
from inspector.ui.recipes.step import StepPage
from inspector.ui.tools import PageTools

_STEPS = {Step.PRODUCT: ProductStep}


def make_step(step: Step, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> StepPage:
    """Make the widget of a step; it is made when it is first opened."""
    return _STEPS[step](tools, desk, draft)
