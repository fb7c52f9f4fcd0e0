"""A label's leaves under a recipe: who, how old, which disc, which code. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar, cast

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.lookalikes import Lookalikes
from hnp_etl.labels.stated import StatedDiscs
from hnp_etl.labels.transitional import Transitional, names_sixth
from hnp_etl.labels.values import (
    Field,
    age_of,
    canal_of,
    code_tokens,
    known_codes,
    patient_of,
    recipe_code,
    sex_of,
    text_of,
)
from hnp_etl.recipes.grammar import bare, bare_path, remembered, word
from hnp_etl.recipes.label_table import Label, LabelField
from hnp_shared.vocabulary import LEVEL_NAMES, Flag, Reason


class _Fields(NamedTuple):
    """Leaves of each field of the recipe, by its name there."""

    patient: Sequence[Leaf]
    age: Sequence[Leaf]
    sex: Sequence[Leaf]
    canal_width_mm: Sequence[Leaf]
    file: Sequence[Leaf]
    sop_instance_uid: Sequence[Leaf]


_FIELDS = cast("tuple[LabelField, ...]", _Fields._fields)

Keys = tuple[str, ...]
"""What leads to a leaf from the root of its label."""

_NOTHING = Field()
UNKNOWN_LEVEL = "names another level too, which [label.levels] does not know"
ONLY_UNKNOWN = "names a level that [label.levels] does not know"
SIXTH = "it tells of L6, T13 or a transitional vertebra"

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """What one label says about one image.

    Attributes:
        cells: disc codes by level 0..4, as the recipe's keys; unmapped ones as None.
        flags: values that were there but could not be read, ages given as a decade, and a
            transitional vertebra.
        file_name: of the image, without suffix, for pairing; likewise sop_uid.
    """

    patient: str | None
    age: float | None
    sex: str | None
    canal_width_mm: float | None
    cells: tuple[tuple[str | None, ...], ...]
    flags: tuple[Flag, ...]
    file_name: str | None
    sop_uid: str | None


class LabelReader:
    """Reads labels under one recipe; where labels of one shape keep what is remembered."""

    def __init__(self, recipe: Label) -> None:
        fields = [recipe.fields.get(name, ()) for name in _FIELDS]
        levels = [recipe.levels.get(name, ()) for name in LEVEL_NAMES]
        self._aliases = [tuple(map(bare_path, each)) for each in (*fields, *levels)]
        self._places = lru_cache(maxsize=256)(self._find_places)
        self._stated, self._lookalikes = StatedDiscs(recipe), Lookalikes(recipe)
        self._transitional = Transitional(recipe)
        self._known = known_codes(recipe.codes)
        sexes = {word(key): sex for key, sex in recipe.sex_values.items()}
        reading = partial(_reading, missing=recipe.missing_words)
        self._tokens = reading(code_tokens, known=self._known)
        self._text, self._patient = reading(text_of), reading(patient_of)
        self._age, self._sex = reading(age_of), reading(sex_of, sex_values=sexes)
        self._canal = reading(canal_of, canal=recipe.canal)
        self._absent = {code for code, means in recipe.codes.items() if means == "absent"}
        self._order = {code: index for index, code in enumerate(recipe.codes)}

    def read(self, leaves: Sequence[Leaf]) -> LabelFacts:
        """Return what a label says.

        Raises:
            FileError: FIELD_CONFLICT or BAD_VALUE.
        """
        places = self._places(tuple([leaf.keys for leaf in leaves]))
        found = [[leaves[index] for index in each] for each in places]
        fields, cells = _Fields._make(found[: len(_FIELDS)]), found[len(_FIELDS) :]
        age, sex = _field(fields, "age", self._age), _field(fields, "sex", self._sex)
        canal = _field(fields, "canal_width_mm", self._canal)
        marks = {
            Flag.AGE_DECADE: age.decade,
            Flag.BAD_AGE: age.bad,
            Flag.BAD_SEX: sex.bad,
            Flag.BAD_CANAL_WIDTH: canal.bad,
            Flag.TRANSITIONAL: self._transitional.is_told(leaves),
        }
        return LabelFacts(
            patient=_text_or_none(_field(fields, "patient", self._patient)),
            age=_number_or_none(age),
            sex=_text_or_none(sex),
            canal_width_mm=_number_or_none(canal),
            cells=self._all_cells(leaves, cells),
            flags=tuple(sorted(flag for flag, holds in marks.items() if holds)),
            file_name=_file_stem(_text_or_none(_field(fields, "file", self._text))),
            sop_uid=_text_or_none(_field(fields, "sop_instance_uid", self._text)),
        )

    def passed_over(self, leaves: Sequence[Leaf], facts: LabelFacts) -> str | None:
        """Return what a label tells of discs that did not count, None when all did.

        Args:
            leaves: of the label.
            facts: what was read.
        """
        stated = self._stated.codes(leaves)
        for cell, codes in zip(facts.cells, stated, strict=True):
            told = {recipe_code(str(value), self._known) for leaf in codes for value in leaf.values}
            if not told <= {None, *cell}:
                return "tells other codes of discs by level and code than by keys, which count"
        # a level that names no disc may be one of something else where keys tell the discs
        is_list = any(stated) or not any(facts.cells)
        unknown = is_list and self._stated.names_unknown(leaves)
        if not (unknown or self._lookalikes.hold_codes(leaves)):
            return None
        sixth = f"; {SIXTH}" if Flag.TRANSITIONAL in facts.flags else ""
        return (UNKNOWN_LEVEL if any(facts.cells) else ONLY_UNKNOWN) + sixth

    def _find_places(self, shape: tuple[Keys, ...]) -> list[list[int]]:
        """Return the leaves, by number, of each field and each level in labels of a shape."""
        by_name: dict[str, list[int]] = {}
        by_path: dict[Keys, list[int]] = {}
        for number, keys in enumerate(shape):
            if keys:
                path = tuple(map(bare, keys))
                by_name.setdefault(path[-1], []).append(number)
                by_path.setdefault(path, []).append(number)
        return [
            list(
                dict.fromkeys(
                    number
                    for path in paths
                    for number in (
                        by_path.get(path, ()) if len(path) > 1 else by_name.get(path[0], ())
                    )
                )
            )
            for paths in self._aliases
        ]

    def _all_cells(
        self, leaves: Sequence[Leaf], by_key: Sequence[Sequence[Leaf]]
    ) -> tuple[tuple[str | None, ...], ...]:
        """Return the codes of all discs: by their keys, or else as levels with a code beside."""
        found = tuple(map(self._cell, LEVEL_NAMES, by_key))
        if any(found):
            return found
        return tuple(map(self._cell, LEVEL_NAMES, self._stated.codes(leaves)))

    def _cell(self, level: str, leaves: Sequence[Leaf]) -> tuple[str | None, ...]:
        """Return the codes of one disc, none when the label does not name it."""
        shallow = _shallowest(leaves)
        found = [self._codes(leaf) for leaf in shallow]
        if len(found) > 1 and any(names_sixth(leaf.keys[-1]) for leaf in shallow if leaf.keys):
            # a spine has one disc there: the form's cell of the usual one says that it is absent
            found = [codes for codes in found if not set(codes) <= self._absent] or found
        return _agreed(found, (), level)

    def _codes(self, leaf: Leaf) -> tuple[str | None, ...]:
        if not leaf.readable:
            raise FileError(Reason.BAD_VALUE, "a disc code is an object")
        tokens = [token for value in leaf.values for token in self._tokens(value)]
        codes = {recipe_code(token, self._known) for token in tokens}
        return tuple(sorted(codes, key=lambda code: self._order.get(code or "", -1)))


def _reading(parse: Callable[..., R], **recipe: object) -> Callable[[Scalar], R]:
    """Return how the recipe reads a value."""
    return remembered(partial(parse, **recipe))


def _field(fields: _Fields, name: LabelField, parse: Callable[[Scalar], Field]) -> Field:
    """Return the one value of a tabular field; an object of that name is only a place."""
    leaves: Sequence[Leaf] = getattr(fields, name)
    if not leaves:
        return _NOTHING
    found = [
        parse(leaf.values[0]) if len(leaf.values) == 1 else Field(bad=bool(leaf.values))
        for leaf in _shallowest([leaf for leaf in leaves if leaf.readable])
    ]
    return _agreed(found, _NOTHING, name)


def _shallowest(leaves: Sequence[Leaf]) -> Sequence[Leaf]:
    if len(leaves) < 2:
        return leaves
    depth = min(len(leaf.keys) for leaf in leaves)
    return [leaf for leaf in leaves if len(leaf.keys) == depth]


def _agreed(found: Sequence[T], nothing: T, what: str) -> T:
    if len(found) == 1:
        return found[0]
    stated = [value for value in found if value != nothing] or [nothing]
    if any(value != stated[0] for value in stated[1:]):
        raise FileError(Reason.FIELD_CONFLICT, f"two spellings of {what} disagree")
    return stated[0]


def _text_or_none(field: Field) -> str | None:
    return field.value if isinstance(field.value, str) else None


def _number_or_none(field: Field) -> float | None:
    return field.value if isinstance(field.value, float) else None


def _file_stem(name: str | None) -> str | None:
    if name is None:
        return None
    return re.sub(r"(?i)\.(dcm|dicom|ima)$", "", name.replace("\\", "/").rpartition("/")[2])
