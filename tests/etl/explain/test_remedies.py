"""What would make a file pass, in words."""

import pytest

from hnp_etl.explain.remedies import remedy
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import Reason

RECIPE = Recipe(name="test")


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_phrase(reason: Reason) -> None:
    text = remedy([reason], RECIPE)
    assert text
    assert "{" not in text


def test_all_that_stands_in_the_way_is_told_once() -> None:
    text = remedy([Reason.NOT_AXIAL, Reason.NOT_T2, Reason.NOT_AXIAL], RECIPE)
    assert text == (
        "its plane were axial (axial: tilted by at most 50 degrees), "
        "and its weighting were T2 without fat suppression"
    )


def test_the_recipe_tells_what_is_wanted() -> None:
    recipe = Recipe.model_validate(
        {"name": "x", "selection": {"weighting": "T1", "fat_suppressed": "keep"}}
    )
    assert remedy([Reason.NOT_T2], recipe) == "its weighting were T1"
