"""Single values of a label: text, age, sex, canal width, disc codes. Pure."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Number, Scalar
from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.grammar import NUMBER, identifier, is_number, number, plain, whole, word
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import MAX_AGE_YEARS, Reason

_MISSING = frozenset({"", "na", "n/a", "nan", "none", "null", "-", "\u2013", "\u2014", "-1"})
_BOOLEANS = frozenset({"true", "false"})
SEX_WORDS = {
    **dict.fromkeys(["f", "female", "woman", "여", "여성", "여자", "女", "女性"], "F"),
    **dict.fromkeys(["m", "male", "man", "남", "남성", "남자", "男", "男性"], "M"),
}
"""What is read as a sex without a map, in lower case."""
# "F(여)", "M / 남": between words that must say the same.
_BETWEEN_WORDS = re.compile(r"[\s()\[\]/|,;:.]+")
_YEARS = r"y(?:(?:r|ear)s?)?(?: ?old)?|y[./]?o\.?|세|살"
# "63", "63.5 yrs", "63-year-old", "63 y/o", "만 63세", DICOM's "063Y"; "18 months", "18개월".
_AGE = re.compile(
    rf"(?:만 ?)?({NUMBER})(?:-years?-old| ?(?:(months?|개월)|{_YEARS})?)", re.IGNORECASE
)
# Letters that alone are DICOM's (PS3.5 6.2, VR AS), with three digits: "018M"; "63M" is a man.
_DICOM_AGE = re.compile(r"([0-9]{3})([mwd])", re.IGNORECASE)
_AGE_UNITS_YEARS = {"m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}
# "60대", "60s", "60's"; "60-69", "60~69세".
_DECADE = re.compile(
    r"(?:만 ?)?([0-9]{0,2}0) ?(?:대|['\u2019]?s|[-\u2013~] ?([0-9]{0,2}9) ?세?)", re.IGNORECASE
)
# "90+", ">=90", ">89": all that a data set keeps of such ages is 90.
_OLD = re.compile(r"(?:90 ?세? ?(?:\+|이상)|(?:>=|\u2265) ?90|> ?89)")
# "12.5", "12.5 mm", "1.25cm", "130 mm2".
_WIDTH = re.compile(rf"({NUMBER}) ?(mm2|cm2|mm|cm)?", re.IGNORECASE)
_UNIT_FACTOR = {"mm": 1.0, "cm": 10.0, "mm2": 1.0, "cm2": 100.0}
_OLDEST_YEARS = 120
_CODE = re.compile(r"[0-9]{1,9}")
NO_CODES: Mapping[str, str] = {}

Words = Container[str]
"""As `grammar.word` gives them."""


@dataclass(frozen=True, slots=True)
class Field:
    """A tabular value; `bad` when it was there but could not be read."""

    value: object = None
    bad: bool = False
    decade: bool = False


_BAD = Field(bad=True)


def text_of(value: Scalar, missing: Words = ()) -> Field:
    """Return a text as it is written, a whole number without `.0`; one with a NUL inside is bad."""
    return _stated(value, missing, nfc(str(value)).strip())


def patient_of(value: Scalar, missing: Words = ()) -> Field:
    """Return a patient value; whole numbers are alike as text, number or float.

    >>> patient_of("1001.0").value, patient_of(Number("1001")).value, patient_of("007").value
    ('1001', '1001', '007')
    """
    return _BAD if is_boolean(value) else _stated(value, missing, identifier(str(value)))


def _stated(value: Scalar, missing: Words, text: str) -> Field:
    if is_missing(value, missing):
        return Field()
    if isinstance(value, bool) or "\0" in text:
        return _BAD
    return Field(whole(text) if isinstance(value, Number) else text)


def age_of(value: Scalar, missing: Words = ()) -> Field:
    """Return an age in years; words for units and DICOM age strings are understood.

    >>> age_of("만 63세").value, age_of("063Y").value, age_of("018M").value
    (63.0, 63.0, 1.5)
    >>> age_of("60대")
    Field(value=65.0, bad=False, decade=True)
    >>> age_of("old").bad, age_of("N/A").value
    (True, None)
    """
    if is_missing(value, missing):
        return Field()
    years, is_decade = written_age(str(value))
    if years is None or not 0 <= years <= _OLDEST_YEARS:
        return _BAD
    shown = float(MAX_AGE_YEARS) if years > MAX_AGE_YEARS - 1 else years + 0.0  # no -0.0
    return Field(shown, decade=is_decade)


def written_age(text: str) -> tuple[float | None, bool]:
    """Return the years that a text writes, however many, and whether it writes a decade."""
    written = " ".join(plain(text).split())
    if match := _DECADE.fullmatch(written):
        first, last = int(match[1]), int(match[2]) if match[2] else None
        return (first + 5.0 if last in (None, first + 9) else None), True
    if _OLD.fullmatch(written):
        return float(MAX_AGE_YEARS), False
    if match := _DICOM_AGE.fullmatch(written):
        return float(match[1]) * _AGE_UNITS_YEARS[match[2].casefold()], False
    if (match := _AGE.fullmatch(written)) is None:
        return None, False
    stated = number(match[1])
    return (stated / 12 if stated and match[2] else stated), False


def sex_of(value: Scalar, sex_values: Mapping[str, str], missing: Words = ()) -> Field:
    """Return a sex, `F` or `M`, by the recipe's words or else the usual ones.

    >>> sex_of("여성", {}).value, sex_of("2", {"1": "M", "2": "F"}).value, sex_of("2", {}).bad
    ('F', 'F', True)
    >>> sex_of("F(여)", {}).value, sex_of("F/M", {}).bad
    ('F', True)

    Args:
        value: as the label has it.
        sex_values: `F` or `M` by the recipe's keys, as `grammar.word` gives them.
        missing: the recipe's words for a missing value.
    """
    if value is None:
        return Field()
    text = word(str(value))
    if text in sex_values:
        return Field(sex_values[text])
    if is_missing(value, missing):
        return Field()
    said = {SEX_WORDS.get(part) for part in _BETWEEN_WORDS.split(text) if part}
    sex = said.pop() if len(said) == 1 else None
    return Field(sex) if sex else _BAD


def canal_of(value: Scalar, canal: Canal, missing: Words = ()) -> Field:
    """Return a canal size in mm, or mm2 where the recipe says that areas are given.

    >>> canal_of("1.25 cm", Canal()).value, canal_of("12.5", Canal()).value
    (12.5, 12.5)
    >>> canal_of("130 mm2", Canal()).bad, canal_of("9999", Canal()).bad
    (True, True)
    """
    if is_missing(value, missing):
        return Field()
    stated, written_unit = written_size(str(value))
    unit = written_unit or canal.unit
    if stated is None or unit.endswith("2") != canal.unit.endswith("2"):
        return _BAD
    size, (least, most) = stated * _UNIT_FACTOR[unit], canal.range
    return Field(size) if size > 0 and least <= size <= most else _BAD


def written_size(text: str) -> tuple[float | None, str]:
    """Return the size that a text writes and its unit in lower case, empty when there is none."""
    match = _WIDTH.fullmatch(plain(text))
    return (number(match[1]), (match[2] or "").casefold()) if match else (None, "")


def known_codes(codes: Iterable[str]) -> dict[str, str]:
    """Return the recipe's spelling of each code by how codes are compared."""
    return {word(code): code for code in codes}


def recipe_code(token: str, known: Mapping[str, str]) -> str | None:
    """Return the recipe's spelling of a code, None when the recipe does not map it."""
    return known.get(word(token))


def code_tokens(
    value: Scalar, known: Mapping[str, str] = NO_CODES, missing: Words = ()
) -> list[str]:
    """Return the codes that one value of a disc's cell holds; none when it is marked missing.

    What the recipe maps is a code, whatever it looks like; only then it may be missing.

    >>> code_tokens("3, 5"), code_tokens(Number("3.0")), code_tokens("n/a")
    (['3', '5'], ['3'], [])
    >>> code_tokens("None", {"none": "None"}), code_tokens(True, {"true": "true"})
    (['None'], ['true'])

    Args:
        value: as the label has it.
        known: as `known_codes` gives it.
        missing: the recipe's words for a missing value.

    Raises:
        FileError: BAD_VALUE.
    """
    parts = [str(value)] if isinstance(value, Number) else plain(str(value)).split(",")
    tokens = [plain(part) for part in parts] if value is not None else []
    return [
        recipe_code(token, known) or _unmapped(token)
        for token in tokens
        if word(token) in known or not is_missing(token, missing)
    ]


def _unmapped(token: str) -> str:
    """Return a code that the recipe does not map, if it is one at all."""
    if is_boolean(token):
        raise FileError(Reason.BAD_VALUE, "a disc code is true or false")
    if is_number(token) and not _CODE.fullmatch(whole(token)):
        raise FileError(Reason.BAD_VALUE, "a disc code is no whole number")
    return whole(token)


def is_boolean(value: Scalar) -> bool:
    """Tell whether a value is true or false: JSON and Excel have a type for it, CSV a word."""
    return isinstance(value, bool) or (value is not None and word(value) in _BOOLEANS)


def is_missing(value: Scalar, missing: Words = ()) -> bool:
    """Tell whether a value only says that there is none.

    Args:
        value: as the label has it.
        missing: the recipe's words for it, beside the usual ones.
    """
    if value is None:
        return True
    said = word(str(value))
    return said in _MISSING or said in missing
