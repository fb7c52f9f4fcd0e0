"""Whether a pattern of a recipe ends in bounded time on every name of a folder. Pure.

Python's engine tries again at each repeat, so `(a+)+$` on forty letters takes days. Engines that do
not (RE2) lack the lookbehinds that tell `H01` in `CH01`; so patterns are looked at instead, and
what might take long is refused, some that would not among it: a possessive repeat says the same.

Source: J. Kirrage, A. Rathnayake, H. Thielecke, Static analysis for regular expression
denial-of-service attacks, NSS 2013: exponential time needs a repeat whose body is ambiguous.
"""

import re
from collections.abc import Iterator

# The parser that `re` itself uses; it has had these names since Python 3.11.
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST_LETTERS = 512
"""Letters of a pattern."""

_FEW = 3
"""Times that what is ambiguous may be repeated, and repeats that may be tried against each other:
a segment of a path has 255 bytes at most."""

_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
_ATOMIC = (codes.POSSESSIVE_REPEAT, codes.ATOMIC_GROUP)


def refuse_slow(pattern: str) -> None:
    """Refuse a pattern that may take time without bound.

    Raises:
        ValueError: says why.

    >>> refuse_slow("(?<![A-Za-z0-9])(H0[1-6])(?![0-9])")
    >>> refuse_slow("(a+)+$")
    Traceback (most recent call last):
    ValueError: may take time without bound: a repeat within a repeat; end the inner one in `++`
    """
    if len(pattern) > MOST_LETTERS:
        raise ValueError(f"found a pattern of {len(pattern):,} letters, expected {MOST_LETTERS}")
    parsed = list(parser.parse(pattern))
    if _is_ambiguous_in_repeat(parsed):
        raise ValueError(
            "may take time without bound: a repeat within a repeat; end the inner one in `++`"
        )
    many = _count(parsed)
    if many > _FEW:
        raise ValueError(
            f"may take long: found {many} repeats of any length, expected {_FEW} at most; "
            "end some of them in `++`"
        )


def _is_ambiguous_in_repeat(parsed: list[Any]) -> bool:
    """Tell whether a repeat has a body that fits a text in more than one way."""
    for code, argument in parsed:
        if code in _REPEATS:
            _, most, body = argument
            if most > _FEW and _varies(list(body)):
                return True
        if any(_is_ambiguous_in_repeat(inner) for inner in _inner(code, argument)):
            return True
    return False


def _varies(parsed: list[Any]) -> bool:
    """Tell whether what is parsed may fit texts of several lengths, or in several ways."""
    for code, argument in parsed:
        if code in _ATOMIC:
            continue
        if code in (codes.BRANCH, codes.GROUPREF, codes.GROUPREF_EXISTS):
            return True
        if code in _REPEATS and argument[0] != argument[1]:
            return True
        if any(_varies(inner) for inner in _inner(code, argument)):
            return True
    return False


def _count(parsed: list[Any]) -> int:
    """Return how many repeats of nearly any length there are, in the worst alternative."""
    found = 0
    for code, argument in parsed:
        if code is codes.BRANCH:
            found += max(_count(list(branch)) for branch in argument[1])
            continue
        found += code in _REPEATS and argument[1] - argument[0] > _FEW
        found += code is codes.GROUPREF
        found += sum(map(_count, _inner(code, argument)))
    return found


def _inner(code: Any, argument: Any) -> Iterator[list[Any]]:  # noqa: ANN401  # the parser's
    """Yield what lies within a part of a pattern."""
    if code is codes.BRANCH:
        yield from map(list, argument[1])
    elif code in (*_REPEATS, codes.POSSESSIVE_REPEAT):
        yield list(argument[2])
    elif code is codes.SUBPATTERN:
        yield list(argument[3])
    elif code is codes.ATOMIC_GROUP:
        yield list(argument)
    elif code in (codes.ASSERT, codes.ASSERT_NOT):
        yield list(argument[1])
    elif code is codes.GROUPREF_EXISTS:
        yield from (list(each) for each in argument[1:] if each)


def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern of a recipe, compiled.

    Raises:
        ValueError: it is none, or may take time without bound.
    """
    try:
        found = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:  # `a{99999999999}`, `((((`
        raise ValueError(f"no regular expression: {error}") from error
    refuse_slow(pattern)
    return found
