"""The words of pages in the languages that pages are written in: one catalogue a room and language.

A room is a package with a folder ``words`` that holds ``en.toml``, ``ko.toml``: tables of texts.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

LANGUAGES = ("en", "ko")
"""BCP 47 tags; the first is what is written unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Words:
    """All words of a room in one language.

    Attributes:
        language: one of `LANGUAGES`.
        texts: key -> text, which may hold ``{names}`` to fill; keys of tables are joined by dots.
    """

    language: str
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        """Return a text, filled.

        >>> Words("en", {"flow.left": "{count} left"}).say("flow.left", count=3)
        '3 left'
        """
        return self.texts[key].format(**values)


def words_of(room: str, language: str) -> Words:
    """Return the words of a package in a language.

    Args:
        room: name of the package whose folder ``words`` holds the catalogues.
        language: one of `LANGUAGES`.
    """
    catalogue = resources.files(room) / "words" / f"{language}.toml"
    return Words(language, dict(_flat(tomllib.loads(catalogue.read_text("utf-8")))))


def _flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)
