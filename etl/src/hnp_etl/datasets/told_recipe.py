"""A recipe as a data set tells it: words of the field and of built-in recipes, the rest as digests.

Keys, patterns and folder names are copied from what a hospital has, and a person's name may be
among them. Whoever has the recipe can compare digests; codes stay, for the manifest holds them.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

from hnp_etl.descriptions.legible import is_legible
from hnp_etl.recipes.builtin import builtin_names, builtin_text
from hnp_etl.recipes.recipe import Layout, Recipe

_PATTERNS = ("image_folders", "label_folders", "hospital", "procedure")
_DIGEST = "sha256:"
_TOLD_DIGEST = re.compile(r"(?:sha256:)?[0-9a-f]{16,64}")
# "\d", "(?i)", "(?<!", "[A-Za-z0-9]", "{1,2}": what is no word of a pattern.
_SYNTAX = re.compile(r"\\.|\(\?[a-zA-Z<=!:]*|\[[^\]]{0,64}\]|\{[0-9,]{1,9}\}")
_WORDS = re.compile(r"[^\W_]+")
_SHORT = re.compile(r"[A-Za-z]{0,2}\d{0,3}")
_LONGEST_PATTERN = 512


def told_recipe(recipe: Recipe) -> dict[str, Any]:
    """Return what dataset.json keeps of a recipe, as JSON holds it."""
    content = recipe.published()
    layout, label = content["layout"], content["label"]
    content["name"] = _word(recipe.name)
    for key in _PATTERNS:
        layout[key] = _pattern(layout[key])
    layout["procedures"] = [_word(each) for each in layout["procedures"]]
    layout["partitions"] = {name: _pattern(each) for name, each in layout["partitions"].items()}
    for section in (label["fields"], label["levels"], label["table"]):
        for key, aliases in section.items():
            if isinstance(aliases, list):
                section[key] = [_alias(each) for each in aliases]
    label["condition"] = _alias(label["condition"])
    if "missing" in label:
        label["missing"] = [_word(each) for each in label["missing"]]
    return content


def is_told(text: str) -> bool:
    """Tell whether a text of a recipe, a key or a value, is one that `told_recipe` leaves."""
    if text in _keys() or _TOLD_DIGEST.fullmatch(text):
        return True
    return text in (_alias(text), _word(text), _pattern(text))


def _alias(alias: str) -> str:
    known = alias in _built_in() or all(map(is_legible, alias.split(".")))
    return alias if known else _digest(alias)


def _word(value: Any) -> Any:  # noqa: ANN401  # text or a number, as TOML has it
    if not isinstance(value, str) or value in _built_in() or _SHORT.fullmatch(value):
        return value
    return value if is_legible(value) else _digest(value)


def _pattern(pattern: str) -> str:
    """Return a pattern all of whose words are known, else its digest."""
    if pattern in _built_in():
        return pattern
    words = _WORDS.findall(_SYNTAX.sub(" ", pattern[:_LONGEST_PATTERN]))
    plain = all(_SHORT.fullmatch(each) or is_legible(each) for each in words)
    return pattern if plain and len(pattern) <= _LONGEST_PATTERN else _digest(pattern)


def _digest(value: str) -> str:
    return _DIGEST + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@cache
def _keys() -> frozenset[str]:
    """Return the names of all tables and keys, and every word that one may hold."""
    found = Recipe(name="x").model_dump(mode="json")
    return frozenset((*_texts_and_keys(found), *_texts_and_keys(Recipe.model_json_schema())))


def _texts_and_keys(value: object) -> Iterator[str]:
    yield from _texts(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield from map(str, value)
    for each in inner:
        yield from _texts_and_keys(each)


@cache
def _built_in() -> frozenset[str]:
    """Return every text in the recipes that come with the program."""
    recipes = (tomllib.loads(builtin_text(name)) for name in builtin_names())
    return frozenset(
        text for each in (Layout().model_dump(mode="json"), *recipes) for text in _texts(each)
    )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
