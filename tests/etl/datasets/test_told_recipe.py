"""dataset.json keeps of a recipe what names nobody; the rest as digests."""

import json

import pytest

from hnp_etl.datasets.told_recipe import told_recipe
from hnp_etl.recipes.builtin import builtin_names
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe


@pytest.mark.parametrize("name", builtin_names())
def test_a_recipe_that_comes_with_the_program_is_told_whole(name: str) -> None:
    recipe = load_recipe(name)
    assert told_recipe(recipe) == recipe.published()


def test_keys_patterns_and_names_of_unknown_words_become_digests() -> None:
    found = Recipe.model_validate(
        {
            "name": "Kim-Chulsoo",
            "layout": {"hospital": "(김철수병원|H0[1-9])", "image_folders": "^scans_JONES$"},
            "label": {"fields": {"age": ["Jones.Age", "나이"]}, "missing": ["Hong"]},
        }
    )
    told = json.dumps(told_recipe(found), ensure_ascii=False)
    assert [name for name in ("Kim", "김철수", "JONES", "Jones", "Hong") if name in told] == []
    assert told_recipe(found)["label"]["fields"]["age"][1] == "나이"
    assert told.count("sha256:") == 5


def test_one_recipe_is_told_in_one_way() -> None:
    found = Recipe.model_validate({"name": "x", "layout": {"hospital": "(Jones)"}})
    assert told_recipe(found) == told_recipe(found)
    assert told_recipe(found)["layout"]["hospital"].startswith("sha256:")
