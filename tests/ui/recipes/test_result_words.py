"""A-28: the sentence of the result panel, to the letter."""

import pytest
from PySide6.QtCore import QLocale

from inspector.core.check import CheckResult, LimitRule, ProposedLimit, limit_for
from inspector.ui.recipes.result_words import result_sentences, rule_sentence
from inspector.ui.translation import Language, Translation

ENGLISH = QLocale("en")


def test_a28_sixty_good_and_none_rejected(translation: Translation) -> None:
    text = " ".join(result_sentences(CheckResult(0, 60, 11, 12), 9600, ENGLISH))
    assert text == (
        "Good parts rejected: 0 of 60 (true rate may be up to 4.9 %). Bad parts found: 11 of 12. "
        "At 9 600 parts a shift: about 0–470 good parts rejected."
    )


def test_a28_with_twenty_the_rate_may_be_higher(translation: Translation) -> None:
    assert "0 of 20 (true rate may be up to 13.9 %)" in result_sentences(CheckResult(0, 20, 0, 0), 0, ENGLISH)[0]


def test_with_fewer_no_rate_is_told(translation: Translation) -> None:
    sentences = result_sentences(CheckResult(0, 19, 3, 3), 9600, ENGLISH)
    assert "too few to say" in sentences[0]
    assert not any("%" in one or "shift" in one for one in sentences)


def test_without_bad_samples_nothing_is_claimed_of_them(translation: Translation) -> None:
    assert result_sentences(CheckResult(0, 60, 0, 0), 0, ENGLISH)[1] == "Bad parts found: there are no bad samples."


def test_chinese_says_the_same_numbers(translation: Translation) -> None:
    translation.set_language(Language.CHINESE)
    text = " ".join(result_sentences(CheckResult(0, 60, 11, 12), 9600, translation.locale))
    for number in ("0", "60", "4.9 %", "11", "12", "9 600", "470"):
        assert number in text
    assert "Good" not in text


@pytest.mark.parametrize(
    ("scores", "allowed", "rule", "words"),
    [
        ([0.1 + 0.001 * n for n in range(60)], 50.0, LimitRule.AT_RATE, "50 of 1000"),
        ([0.1 + 0.001 * n for n in range(30)], 1.0, LimitRule.LARGEST, "too few samples"),
    ],
)
def test_the_rule_is_told(
    translation: Translation, scores: list[float], allowed: float, rule: LimitRule, words: str
) -> None:
    proposed = limit_for(scores, allowed)
    assert proposed.rule is rule
    assert words in rule_sentence(proposed, proposed.limit, allowed, ENGLISH)


def test_a_limit_set_by_hand_says_so(translation: Translation) -> None:
    proposed = ProposedLimit(1.1, LimitRule.LARGEST, 1.0, 0.1, 40)
    assert rule_sentence(proposed, 1.5, 10.0, ENGLISH) == "Set by hand; the rule would give 1.1."
