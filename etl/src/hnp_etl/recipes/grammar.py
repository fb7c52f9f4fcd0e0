"""How values are written, one grammar for every source: label, table, recipe, path. Pure."""

import math
import re
import unicodedata
from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from hnp_shared.spelling import bare_text

NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A number as JSON, `repr(float)` and people write it: `63.4`, `1.25e1`, `12.`, `.9`."""

_LONGEST = 400
"""Characters of a number that is read; the largest float has 309 digits before its point."""

_REMEMBERED = 64
"""Characters of a value that is worth remembering; hostile ones are megabytes long."""

_NUMBER = re.compile(NUMBER)
# sign, digits, digits behind the point, exponent
_PARTS = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")
# "12E5" names a person or a study; a program writes such a number "1.2e+06".
_NAME_LIKE = re.compile(r"[0-9]+[eE][0-9]+")

V = TypeVar("V", bound=Hashable)
R = TypeVar("R")


def remembered(read: Callable[[V], R]) -> Callable[[V], R]:
    """Return a reader of values that remembers what short ones mean: few fill most labels."""
    known = lru_cache(maxsize=4096, typed=True)(read)

    @wraps(read)
    def meaning(value: V) -> R:
        is_long = isinstance(value, str) and len(value) > _REMEMBERED
        return read(value) if is_long else known(value)

    return meaning


def plain(text: str) -> str:
    """Return a text trimmed and without full-width and other compatibility forms (NFKC)."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def is_number(text: str) -> bool:
    """Tell whether a text is written as a number, however long or large."""
    return _NUMBER.fullmatch(text) is not None


def number(text: str) -> float | None:
    """Return the number that a text writes; None when it writes none, or an absurd one.

    >>> number("1.25e1"), number("１２."), number(".9"), number("12,5"), number("1e999")
    (12.5, 12.0, 0.9, None, None)
    """
    written = plain(text)
    if len(written) > _LONGEST or not is_number(written):
        return None
    value = float(written)
    return value if math.isfinite(value) else None


def whole(text: str) -> str:
    """Return a whole number without what a float adds to it; any other text as it is.

    >>> whole("3.0"), whole("1001.00"), whole("3e0"), whole("1e+16"), whole("-1.0")
    ('3', '1001', '3', '10000000000000000', '-1')
    >>> whole("007"), whole("007.0"), whole("3.5"), whole("P3.0")
    ('007', '007.0', '3.5', 'P3.0')
    """
    match = _PARTS.fullmatch(text) if len(text) <= _LONGEST and is_number(text) else None
    if match is None or (len(match[2]) > 1 and match[2][0] == "0"):
        return text
    point = len(match[2]) + int(match[4] or 0)
    digits = match[2] + (match[3] or "")
    if not 0 <= point <= _LONGEST or digits[point:].strip("0"):
        return text
    found = digits[:point].ljust(point, "0").lstrip("0") or "0"
    return f"-{found}" if match[1] == "-" and found != "0" else found


def number_as_code(text: str) -> str:
    """Return a code that is a number as its digits; any other code as it is.

    >>> number_as_code("1.0"), number_as_code("３"), number_as_code("Ⅲ"), number_as_code("Severe")
    ('1', '3', 'Ⅲ', 'Severe')
    """
    written = plain(text)
    return whole(written) if is_number(written) else text


def identifier(text: str) -> str:
    """Return a name or number of a person, study, file or instance as such are compared.

    A whole number loses what a float added to it; leading zeros and other texts stay (NFC).

    >>> identifier("1001.0"), identifier("１００１"), identifier("007"), identifier(" P 1 ")
    ('1001', '1001', '007', 'P 1')
    >>> identifier("1e+16"), identifier("12E5")
    ('10000000000000000', '12E5')
    """
    written = plain(text)
    if is_number(written) and not _NAME_LIKE.fullmatch(written):
        return whole(written)
    return unicodedata.normalize("NFC", text).strip()


@remembered
def word(text: str) -> str:
    """Return a value as words and codes are compared: plain, without case, a whole number bare.

    >>> word(" Severe "), word("３"), word("3.00"), word("03")
    ('severe', '3', '3', '03')
    """
    return whole(plain(text)).casefold()


@remembered
def bare(key: str) -> str:
    """Return a key as keys are compared: plain, without case, blanks, `_`, `/`, `~` and dashes.

    >>> bare("Patient_ID"), bare("L4–5"), bare("Ｌ４～５"), bare("L5 / S1")
    ('patientid', 'l45', 'l45', 'l5s1')
    """
    return bare_text(key)


@remembered
def bare_path(alias: str) -> tuple[str, ...]:
    """Return an alias as a path of bare keys; one without dots is a single key."""
    return tuple(map(bare, alias.split(".")))
