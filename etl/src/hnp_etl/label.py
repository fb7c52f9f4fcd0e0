"""A label's leaves under a recipe: who, how old, which disc, which code. Pure."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from hnp_etl.errors import FileError
from hnp_etl.label_document import Leaf, Number, Scalar
from hnp_etl.paths import nfc
from hnp_etl.recipe import Canal, Label, LabelField
from hnp_shared.vocabulary import LEVEL_NAMES, MAX_AGE_YEARS, Flag, Reason

_MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "-", "-1", "-1.0"})
SEX_WORDS = {
    **dict.fromkeys(["f", "female", "woman", "여", "여성", "여자"], "F"),
    **dict.fromkeys(["m", "male", "man", "남", "남성", "남자"], "M"),
}
"""What is read as a sex without a map, in lower case."""
_AGE = re.compile(
    r"(\d{1,3}(?:\.\d{1,6})?)\s*(y|yr|yrs|years?|세|살|대)?|(\d{3})([mwd])", re.IGNORECASE
)
_AGE_UNITS_YEARS = {"m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}  # PS3.5 6.2, VR AS
_WIDTH = re.compile(r"(\d{1,6}(?:\.\d{1,12})?)\s*(mm2|cm2|mm|cm)?", re.IGNORECASE)
_UNIT_FACTOR = {"mm": 1.0, "cm": 10.0, "mm2": 1.0, "cm2": 100.0}
_OLDEST_YEARS = 120
_CODE = re.compile(r"\d{1,9}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """What one label says about one image.

    Attributes:
        cells: disc codes by level 0..4, as the recipe's keys; unmapped ones as None.
        flags: values that were there but could not be read, and ages given as a decade.
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


@dataclass(frozen=True, slots=True)
class _Field:
    """A tabular value; `bad` when it was there but could not be read."""

    value: object = None
    bad: bool = False
    decade: bool = False


def read_label(leaves: Sequence[Leaf], recipe: Label) -> LabelFacts:
    """Return what a label says under ``recipe``.

    Raises:
        FileError: FIELD_CONFLICT or BAD_VALUE.
    """
    table = _Table(leaves)

    def field(name: LabelField, parse: Callable[[Scalar], _Field]) -> _Field:
        return table.field(recipe.fields.get(name, ()), parse)

    age = field("age", _age)
    sex = field("sex", lambda value: _sex(value, recipe))
    canal = field("canal_width_mm", lambda value: _canal(value, recipe.canal))
    marks = {
        Flag.AGE_DECADE: age.decade,
        Flag.BAD_AGE: age.bad,
        Flag.BAD_SEX: sex.bad,
        Flag.BAD_CANAL_WIDTH: canal.bad,
    }
    return LabelFacts(
        patient=_text_or_none(field("patient", _text)),
        age=_number_or_none(age),
        sex=_text_or_none(sex),
        canal_width_mm=_number_or_none(canal),
        cells=tuple(table.cell(recipe.levels.get(name, ()), recipe) for name in LEVEL_NAMES),
        flags=tuple(sorted(flag for flag, holds in marks.items() if holds)),
        file_name=_file_stem(_text_or_none(field("file", _text))),
        sop_uid=_text_or_none(field("sop_instance_uid", _text)),
    )


@lru_cache(maxsize=4096)
def bare(key: str) -> str:
    """Return a key as keys are compared: without case, blanks, `_`, `-` and `/`."""
    return re.sub(r"[\s_/-]+", "", nfc(key).casefold())


@lru_cache(maxsize=4096)
def bare_path(alias: str) -> tuple[str, ...]:
    """Return an alias as a path of bare keys; one without dots is a single key."""
    return tuple(map(bare, alias.split(".")))


class _Table:
    """Leaves by bare key, for looking fields up."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._by_name: dict[str, list[Leaf]] = {}
        self._by_path: dict[tuple[str, ...], list[Leaf]] = {}
        for leaf in leaves:
            if leaf.keys:
                path = tuple(map(bare, leaf.keys))
                self._by_name.setdefault(path[-1], []).append(leaf)
                self._by_path.setdefault(path, []).append(leaf)

    def field(self, aliases: Sequence[str], parse: Callable[[Scalar], _Field]) -> _Field:
        """Return the one value of a tabular field; an object of that name is only a place."""
        leaves = [leaf for leaf in self._matches(aliases) if leaf.readable]
        found = [
            parse(leaf.values[0]) if len(leaf.values) == 1 else _Field(bad=bool(leaf.values))
            for leaf in _shallowest(leaves)
        ]
        return _agreed(found, _Field())

    def cell(self, aliases: Sequence[str], recipe: Label) -> tuple[str | None, ...]:
        """Return the codes of one disc, none when the label does not name it."""
        return _agreed(
            [tuple(_codes(leaf, recipe)) for leaf in _shallowest(self._matches(aliases))], ()
        )

    def _matches(self, aliases: Sequence[str]) -> list[Leaf]:
        found: dict[int, Leaf] = {}
        for alias in aliases:
            path = bare_path(alias)
            table = self._by_path.get(path) if len(path) > 1 else self._by_name.get(path[0])
            found.update((id(leaf), leaf) for leaf in table or ())
        return list(found.values())


def _shallowest(leaves: Sequence[Leaf]) -> list[Leaf]:
    depth = min((len(leaf.keys) for leaf in leaves), default=0)
    return [leaf for leaf in leaves if len(leaf.keys) == depth]


def _agreed(found: Sequence[T], nothing: T) -> T:
    stated = [value for value in found if value != nothing] or [nothing]
    if any(value != stated[0] for value in stated[1:]):
        raise FileError(Reason.FIELD_CONFLICT, "two spellings of one field disagree")
    return stated[0]


def _text(value: Scalar) -> _Field:
    if isinstance(value, bool) or (isinstance(value, str) and "\0" in value):
        return _Field(bad=True)
    return _Field() if is_missing(value) else _Field(nfc(str(value)).strip())


def _age(value: Scalar) -> _Field:
    if is_missing(value):
        return _Field()
    match = _AGE.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    if match is None:
        return _Field(bad=True)
    years = float(match[1] or match[3]) * _AGE_UNITS_YEARS.get((match[4] or "").casefold(), 1.0)
    decade = match[2] == "대"
    if decade and years % 10:
        return _Field(bad=True)
    years += 5 if decade else 0
    if years > _OLDEST_YEARS:
        return _Field(bad=True)
    return _Field(float(MAX_AGE_YEARS) if years > MAX_AGE_YEARS - 1 else years, decade=decade)


def _sex(value: Scalar, recipe: Label) -> _Field:
    if not isinstance(value, bool) and value is not None:
        text = str(value).strip()
        if text in recipe.sex_values:
            return _Field(recipe.sex_values[text])
        if not isinstance(value, Number) and text.casefold() in SEX_WORDS:
            return _Field(SEX_WORDS[text.casefold()])
    return _Field() if is_missing(value) else _Field(bad=True)


def _canal(value: Scalar, canal: Canal) -> _Field:
    if is_missing(value):
        return _Field()
    match = _WIDTH.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    unit = (match[2] or canal.unit).casefold() if match else ""
    if match is None or unit.endswith("2") != canal.unit.endswith("2"):
        return _Field(bad=True)
    size = float(match[1]) * _UNIT_FACTOR[unit]
    return _Field(size) if math.isfinite(size) and size > 0 else _Field(bad=True)


def _codes(leaf: Leaf, recipe: Label) -> Iterator[str | None]:
    if not leaf.readable:
        raise FileError(Reason.BAD_VALUE, "a disc code is an object")
    tokens = [token for value in leaf.values for token in code_tokens(value)]
    known = {code.casefold(): code for code in recipe.codes} | {code: code for code in recipe.codes}
    codes = {recipe_code(token, known) for token in tokens}
    order = {code: index for index, code in enumerate(recipe.codes)}
    yield from sorted(codes, key=lambda code: order.get(code or "", -1))


def recipe_code(token: str, known: dict[str, str]) -> str | None:
    """Return the recipe's spelling of a code, None when the recipe does not map it."""
    return known.get(token) or known.get(token.casefold())


def code_tokens(value: Scalar) -> list[str]:
    """Return the codes that one value of a disc's cell holds; none when it is marked missing.

    Raises:
        FileError: BAD_VALUE.
    """
    if isinstance(value, bool):
        raise FileError(Reason.BAD_VALUE, "a disc code is true or false")
    if isinstance(value, Number):
        whole = str(value).removesuffix(".0")
        if not _CODE.fullmatch(whole) and not is_missing(value):
            raise FileError(Reason.BAD_VALUE, "a disc code is no whole number")
        return [] if is_missing(value) else [whole]
    parts = [part.strip() for part in (value or "").split(",")]
    return [nfc(part) for part in parts if not is_missing(part)]


def is_missing(value: Scalar) -> bool:
    """Tell whether a value only says that there is none."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in _MISSING)


def _text_or_none(field: _Field) -> str | None:
    return field.value if isinstance(field.value, str) else None


def _number_or_none(field: _Field) -> float | None:
    return field.value if isinstance(field.value, float) else None


def _file_stem(name: str | None) -> str | None:
    if name is None:
        return None
    return re.sub(r"(?i)\.(dcm|dicom|ima)$", "", name.replace("\\", "/").rpartition("/")[2])
