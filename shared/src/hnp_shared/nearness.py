"""Which names somebody may have meant who typed another. Pure."""

import difflib
from collections.abc import Sequence


def near_names(typed: str, names: Sequence[str]) -> list[str]:
    """Return the names that begin so, or have a part that does, then those that are alike.

    >>> names = ["build-manifest", "check", "explain"]
    >>> [near_names(typed, names) for typed in ("build", "manifest", "chek", "zzz")]
    [['build-manifest'], ['build-manifest'], ['check'], []]
    """
    begun = [name for name in names if typed and _begins(typed, name)]
    return list(dict.fromkeys([*begun, *difflib.get_close_matches(typed, names)]))


def _begins(typed: str, name: str) -> bool:
    return any(part.startswith(typed.casefold()) for part in (name, *name.split("-")))
