"""Keys that look like discs, hold codes, and are none that the recipe knows. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf
from hnp_etl.labels.values import code_tokens, known_codes, recipe_code
from hnp_etl.recipes.grammar import bare, plain
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES

# "L4.5", "L4:L5", "L4 to 5", "disc_L4-5", "L4-5 code", "요추4-5번", "L5-S", "L5-6".
_LUMBAR, _BETWEEN = r"(?<![^\W\d_])(?:l|요추)\W?0?", r"(?:\W|_|to){0,4}"
_DISC = re.compile(
    rf"{_LUMBAR}(?:([1-4]){_BETWEEN}(?:l\W?)?0?[2-6](?!\d)|(5){_BETWEEN}(?:s|l?\W?0?6(?!\d)))"
)


class Lookalikes:
    """Finds them under one recipe; where labels of one shape keep what is remembered."""

    def __init__(self, recipe: Label) -> None:
        self._discs = [
            {bare(alias.rpartition(".")[2]) for alias in recipe.levels.get(name, ())}
            for name in LEVEL_NAMES
        ]
        self._codes = known_codes(recipe.codes)
        self._absent = {code for code, means in recipe.codes.items() if means == "absent"}
        self._missing = recipe.missing_words
        self._places = lru_cache(maxsize=256)(self._find_places)

    def hold_codes(self, leaves: Sequence[Leaf]) -> bool:
        """Tell whether such a key holds a code of the recipe that is not absent."""
        return any(
            code not in self._absent
            for number in self._places(tuple([leaf.keys for leaf in leaves]))
            for code in self._known(leaves[number])
        )

    def _known(self, leaf: Leaf) -> Iterator[str]:
        for value in leaf.values:
            try:
                tokens = code_tokens(value, self._codes, self._missing)
            except FileError:  # a number that is no code: the key means something else
                continue
            yield from filter(None, (recipe_code(token, self._codes) for token in tokens))

    def _find_places(self, shape: tuple[tuple[str, ...], ...]) -> list[int]:
        """Return the leaves, by number, of discs that no key of the label names as it should."""
        names = {bare(keys[-1]) for keys in shape if keys}
        named = [bool(aliases & names) for aliases in self._discs]
        return [
            number
            for number, keys in enumerate(shape)
            if keys and (found := _DISC.search(plain(keys[-1]).casefold()))
            if not named[int(found[1] or found[2]) - 1]
        ]
