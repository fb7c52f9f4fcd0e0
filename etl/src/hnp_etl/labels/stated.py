"""Discs that a label tells by two keys of one object, `level` and `code`, or by many such. Pure."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from hnp_etl.labels.document import Leaf
from hnp_etl.labels.values import is_missing
from hnp_etl.recipes.grammar import bare, word
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES

Keys = tuple[str, ...]
Shape = tuple[tuple[Keys, bool], ...]
"""Keys of each leaf, and whether it is a value."""


class StatedDiscs:
    """Finds them under one recipe; where labels of one shape keep what is remembered."""

    def __init__(self, recipe: Label) -> None:
        self._level = frozenset(map(bare, recipe.table.level))
        self._code = frozenset(map(bare, recipe.table.code))
        self._discs = {
            bare(alias): number
            for number, name in enumerate(LEVEL_NAMES)
            if (aliases := recipe.levels.get(name, ()))
            for alias in (name, *aliases)
        }
        self._absent = {word(code) for code, means in recipe.codes.items() if means == "absent"}
        self._missing = recipe.missing_words
        self._pairs = lru_cache(maxsize=256)(self._find_pairs)

    def codes(self, leaves: Sequence[Leaf]) -> list[list[Leaf]]:
        """Return the leaves with the codes of each level 0..4.

        A level that names no disc may be one of something else, and tells nothing.
        """
        found: list[list[Leaf]] = [[] for _ in LEVEL_NAMES]
        pairs = self._pairs(tuple([(leaf.keys, leaf.readable) for leaf in leaves]))
        for level, code in pairs:
            disc = self._disc(leaves[level])
            if disc is not None:
                found[disc].append(leaves[code])
        return found

    def names_unknown(self, leaves: Sequence[Leaf]) -> bool:
        """Tell whether a level beside a code names no disc that the recipe knows.

        What is absent there tells nothing of a disc.
        """
        pairs = self._pairs(tuple([(leaf.keys, leaf.readable) for leaf in leaves]))
        return any(
            self._disc(leaves[level]) is None
            and not all(is_missing(value, self._missing) for value in leaves[level].values)
            and not self._is_absent(leaves[code])
            for level, code in pairs
        )

    def _is_absent(self, leaf: Leaf) -> bool:
        return all(word(str(value)) in self._absent for value in leaf.values)

    def _disc(self, leaf: Leaf) -> int | None:
        if len(leaf.values) != 1 or is_missing(leaf.values[0], self._missing):
            return None
        return self._discs.get(bare(str(leaf.values[0]).strip()))

    def _find_pairs(self, shape: Shape) -> list[tuple[int, int]]:
        """Return the level and the code, by number, of each object that has one of each."""
        return [
            (levels[0], codes[0])
            for levels, codes in self._objects(shape)
            if len(levels) == len(codes) == 1
        ]

    def _objects(self, shape: Shape) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the levels and codes of each object; one begins where a leaf is but a place."""
        opened: dict[Keys, tuple[list[int], list[int]]] = {}
        for number, (keys, readable) in enumerate(shape):
            if not readable and keys in opened:
                yield opened.pop(keys)
            if readable and keys:
                name = bare(keys[-1])
                levels, codes = opened.setdefault(keys[:-1], ([], []))
                levels += [number] if name in self._level else []
                codes += [number] if name in self._code else []
        yield from opened.values()
