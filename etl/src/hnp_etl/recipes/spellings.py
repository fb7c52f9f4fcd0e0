"""Spellings in a recipe that could never match, or match two things. Pure."""

from collections.abc import Iterable, Mapping
from typing import Annotated, TypeVar

from pydantic import AfterValidator

from hnp_etl.recipes.grammar import bare_path, plain, word


def _matches_a_value(spelling: str) -> str:
    if not spelling.strip() or spelling != spelling.strip():
        raise ValueError("can never match: values are compared without blanks around them")
    return spelling


def _matches_one_code(code: str) -> str:
    if "," in plain(code):
        raise ValueError("can never match: a comma parts two codes")
    return code


def _matches_a_key(alias: str) -> str:
    if not all(bare_path(alias)):
        raise ValueError("can never match: expected a letter or digit, on both sides of a dot too")
    return alias


Spelling = Annotated[str, AfterValidator(_matches_a_value)]
"""A value as labels write it."""

Code = Annotated[Spelling, AfterValidator(_matches_one_code)]
"""A code of a disc as labels write it."""

Name = TypeVar("Name", bound=str)

_OF_THE_IMAGE = frozenset({"file", "sop_instance_uid"})

Alias = Annotated[str, AfterValidator(_matches_a_key)]
"""A key or column as labels name it; `a.b` is a path."""


def refuse_unmatched(spellings: Iterable[str]) -> None:
    """Refuse two spellings that are read as one.

    Raises:
        ValueError: names both.
    """
    met: dict[str, str] = {}
    for spelling in spellings:
        other = met.setdefault(word(spelling), spelling)
        if other != spelling:
            raise ValueError(f"found {other!r} and {spelling!r}, which are read as one value")


def refuse_shared(aliases: Mapping[Name, Iterable[str]]) -> None:
    """Refuse an alias of two discs, of two fields, or of one of each.

    What names an image, its file say, may tell the patient too.

    Raises:
        ValueError: names it and both.
    """
    met: dict[tuple[str, ...], Name] = {}
    for name, spellings in aliases.items():
        for alias in spellings if name not in _OF_THE_IMAGE else ():
            other = met.setdefault(bare_path(alias), name)
            if other != name:
                raise ValueError(f"found {alias!r} for {other} and for {name}, expected it once")
