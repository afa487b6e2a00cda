"""The sentences of step Model and limit: what a limit does, how sure that is, and where the limit comes from."""

from PySide6.QtCore import QCoreApplication, QLocale

from inspector.core.check import CheckResult, LimitRule, ProposedLimit
from inspector.core.sample import LEAST_GOOD

translate = QCoreApplication.translate  # lupdate knows calls of this name


def result_sentences(result: CheckResult, parts_per_shift: int, locale: QLocale) -> tuple[str, ...]:
    """What a limit does to good and to bad parts, and to a shift.

    With fewer than `LEAST_GOOD` good samples no rate is told, because there is none to be told.

    Args:
        result: counts at the limit.
        parts_per_shift: of the line; 0 leaves the last sentence out.
        locale: for the decimal sign.
    """
    sentences = []
    if result.too_few:
        sentences.append(
            translate(
                "Result", "Good parts rejected: {rejected} of {good}: too few to say ({least} are needed)."
            ).format(rejected=result.good_rejected, good=result.good, least=LEAST_GOOD)
        )
    else:
        upper = locale.toString(100 * result.rejected_bounds[1], "f", 1)
        sentences.append(
            translate("Result", "Good parts rejected: {rejected} of {good} (true rate may be up to {upper} %).").format(
                rejected=result.good_rejected, good=result.good, upper=upper
            )
        )
    if result.bad:
        sentences.append(
            translate("Result", "Bad parts found: {found} of {bad}.").format(found=result.bad_found, bad=result.bad)
        )
    else:
        sentences.append(translate("Result", "Bad parts found: there are no bad samples."))
    if parts_per_shift > 0 and not result.too_few:
        low, high = result.rejected_of(parts_per_shift)
        sentences.append(
            translate("Result", "At {parts} parts a shift: about {low}–{high} good parts rejected.").format(
                parts=spaced(parts_per_shift), low=spaced(low), high=spaced(high)
            )
        )
    return tuple(sentences)


def spaced(number: int) -> str:
    """A whole number with spaces between thousands, as product.md writes it."""
    return f"{number:,}".replace(",", " ")


def rule_sentence(proposed: ProposedLimit, limit: float, allowed_per_1000: float, locale: QLocale) -> str:
    """Where the limit comes from; a limit that a person moved says so."""
    if abs(limit - proposed.limit) > 0.002 * proposed.limit:
        value = locale.toString(proposed.limit, "g", 4)
        return translate("Result", "Set by hand; the rule would give {value}.").format(value=value)
    base = locale.toString(proposed.base, "g", 4)
    margin = locale.toString(100 * proposed.margin, "g", 2)
    allowed = locale.toString(allowed_per_1000, "g", 4)
    if proposed.rule is LimitRule.AT_RATE:
        text = translate(
            "Result", "Rule: the score that {allowed} of 1000 good parts exceed ({base}), plus {margin} % margin."
        )
    elif proposed.rule is LimitRule.EXTRAPOLATED:
        text = translate(
            "Result",
            "Rule: the tail of the good parts' scores, continued to {allowed} of 1000. No sample reached that far.",
        )
    else:
        text = translate(
            "Result",
            "Rule: the largest score of a good sample ({base}), plus {margin} % margin. "
            "There are too few samples for {allowed} of 1000.",
        )
    return text.format(allowed=allowed, base=base, margin=margin)
