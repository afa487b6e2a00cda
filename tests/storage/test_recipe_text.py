import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.core.errors import InvalidRecipe
from inspector.core.geometry import Polygon, Size
from inspector.core.recipe import CameraSettings, DecisionRule, Framing, Recipe
from inspector.storage.recipe_text import recipe_from_text, recipe_to_text

CAP = Recipe(product="cap", version=1, model_name="demo", camera=CameraSettings(exposure_us=800.0))
_numbers = st.floats(0.001, 4, allow_nan=False)
_names = st.text(st.characters(min_codepoint=32, exclude_categories=("Cs",)), min_size=1).filter(str.strip)


@given(
    st.builds(
        Recipe,
        product=_names.filter(lambda name: len(name) <= 128),
        version=st.integers(0, 10**6),
        model_name=_names,
        title=st.lists(st.tuples(_names, _names), max_size=3).map(tuple),
        image_size=st.none() | st.builds(Size, st.integers(1, 9999), st.integers(1, 9999)),
        include=st.lists(
            st.lists(st.tuples(_numbers, _numbers), min_size=3, max_size=5).map(tuple).map(Polygon), max_size=2
        ).map(tuple),
        framing=st.sampled_from(Framing),
        scale=_numbers,
        rule=st.builds(DecisionRule, score_threshold=_numbers),
        mm_per_px=st.none() | _numbers,
    )
)
def test_every_recipe_survives_the_way_there_and_back(recipe: Recipe) -> None:
    text = recipe_to_text(recipe)
    assert recipe_from_text(text) == recipe
    assert recipe_to_text(recipe_from_text(text)) == text


def test_equal_recipes_have_equal_texts() -> None:
    whole, broken = replace(CAP, scale=1), replace(CAP, scale=1.0)
    assert whole == broken
    assert recipe_to_text(whole) == recipe_to_text(broken)


def _changed(**changes: object) -> str:
    document = json.loads(recipe_to_text(CAP))
    for name, value in changes.items():
        *groups, last = name.split("__")
        place = document["recipe"]
        for group in groups:
            place = place[group]
        if value is KeyError:
            del place[last]
        else:
            place[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a recipe"),
        ('{"format": 2, "recipe": {}}', "not a recipe of format 1"),
        ('{"format": 1, "recipe": 7}', "not a group"),
        ('{"format": 1, "recipe": {"scale": NaN}}', "NaN"),
        ('{"format": 1, "recipe": {"scale": 1, "scale": 2}}', "twice"),
        ("x" * 2_000_000, "more than it can have"),
        (_changed(colour="red"), "recipe.colour: unknown"),
        (_changed(scale=KeyError), "recipe.scale: missing"),
        (_changed(camera__gain=3), "recipe.camera.gain: unknown"),
        (_changed(version="1"), "recipe.version: '1' is not int"),
        (_changed(version=True), "recipe.version: True is not int"),
        (_changed(scale=True), "recipe.scale: True is not float"),
        (_changed(scale=10**400), "not a finite number"),
        (_changed(framing="half"), "'half' is none of whole, tiles, tiles_and_whole"),
        (_changed(include=[[[0, 0]]]), "recipe.include"),
        (_changed(include=[{"points": [[0.0, 0.0], [1.0, 1.0]]}]), "at least 3 points"),
        (_changed(camera__white_balance=[1.0, 2.0]), "3 values are needed"),
        (_changed(rule=None), "recipe.rule"),
        (_changed(rule__score_threshold=0.0), "above 0"),
    ],
)
def test_what_is_no_recipe_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(InvalidRecipe, match=said.replace("[", r"\[")):
        recipe_from_text(text)


def test_all_problems_are_said_at_once() -> None:
    with pytest.raises(InvalidRecipe) as caught:
        recipe_from_text(_changed(colour="red", scale=KeyError, version="1"))
    assert len(caught.value.problems) == 3


def test_a_whole_number_is_taken_for_a_broken_one() -> None:
    assert recipe_from_text(_changed(scale=2)).scale == 2.0


def test_text_that_no_encoding_can_carry_is_refused() -> None:
    with pytest.raises(InvalidRecipe):
        recipe_to_text(replace(CAP, model_product="\udce9"))
