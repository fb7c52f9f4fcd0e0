"""The class of a mark as a disc and a code: `L4-5`, `3`, `L4-5:3`, `Severe_L4/5`. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hnp_etl.labels.values import known_codes, recipe_code
from hnp_etl.recipes.grammar import bare
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES

_LONGEST = 200
"""Letters of a class; a longer one is a remark."""

# What may stand between a disc and a code. A dash behind another of these, "L4-5:-1", is a sign.
_BETWEEN = re.compile(r"(?<![\s:=|,;_/(\[-])-|[\s:=|,;_/(\[]")
_TRIMMED = " \t\r\n:=|,;_/()[]"
# "level:L4-5", "grade = 3": a class that names an attribute and its value.
_NAMED = re.compile(r"\s*([^:=]+?)\s*[:=]\s*(.+?)\s*", re.DOTALL)


class Said(NamedTuple):
    """What a class says: a name of LEVEL_NAMES, a code as it is written; None for neither."""

    disc: str | None = None
    code: str | None = None


class ClassWords:
    """Reads classes under one recipe; few fill an export, so what is read is remembered."""

    def __init__(self, recipe: Label) -> None:
        self._codes = known_codes(recipe.codes)
        self._discs = {
            bare(alias): name
            for name in LEVEL_NAMES
            if (aliases := recipe.levels.get(name, ()))
            for alias in (name, *aliases)
        }
        self._names = frozenset(map(bare, recipe.table.code))
        self._remembered = lru_cache(maxsize=4096)(self._read)

    def read(self, text: str) -> Said:
        """Return what a class says."""
        return Said() if len(text) > _LONGEST else self._remembered(text)

    def _read(self, text: str) -> Said:
        if disc := self._discs.get(bare(text)):
            return Said(disc)
        if recipe_code(text, self._codes) is not None:
            return Said(None, text.strip())
        parts = list(_parts(text))
        for left, right in reversed(parts):  # the longest disc: `L5-S1-2` is none of an alias `L5`
            if right and (disc := self._discs.get(bare(left))):
                return Said(disc, self._without_name(right))
        for left, right in parts:  # a code in front must be known: "seen with L4-5" has none
            code = recipe_code(left, self._codes)
            if code is not None and (disc := self._discs.get(bare(right))):
                return Said(disc, left)
        return Said()

    def _without_name(self, code: str) -> str:
        """Return a code without the name of a column of codes in front: `grade 3`, `code_3`."""
        for left, right in _parts(code):
            if right and bare(left) in self._names:
                return right
        return code


def attribute_in(text: str) -> tuple[str, str] | None:
    """Return the name and the value that a class without a disc tells.

    >>> attribute_in("level: L4-5"), attribute_in("sac")
    (('level', 'L4-5'), None)
    """
    found = _NAMED.fullmatch(text) if len(text) <= _LONGEST else None
    return (found[1], found[2]) if found else None


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before and behind each sign that may be between a disc and a code."""
    for sign in _BETWEEN.finditer(text):
        yield text[: sign.start()].strip(_TRIMMED), text[sign.end() :].strip(_TRIMMED)
