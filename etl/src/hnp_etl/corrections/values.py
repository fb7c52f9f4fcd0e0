"""What a correction writes of a field, by the grammar that labels are read by. Pure."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from hnp_etl.errors import FileError
from hnp_etl.labels.values import (
    Words,
    age_of,
    canal_of,
    code_tokens,
    is_missing,
    known_codes,
    sex_of,
)
from hnp_etl.recipes.grammar import bare, whole, word
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES

Value = int | float | str | bool | None
"""A value as a data set holds it; None is a missing one."""

_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def readers_of(recipe: Label) -> Mapping[str, Callable[[str], Value]]:
    """Return field -> what reads a value of it; each raises ValueError with what was expected."""
    sexes = {word(key): sex for key, sex in recipe.sex_values.items()}
    missing = recipe.missing_words
    return {
        "level": partial(_level, discs=_discs(recipe)),
        "label_code": partial(_code, recipe=recipe),
        "is_patient": partial(_boolean, empty=None),
        "age": lambda text: _number(age_of(text, missing).value, text, missing=missing),
        "sex": lambda text: _text(sex_of(text, sexes, missing).value, text, missing=missing),
        "canal_width_mm": lambda text: _number(
            canal_of(text, recipe.canal, missing).value, text, missing=missing
        ),
        "exclude": partial(_boolean, empty=False),
    }


def as_stored(value: float | None) -> float | None:
    """Return what a float32 column makes of a number: a reader sees, and writes, no other."""
    return None if value is None else float(np.float32(value))


def _discs(recipe: Label) -> dict[str, int]:
    """Return level by its spellings; a bare number means the column `level`, so no alias does."""
    found = {f"{number}": number for number in range(len(LEVEL_NAMES))}
    for number, name in enumerate(LEVEL_NAMES):
        for alias in (name, *recipe.levels.get(name, ())):
            found.setdefault(bare(alias.rpartition(".")[2]), number)
    return found


def _level(text: str, discs: Mapping[str, int]) -> Value:
    if not text:
        return None
    if (found := discs.get(bare(whole(text)))) is None:
        raise ValueError(f"one of {', '.join(LEVEL_NAMES)}")
    return found


def _code(text: str, recipe: Label) -> Value:
    try:
        tokens = code_tokens(text, known_codes(recipe.codes), recipe.missing_words)
    except FileError:
        tokens = [text]
    if not tokens:
        return None
    if any(recipe.codes.get(token, "absent") == "absent" for token in tokens):
        named = ", ".join(code for code, means in recipe.codes.items() if means != "absent")
        raise ValueError(f"one of the codes {named} (or field exclude, where no disc is seen)")
    order = list(recipe.codes)
    return ",".join(sorted(set(tokens), key=order.index))


def _boolean(text: str, empty: bool | None) -> Value:
    if not text:
        return empty
    if (found := _BOOLEANS.get(word(text))) is None:
        raise ValueError("true or false")
    return found


def _number(value: object, text: str, *, missing: Words) -> Value:
    if isinstance(value, float):
        return as_stored(value)
    if not is_missing(text, missing):
        raise ValueError("a value as labels write it, in the recipe's bounds")
    return None


def _text(value: object, text: str, *, missing: Words) -> Value:
    if isinstance(value, str):
        return value
    if not is_missing(text, missing):
        raise ValueError("F or M, or a word of the recipe")
    return None
