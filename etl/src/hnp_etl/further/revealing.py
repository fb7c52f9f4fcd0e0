"""What in a column could tell who somebody is; such a column is refused. Pure.

A column leaves the hospital with the data set, where its values stand beside a picture. Whoever has
the table again could find the patient by a value that few have: so numbers are short, words few and
shared by several patients, and no date passes.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

MOST_DIGITS = 4
"""Significant digits of a number; an exact measurement is as good as a name."""

MOST_WORDS = 8
"""Different words of a category; more are free text."""

FEWEST_SHARED = 5
"""Patients that have a word of a category; `check` warns of smaller groups of like people too."""

_LONGEST_WORD = 24
_FEWEST_TO_JUDGE = 3
_DIFFERING_SHARE = 0.9
_FEWEST_RUNNING = 10
_YEARS = (1900, 2100)
# "2024-04-05", "1987/6", "87년 6월"; "5/4/1961"; "05-APR-61"; "12:30": days and times as people
# and spreadsheets write them.
_DATE = re.compile(
    r"(?<!\d)(?:(?:\d{4}|\d{2}(?=년))\s*[-./년]\s*\d{1,2}(?!\d)"
    r"|\d{1,2}\s*[-./]\s*\d{1,2}\s*[-./]\s*\d{2,4}"
    r"|\d{1,2}[- ]?[A-Za-z]{3}[- ]?\d{2,4}(?!\d)"
    r"|\d{1,2}:\d{2})"
)
_LONG_NUMBER = re.compile(r"\d{5}")


def significant_digits(value: float) -> int:
    """Return how many digits a number has that are no zeros at its end or beginning.

    >>> [significant_digits(value) for value in (63.45, 250000.0, 0.0012, 19870605.0, 0.0)]
    [4, 2, 2, 8, 0]
    """
    digits = f"{value:.15g}"  # as spreadsheets show it: 0.1 + 0.2 is 0.3
    return len(digits.lower().partition("e")[0].strip("-").replace(".", "").strip("0"))


def rounded(value: float, digits: int) -> float:
    """Return a number with so many significant digits; a whole one stays as it is.

    >>> rounded(24.2213, 3), rounded(19870605.0, 3)
    (24.2, 19870605.0)
    """
    return value if value % 1 == 0 else float(f"{value:.{digits}g}")


def number_fault(values: Sequence[float], keys: Sequence[str]) -> str | None:
    """Return why numbers may not pass, with what to do; None when they may.

    Args:
        values: one a patient.
        keys: their keys in the table, in the same order.
    """
    whole = [value for value in values if value % 1 == 0]
    all_whole = len(whole) == len(values)
    if any(_is_day(value) for value in whole):
        return "dates; a number of days or years since another date may pass"
    if all_whole and all(_YEARS[0] <= value <= _YEARS[1] for value in values):
        return "years, as of birth; an age or a number of years may pass"
    if any(significant_digits(value) > MOST_DIGITS for value in whole):
        return (
            f"whole numbers of more than {MOST_DIGITS} digits, as ids and dates are; give sizes "
            "in a larger unit, such as thousands"
        )
    if any(significant_digits(value) > MOST_DIGITS for value in values):
        return (
            f"numbers of more than {MOST_DIGITS} digits, which single patients out; "
            f"--digits {MOST_DIGITS} rounds them"
        )
    if all_whole and _is_numbering(values, keys):
        return "a number of its own for nearly every patient, as ids are; round sizes"
    return None


def words_fault(words: Mapping[str, str]) -> str | None:
    """Return why words may not pass, with what to do; None when they may.

    Args:
        words: patient -> word.
    """
    counts = Counter(words.values())
    if any(_DATE.search(word) for word in counts):
        return "dates; a number of days or years since another date may pass"
    if any(map(_is_no_category, counts)):
        return "long words or numbers, as names, ids and free text are"
    if len(counts) > MOST_WORDS:
        return (
            f"{len(counts)} different words, as names and free text are, expected {MOST_WORDS} or "
            "fewer; join those that belong together"
        )
    rare = sum(count < FEWEST_SHARED for count in counts.values())
    if rare:
        return (
            f"{rare} of {len(counts)} words that fewer than {FEWEST_SHARED} patients have; "
            "join rare words"
        )
    return None


def _is_no_category(word: str) -> bool:
    return len(word) > _LONGEST_WORD or _LONG_NUMBER.search(word) is not None or "@" in word


def _is_day(value: float) -> bool:
    """Tell whether a whole number reads as year, month and day: 19870605."""
    year, month, day = int(value) // 10000, int(value) // 100 % 100, int(value) % 100
    is_year = _YEARS[0] <= year <= _YEARS[1]
    return is_year and 1 <= month <= 12 and 1 <= day <= 31


def _is_numbering(values: Sequence[float], keys: Sequence[str]) -> bool:
    """Tell whether whole numbers count patients, or are ids, the key itself among them."""
    count, different = len(values), len(set(values))
    if count < _FEWEST_TO_JUDGE or different < _DIFFERING_SHARE * count:
        return False
    running = different == count and max(values) - min(values) == count - 1
    as_key = all(f"{value:.0f}" == key.lstrip("0") for value, key in zip(values, keys, strict=True))
    as_long = max(map(significant_digits, values)) == MOST_DIGITS
    return as_long or as_key or (running and count >= _FEWEST_RUNNING)
