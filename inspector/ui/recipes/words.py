"""What people read for the steps of a set-up and for whatever keeps a draft from being published."""

from PySide6.QtCore import QCoreApplication

from inspector.core.draft import Blocker, Step, StepState
from inspector.services.recipes import ProductState

translate = QCoreApplication.translate  # lupdate knows calls of this name


def step_name(step: Step) -> str:
    """The word on the step bar."""
    return {
        Step.PRODUCT: translate("Setup", "Product", "step of a set-up"),
        Step.CAMERA: translate("Setup", "Camera", "step of a set-up"),
        Step.AREA: translate("Setup", "Area", "step of a set-up"),
        Step.SAMPLES: translate("Setup", "Samples", "step of a set-up"),
        Step.MODEL: translate("Setup", "Model and limit", "step of a set-up"),
        Step.PUBLISH: translate("Setup", "Publish", "step of a set-up"),
    }[step]


def step_state_word(state: StepState) -> str:
    """Said beside the sign on the step bar, never the color alone."""
    return {
        StepState.OPEN: translate("Setup", "open", "state of a step: not seen yet"),
        StepState.DONE: translate("Setup", "done", "state of a step"),
        StepState.PROBLEM: translate("Setup", "something missing", "state of a step"),
    }[state]


def product_state_word(state: ProductState, *, draft: bool = False) -> str:
    """State of a product on the list.

    Args:
        state: of its newest version.
        draft: a draft of the next version is in hand.
    """
    if state is ProductState.PUBLISHED and draft:
        return translate("Products", "Published, draft in hand", "state of a product")
    return {
        ProductState.DRAFT: translate("Products", "Draft", "state of a product"),
        ProductState.PUBLISHED: translate("Products", "Published", "state of a product"),
        ProductState.RETIRED: translate("Products", "Retired", "state of a product: taken out of use"),
    }[state]


def blocker_text(blocker: Blocker) -> str:
    """One sentence that says what is missing; a code without a row is shown as the program wrote it, in English."""
    known = {
        "name_missing": translate("Blockers", "Give the product a name."),
        "name_too_long": translate("Blockers", "The name is longer than 128 characters."),
        "name_control": translate("Blockers", "The name holds a character that cannot be printed."),
        "name_changed": translate("Blockers", "A published product keeps its name, {0}. Copy it to make another one."),
        "name_taken": translate("Blockers", "Another product is already named {0}."),
        "code_missing": translate("Blockers", "Give the product a line code from 1 to 9999."),
        "code_taken": translate("Blockers", "Line code {0} already belongs to {1}."),
        "camera_missing": translate("Blockers", "Choose a camera."),
        "limits_missing": translate("Blockers", "Learn the picture limits from 20 shots."),
        "scale_missing": translate("Blockers", "Set the scale: two points and the distance between them in mm."),
        "auto_exposure": translate("Blockers", "Switch the camera's automatic exposure off."),
        "free_run": translate("Blockers", "The camera runs free; let a signal of the line start its pictures."),
        "software_trigger": translate(
            "Blockers", "Nobody gives software triggers on the line; let a signal of the line start the pictures."
        ),
        "no_trigger": translate(
            "Blockers", "This camera has no trigger, so parts cannot start its pictures; choose another camera."
        ),
        "area_empty": translate("Blockers", "Nothing of the picture is inspected; draw an area."),
        "grid_too_slow": translate("Blockers", "The tiles need about {0} ms; the line waits {1} ms."),
        "grid_too_large": translate("Blockers", "The tiles need about {0} MB; there are {1} MB."),
        "good_too_few": translate("Blockers", "{0} good samples; {1} are needed, near-copies not counted."),
        "check_too_few": translate("Blockers", "The check set has {0} good samples; {1} are needed."),
        "model_missing": translate("Blockers", "Choose a model."),
        "not_scored": translate("Blockers", "The samples were never scored with {0}."),
        "scored_before_change": translate("Blockers", "Area, samples or limit changed after scoring; score again."),
        "other_worse": translate("Blockers", "This model judges other products worse: {0}."),
        "timing_missing": translate("Blockers", "Measure the time of {0} shots."),
        "timing_before_change": translate("Blockers", "Area or model changed after timing; measure again."),
        "timing_late": translate("Blockers", "One part in a hundred needs more than {0} ms; the line waits {1} ms."),
        "memory_exceeded": translate("Blockers", "The recipe needs {0} MB; there are {1} MB."),
        "check_not_kept": translate("Blockers", "{0} of {1} good parts are rejected; {2} of 1000 are allowed."),
        "self_test_missing": translate("Blockers", "Store a shot for the self-test."),
        "self_test_before_change": translate(
            "Blockers", "Area or model changed after the self-test shot; store it again."
        ),
        "reason_missing": translate("Blockers", "Write why this version is published."),
        "self_test_differs": translate("Blockers", "The stored shot scores {0} instead of {1}."),
    }.get(blocker.code)
    return blocker.text if known is None else known.format(*blocker.values)
