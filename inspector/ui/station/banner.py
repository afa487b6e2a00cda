"""What the verdict block says in each state of the line."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from inspector.core.decision import Verdict
from inspector.core.line import Fault, FaultLife, LineState, LineStatus, Severity, StartStep
from inspector.core.recipe import Recipe
from inspector.ui.formats import minute_text, ratio_text
from inspector.ui.messages import (
    STATE_ICONS,
    VERDICT_ICONS,
    fault_text,
    limit_text,
    reason_text,
    state_word,
    step_text,
    verdict_qualifier,
    verdict_word,
)
from inspector.ui.parts import Part
from inspector.ui.widgets.verdict_banner import BannerContent, StepMark, Tone

translate = QCoreApplication.translate  # lupdate knows calls of this name

_TONES = {Verdict.PASS: Tone.OK, Verdict.FAIL: Tone.NG, Verdict.NOT_INSPECTED: Tone.NOT_INSPECTED}


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything the block depends on.

    Attributes:
        passed_since: parts that passed while a rejected one is held.
        waiting: the next part is overdue.
    """

    status: LineStatus
    recipe: Recipe | None
    faults: tuple[Fault, ...] = ()
    part: Part | None = None
    frozen: bool = False
    passed_since: int = 0
    waiting: bool = False


def banner_for(situation: Situation, locale: QLocale) -> BannerContent:
    """The block for a situation."""
    state, part = situation.status.state, situation.part
    if situation.frozen and part is not None:
        return _verdict(part, situation.recipe, locale)
    if state is LineState.FAULTED:
        return _fault(situation.faults)
    if situation.recipe is None:
        return BannerContent(icon="part", title=translate("Banner", "Choose a product"))
    if state is LineState.STARTING:
        return _starting(situation.status)
    if state is LineState.STOPPING:
        return BannerContent(
            icon=STATE_ICONS[state],
            title=state_word(state),
            reason=translate("Banner", "Parts in hand are being finished."),
        )
    if state is LineState.RUNNING:
        if part is None:
            return BannerContent(icon=STATE_ICONS[state], title=translate("Banner", "Waiting for the first part"))
        if situation.waiting:
            return _verdict(part, situation.recipe, locale, instead=translate("Banner", "waiting for part"))
        return _verdict(part, situation.recipe, locale, passed_since=situation.passed_since)
    if state is LineState.PAUSED:
        when = minute_text(situation.status.since)
        said = translate("Banner", "Paused at {time}").format(time=when)
    else:
        said = translate("Banner", "Not inspecting")
    if part is None:
        return BannerContent(
            icon=STATE_ICONS[state], title=said, reason=translate("Banner", "Hold Start for one second to begin.")
        )
    return _verdict(part, situation.recipe, locale, instead=said)


def stopping_fault(faults: tuple[Fault, ...]) -> Fault | None:
    """The first fault that stops the line and that nobody has acknowledged."""
    unseen = [f for f in faults if f.severity is Severity.STOP and f.life is not FaultLife.ACTIVE_ACKNOWLEDGED]
    return min(unseen, key=lambda fault: fault.since, default=None)


def _verdict(
    part: Part, recipe: Recipe | None, locale: QLocale, *, passed_since: int = 0, instead: str = ""
) -> BannerContent:
    """The verdict of a part; with `instead` it is dimmed and that is said in place of the reason."""
    decision = part.decision
    ratio = decision.ratio
    note = translate("Banner", "+{count} OK").format(count=passed_since) if passed_since else ""
    mm_per_px = None if recipe is None else recipe.mm_per_px
    return BannerContent(
        tone=_TONES[part.verdict],
        icon=VERDICT_ICONS[part.verdict],
        word=verdict_word(part.verdict),
        qualifier=verdict_qualifier(part.verdict),
        reason=instead or reason_text(decision, part.image_size, mm_per_px),
        ratio="" if ratio is None else limit_text(ratio_text(ratio, locale)),
        note=note,
        dimmed=bool(instead),
    )


def _fault(faults: tuple[Fault, ...]) -> BannerContent:
    fault = stopping_fault(faults) or next(iter(faults), None)
    if fault is None:
        return BannerContent(tone=Tone.FAULT, icon="state_faulted", title=state_word(LineState.FAULTED))
    words = fault_text(fault)
    then = translate("Banner", "Acknowledge, then Start.")
    return BannerContent(
        tone=Tone.FAULT,
        icon="state_faulted",
        title=f"{fault.code} {words.name}",
        reason=f"{words.steps} {then}",
    )


def _starting(status: LineStatus) -> BannerContent:
    steps = list(StartStep)
    now = steps.index(status.step) if status.step is not None else 0
    marks = [StepMark.DONE] * now + [StepMark.NOW] + [StepMark.OPEN] * (len(steps) - now - 1)
    return BannerContent(
        icon=STATE_ICONS[LineState.STARTING],
        title=state_word(LineState.STARTING),
        steps=tuple(zip(marks, (step_text(step) for step in steps), strict=True)),
    )
