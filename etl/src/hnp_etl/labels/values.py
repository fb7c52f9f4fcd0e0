"""Single values of a label: text, age, sex, canal width, disc codes. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Number, Scalar
from hnp_etl.recipes.recipe import Canal
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import MAX_AGE_YEARS, Reason

_MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "-", "-1", "-1.0"})
SEX_WORDS = {
    **dict.fromkeys(["f", "female", "woman", "여", "여성", "여자"], "F"),
    **dict.fromkeys(["m", "male", "man", "남", "남성", "남자"], "M"),
}
"""What is read as a sex without a map, in lower case."""
# "63", "63.5", "63 yrs", "63세", "60대" (a decade); DICOM's "063Y", "018M", "006W", "010D".
_AGE = re.compile(
    r"(\d{1,3}(?:\.\d{1,6})?)\s*(y|yr|yrs|years?|세|살|대)?|(\d{3})([mwd])", re.IGNORECASE
)
_AGE_UNITS_YEARS = {"m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}  # PS3.5 6.2, VR AS
# "12.5", "12.5 mm", "1.25cm", "130 mm2".
_WIDTH = re.compile(r"(\d{1,6}(?:\.\d{1,12})?)\s*(mm2|cm2|mm|cm)?", re.IGNORECASE)
_UNIT_FACTOR = {"mm": 1.0, "cm": 10.0, "mm2": 1.0, "cm2": 100.0}
_OLDEST_YEARS = 120
# "3"; "3.0" has lost its point before.
_CODE = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Field:
    """A tabular value; `bad` when it was there but could not be read."""

    value: object = None
    bad: bool = False
    decade: bool = False


def text_of(value: Scalar) -> Field:
    """Return a text; one with a NUL inside is bad."""
    if isinstance(value, bool) or (isinstance(value, str) and "\0" in value):
        return Field(bad=True)
    return Field() if is_missing(value) else Field(nfc(str(value)).strip())


def age_of(value: Scalar) -> Field:
    """Return an age in years; words for units and DICOM age strings are understood.

    >>> age_of("63세").value, age_of("063Y").value, age_of("018M").value
    (63.0, 63.0, 1.5)
    >>> age_of("60대")
    Field(value=65.0, bad=False, decade=True)
    >>> age_of("old").bad, age_of("N/A").value
    (True, None)
    """
    if is_missing(value):
        return Field()
    match = _AGE.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    if match is None:
        return Field(bad=True)
    years = float(match[1] or match[3]) * _AGE_UNITS_YEARS.get((match[4] or "").casefold(), 1.0)
    decade = match[2] == "대"
    if decade and years % 10:
        return Field(bad=True)
    years += 5 if decade else 0
    if years > _OLDEST_YEARS:
        return Field(bad=True)
    return Field(float(MAX_AGE_YEARS) if years > MAX_AGE_YEARS - 1 else years, decade=decade)


def sex_of(value: Scalar, sex_values: Mapping[str, str]) -> Field:
    """Return a sex, `F` or `M`, by the recipe's words or else the usual ones.

    >>> sex_of("여성", {}).value, sex_of("2", {"1": "M", "2": "F"}).value, sex_of("2", {}).bad
    ('F', 'F', True)
    """
    if not isinstance(value, bool) and value is not None:
        text = str(value).strip()
        if text in sex_values:
            return Field(sex_values[text])
        if not isinstance(value, Number) and text.casefold() in SEX_WORDS:
            return Field(SEX_WORDS[text.casefold()])
    return Field() if is_missing(value) else Field(bad=True)


def canal_of(value: Scalar, canal: Canal) -> Field:
    """Return a canal size in mm, or mm2 where the recipe says that areas are given.

    >>> canal_of("1.25 cm", Canal()).value, canal_of("12.5", Canal()).value
    (12.5, 12.5)
    >>> canal_of("130 mm2", Canal()).bad
    True
    """
    if is_missing(value):
        return Field()
    match = _WIDTH.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    unit = (match[2] or canal.unit).casefold() if match else ""
    if match is None or unit.endswith("2") != canal.unit.endswith("2"):
        return Field(bad=True)
    size = float(match[1]) * _UNIT_FACTOR[unit]
    return Field(size) if math.isfinite(size) and size > 0 else Field(bad=True)


def recipe_code(token: str, known: dict[str, str]) -> str | None:
    """Return the recipe's spelling of a code, None when the recipe does not map it."""
    return known.get(token) or known.get(token.casefold())


def code_tokens(value: Scalar) -> list[str]:
    """Return the codes that one value of a disc's cell holds; none when it is marked missing.

    >>> code_tokens("3, 5"), code_tokens(Number("3.0")), code_tokens("n/a")
    (['3', '5'], ['3'], [])

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
