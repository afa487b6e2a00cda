"""What people read while a product is taught, and when it cannot be."""

from PySide6.QtCore import QCoreApplication

from inspector.core.check import CheckResult
from inspector.core.setup_ports import TeachPhase
from inspector.services.teaching import TeachingNews, TeachStage
from inspector.services.teaching_plan import TeachingPlan, TeachObstacle

translate = QCoreApplication.translate  # lupdate knows calls of this name


def stage_text(news: TeachingNews) -> str:
    """What is being done now."""
    stage = {
        TeachStage.DRAFT: translate("Teaching", "Quick draft"),
        TeachStage.DRAFT_SCORES: translate("Teaching", "Scores of the quick draft"),
        TeachStage.NETWORK: translate("Teaching", "Network"),
        TeachStage.CHECK: translate("Teaching", "Check of every product"),
    }[news.stage]
    if news.phase is None:
        return stage
    phase = {
        TeachPhase.READ: translate("Teaching", "reading pictures"),
        TeachPhase.FEATURES: translate("Teaching", "looking at pictures"),
        TeachPhase.TRAIN: translate("Teaching", "training"),
        TeachPhase.REMEMBER: translate("Teaching", "remembering good parts"),
        TeachPhase.WEIGH: translate("Teaching", "weighing"),
        TeachPhase.CALIBRATE: translate("Teaching", "measuring good parts"),
        TeachPhase.WRITE: translate("Teaching", "writing the model"),
    }[news.phase]
    return translate("Teaching", "{stage}: {phase}", "what is being done").format(stage=stage, phase=phase)


def obstacle_text(obstacle: TeachObstacle, reason: str) -> str:
    """Why teaching cannot begin.

    Args:
        obstacle: what is in the way.
        reason: as the program wrote it, where the sentence needs a number or a name from it.
    """
    return {
        TeachObstacle.BUSY: translate("Teaching", "A product is being taught already."),
        TeachObstacle.LINE_RUNS: translate("Teaching", "The line runs. Stop it to teach."),
        TeachObstacle.NAMELESS: translate("Teaching", "Give the product a name first."),
        TeachObstacle.SAME_NAME: translate("Teaching", "Two products have the same name; rename one of them."),
        TeachObstacle.TOO_FEW: translate("Teaching", "There are too few good samples to teach."),
        TeachObstacle.FORGETS: translate("Teaching", "The new model would not know all products of the old one."),
        TeachObstacle.FORGETS_IN_USE: translate(
            "Teaching", "Recipes that always take the newest model would lose their product. Publish them again first."
        ),
    }.get(obstacle, reason)


def forgetting_text(plan: TeachingPlan) -> str:
    """What a person agrees to when the new model will know fewer products."""
    text = translate(
        "Teaching",
        "There are no samples of {products} here, so the new model will not know them. Their recipes keep the model "
        "that they use now.",
    )
    return text.format(products=", ".join(plan.forgets))


def check_texts(before: CheckResult | None, after: CheckResult) -> tuple[str, str]:
    """A check set under the old and the new model: good parts rejected, bad parts found; a dash for no old model."""
    text = translate("Teaching", "{before} → {after} / {all}", "counts under the old and the new model, of all parts")
    rejected = "–" if before is None else str(before.good_rejected)
    found = "–" if before is None else str(before.bad_found)
    return (
        text.format(before=rejected, after=after.good_rejected, all=after.good),
        text.format(before=found, after=after.bad_found, all=after.bad),
    )


def check_tips(before: CheckResult | None, after: CheckResult) -> tuple[str, str]:
    """What `check_texts` says, in sentences."""
    if before is None:
        rejected = translate("Teaching", "Good parts rejected by the new model: {after} of {all}. There is no old one.")
        found = translate("Teaching", "Bad parts found by the new model: {after} of {all}. There is no old one.")
        return (
            rejected.format(after=after.good_rejected, all=after.good),
            found.format(after=after.bad_found, all=after.bad),
        )
    rejected = translate("Teaching", "Good parts rejected: {before} by the old model, {after} of {all} by the new one.")
    found = translate("Teaching", "Bad parts found: {before} by the old model, {after} of {all} by the new one.")
    return (
        rejected.format(before=before.good_rejected, after=after.good_rejected, all=after.good),
        found.format(before=before.bad_found, after=after.bad_found, all=after.bad),
    )
