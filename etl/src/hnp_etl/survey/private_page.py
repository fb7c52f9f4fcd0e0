"""What a survey names by its path, for the private folder alone. Pure."""

import glob
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hnp_etl.survey.copies import CopiedFolder

PRIVATE_PAGE = "survey-folders.txt"
"""In the private folder: folders by name."""

MOST_NAMED = 1000
"""Paths of one kind that are named."""


@dataclass(frozen=True, slots=True)
class NamedFolders:
    """Paths that are worth a look.

    Attributes:
        homeless: folders of images and labels that tell no hospital.
        closed: folders and files that could not be read.
        copies: folders that hold what another holds.
    """

    homeless: Sequence[str]
    closed: Sequence[str]
    copies: Sequence[CopiedFolder]


def private_page(named: NamedFolders) -> str:
    """Return the page; it names folders, and so perhaps people."""
    copies = (
        f"{each.folder}\n  holds {each.images:,} images of {each.original or 'SRC'}; leave it out: "
        f"--exclude {_quoted(glob.escape(each.folder))}"
        for each in named.copies
    )
    sections = (
        ("FOLDERS THAT TELL NO HOSPITAL ([layout] hospital in the recipe)", named.homeless),
        ("FOLDERS AND FILES THAT COULD NOT BE READ", named.closed),
        ("COPIES OF OTHER FOLDERS", tuple(copies)),
    )
    return "\n".join(line for title, lines in sections for line in _section(title, lines))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield title
    yield from every[:MOST_NAMED] or ("none",)
    if len(every) > MOST_NAMED:
        yield f"and {len(every) - MOST_NAMED:,} more"
    yield ""


def _quoted(text: str) -> str:
    """Return a text for a POSIX shell."""
    return "'{}'".format(text.replace("'", "'\"'\"'"))
