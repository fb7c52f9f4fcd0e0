"""Counts, and what there may be too much of to be told, as people write them. Pure."""

from collections.abc import Sequence

_MOST_NAMES = 8


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with what it counts.

    >>> counted(1, "patient"), counted(0, "patient"), counted(1234, "slice")
    ('1 patient', '0 patients', '1,234 slices')
    >>> counted(2, "class", "classes")
    '2 classes'
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def some(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """Return names by comma; of too many the first ones, and how many there are.

    >>> some(["a", "b"]), some(["a", "b", "c"], most=2)
    ('a, b', 'a, b and so on (3)')
    """
    told = ", ".join(names[:most])
    return told if len(names) <= most else f"{told} and so on ({len(names):,})"


def shorten(text: str, most: int) -> str:
    """Return a text, or its beginning where it has more letters.

    >>> shorten("abc", 3), shorten("abcd", 3)
    ('abc', 'ab…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
