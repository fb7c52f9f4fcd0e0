"""A pattern of a recipe ends in bounded time on every folder's name, or is refused in one line."""

import re
import time

import pytest

from hnp_etl.recipes.loading import parse_recipe
from hnp_etl.recipes.patterns import compiled, refuse_slow
from hnp_etl.survey.folders import _HOSPITALS, _IMAGE_WORDS, _LABEL_WORDS, _PROCEDURES
from hnp_shared.errors import InputError


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*$",
        "(a|aa)+$",
        "(a|b|ab)*c",
        "([a-z]+)*!",
        "(?:a?){30}a{30}",
        "(.*a){12}",
        "((a{1,9}){1,9}){1,9}$",
        "(?=(a+)+$)",
        ".*.*.*.*=",
        r"(a+)\1+\1+\1+b",
        r"(?:\w+\s?)+$",
        "x" * 600,
    ],
)
def test_a_pattern_that_may_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="may take|letters"):
        compiled(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "라벨(링)?(데|테)이터",
        "([^/]+)",
        "(?i)^(site[ _-]?[0-9]{1,2}).*$",
        r"(\d\d)*x",
        "(?:a+)++$",
        *_HOSPITALS,
        *_PROCEDURES,
        *_IMAGE_WORDS,
        *_LABEL_WORDS,
    ],
)
def test_others_are_taken_and_end_soon(pattern: str) -> None:
    refuse_slow(pattern)
    begun = time.process_time()
    for name in ("a" * 255, "0" * 255, "a1_" * 85, "라벨" * 60):
        re.search(pattern, name)
    assert time.process_time() - begun < 1


def test_the_line_names_recipe_line_and_key() -> None:
    text = "name = 'x'\n[layout]\nhospital = '(a+)+$'\n"
    with pytest.raises(InputError, match=r"^recipe r\.toml, line 3, layout\.hospital: may take"):
        parse_recipe(text, "r.toml")
