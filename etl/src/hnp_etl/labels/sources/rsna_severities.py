"""Severities of one condition by study and disc, of one side or of both together. Pure.

Where a condition has a column a side, as subarticular stenosis has, and the recipe names none of
both, the worse side that is stated counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Scalar
from hnp_etl.labels.values import is_missing, known_codes, recipe_code
from hnp_etl.recipes.grammar import bare
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

SIDES = ("left", "right")

_MEANINGS = ("absent", "normal", "patient")
_WORDS = {"normal/mild": 0, "normal": 0, "mild": 0, "moderate": 1, "severe": 2}
"""How the set orders its severities; others are ordered as the recipe lists them."""

_COLUMNS = {
    name: f"_l{name[1:].replace('-', '_' if 'S' in name else '_l')}" for name in LEVEL_NAMES
}
"""How the severity columns write a level: `_l4_l5`, `_l5_s1`."""


@dataclass(slots=True)
class Severities:
    """What tables of studies state of the recipe's condition.

    Attributes:
        recipe: names the condition, and what its codes are.
        stated: study, and column as columns are compared -> severities.
    """

    recipe: Label
    stated: dict[tuple[str, str], dict[Scalar, None]] = field(default_factory=dict)

    def names(self, column: str) -> bool:
        """Tell whether a column, as columns are compared, is of the condition."""
        condition = bare(self.recipe.condition)
        return column.startswith((condition, *(f"{side}{condition}" for side in SIDES)))

    def add(self, study: str, row: Mapping[str, Scalar]) -> None:
        """Take in a line about a study."""
        for column, value in row.items():
            if self.names(column) and self._is_stated(value):
                self.stated.setdefault((study, column), {})[value] = None

    def at(self, study: str, level: str) -> Scalar:
        """Return the severity at a disc, None where none is stated.

        Raises:
            FileError: FIELD_CONFLICT; tables disagree.
        """
        column = bare(self.recipe.condition + _COLUMNS[level])
        own = self._one(study, column)
        if own is not None:
            return own
        sides = [self._one(study, f"{side}{column}") for side in SIDES]
        return self._worst([each for each in sides if each is not None])

    def _one(self, study: str, column: str) -> Scalar:
        found = tuple(self.stated.get((study, column), ()))
        if len(found) > 1:
            raise FileError(Reason.FIELD_CONFLICT, "has two severities that disagree")
        return found[0] if found else None

    def _worst(self, stated: Sequence[Scalar]) -> Scalar:
        """Return the worst severity; one that the recipe does not map, before all."""
        codes = self.recipe.codes
        known, places = known_codes(codes), {code: place for place, code in enumerate(codes)}

        def badness(severity: Scalar) -> tuple[int, int, int]:
            code = recipe_code(str(severity), known)
            if code is None:
                return (len(_MEANINGS), 0, 0)
            word = _WORDS.get(code.casefold(), -1)
            return (_MEANINGS.index(codes[code]), word, places[code])

        return max(stated, key=badness, default=None)

    def _is_stated(self, severity: Scalar) -> bool:
        """Tell whether a severity is one; what the recipe maps is, whatever it looks like."""
        known = known_codes(self.recipe.codes)
        return severity is not None and (
            recipe_code(str(severity), known) is not None
            or not is_missing(severity, self.recipe.missing_words)
        )
