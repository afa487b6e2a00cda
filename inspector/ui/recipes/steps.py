"""Which widget is which step."""

from collections.abc import Callable

from inspector.core.draft import RecipeDraft, Step
from inspector.ui.recipes.area import AreaStep
from inspector.ui.recipes.camera import CameraStep
from inspector.ui.recipes.desk import SetupDesk
from inspector.ui.recipes.model import ModelStep
from inspector.ui.recipes.product import ProductStep
from inspector.ui.recipes.publish import PublishStep
from inspector.ui.recipes.samples import SamplesStep
from inspector.ui.recipes.step import StepPage
from inspector.ui.tools import PageTools

_MakeStep = Callable[[PageTools, SetupDesk, RecipeDraft], StepPage]

_STEPS: dict[Step, _MakeStep] = {
    Step.PRODUCT: ProductStep,
    Step.CAMERA: CameraStep,
    Step.AREA: AreaStep,
    Step.SAMPLES: SamplesStep,
    Step.MODEL: ModelStep,
    Step.PUBLISH: PublishStep,
}


def make_step(step: Step, tools: PageTools, desk: SetupDesk, draft: RecipeDraft) -> StepPage:
    """Make the widget of a step; it is made when it is first opened."""
    return _STEPS[step](tools, desk, draft)
