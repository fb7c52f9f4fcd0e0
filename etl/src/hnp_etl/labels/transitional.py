"""Labels that tell of a lumbar spine of six vertebrae, or of a thoracic one of thirteen. Pure.

Such a spine is counted in several ways, so what is a level of the five there only the recipe's
`[label.levels]` can say. Source: Konin GP, Walz DM, Lumbosacral transitional vertebrae, AJNR 2010.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.values import is_missing
from hnp_etl.recipes.grammar import bare, plain, word
from hnp_etl.recipes.label_table import Label

Keys = tuple[str, ...]

_BETWEEN = r"(?:\W|_|to){0,4}"
_NO_LETTER = r"(?<![^\W\d_])"
# "L5-6", "L5/L6", "L6-S1", "L6_S", "요추5-6": a disc that a spine of five does not have.
_LUMBAR = rf"(?:l|요추)\W?0?(?:5{_BETWEEN}(?:l\W?)?0?6(?!\d)|6{_BETWEEN}s)"
# "T12-13", "T13-L1", "Th13/L1", "흉추13-1": likewise above the lumbar spine.
_THORACIC = rf"(?:th?|흉추)\W?(?:12{_BETWEEN}(?:th?\W?)?13(?!\d)|13{_BETWEEN}l?\W?0?1(?!\d))"
_DISC = re.compile(rf"{_NO_LETTER}(?:{_LUMBAR}|{_THORACIC})")
# "L6", "has_T13": a vertebra.
_VERTEBRA = re.compile(rf"{_NO_LETTER}(?:l\W?0?6|th?\W?13|요추\W?6|흉추\W?13)(?!\d)")
_ANOMALY = re.compile(
    r"transitional|lstv|castellvi|sacrali[sz]|lumbari[sz]|이행\W?(?:척)?추|요추화|천추화"
)
_NOT = frozenset(
    {"0", "false", "no", "n", "none", "not", "absent", "normal", "무", "없음", "아니요"}
)


def names_sixth(text: str) -> bool:
    """Tell whether a text names a disc that a usual lumbar spine does not have.

    >>> names_sixth("L5-6"), names_sixth("L6/S1"), names_sixth("T13-L1"), names_sixth("L5-S1")
    (True, True, True, False)
    """
    return _DISC.search(plain(text).casefold()) is not None


class Transitional:
    """Finds them under one recipe; where labels of one shape keep what is remembered."""

    def __init__(self, recipe: Label) -> None:
        self._level = frozenset(map(bare, recipe.table.level))
        self._missing = recipe.missing_words
        self._places = lru_cache(maxsize=256)(self._find_places)

    def is_told(self, leaves: Sequence[Leaf]) -> bool:
        """Tell whether a cell, a level or a remark says so; a missing value says nothing."""
        places = self._places(tuple([leaf.keys for leaf in leaves]))
        return any(
            self._says(kind, value) for number, kind in places for value in leaves[number].values
        )

    def _says(self, kind: str, value: Scalar) -> bool:
        if is_missing(value, self._missing):
            return False
        if kind == "level":
            return names_sixth(str(value))
        return kind == "disc" or word(str(value)) not in _NOT

    def _find_places(self, shape: tuple[Keys, ...]) -> list[tuple[int, str]]:
        """Return the leaves, by number, that may say so, and as what."""
        found = []
        for number, keys in enumerate(shape):
            key = plain(keys[-1]).casefold() if keys else ""
            if keys and bare(keys[-1]) in self._level:
                found.append((number, "level"))
            elif _DISC.search(key):
                found.append((number, "disc"))
            elif _VERTEBRA.search(key) or _ANOMALY.search(key):
                found.append((number, "remark"))
        return found
