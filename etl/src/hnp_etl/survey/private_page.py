"""What a survey names by its path, for the private folder alone. Pure."""

import glob
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hnp_etl.survey.copies import CopiedFolder

PRIVATE_PAGE = "survey-folders.txt"
"""In the private folder: folders by name, and texts and keys in full."""

MOST_NAMED = 1000
"""Paths of one kind that are named."""


@dataclass(frozen=True, slots=True)
class NamedFolders:
    """Paths that are worth a look.

    Attributes:
        homeless: folders of images and labels that tell no hospital.
        closed: folders and files that could not be read.
        copies: folders that hold what another holds.
        texts: Series Descriptions as they are, and how many images have each.
        keys: label keys as they are, and how many labels have each.
        columns: names of columns of tables as they are.
    """

    homeless: Sequence[str]
    closed: Sequence[str]
    copies: Sequence[CopiedFolder]
    texts: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    columns: Sequence[str] = ()


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
        ("SERIES DESCRIPTIONS IN FULL, BY IMAGES", _by_number(named.texts)),
        ("LABEL KEYS IN FULL, BY LABELS", _by_number(named.keys)),
        ("COLUMNS OF TABLES IN FULL", tuple(map(_one_line, named.columns))),
    )
    return "\n".join(line for title, lines in sections for line in _section(title, lines))


def _by_number(counts: Mapping[str, int]) -> list[str]:
    often = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [f"{count:,}  {_one_line(text) or '(empty)'}" for text, count in often]


def _one_line(text: str) -> str:
    """Return a text in which nothing forges a line or moves a terminal's cursor."""
    return "".join("?" if unicodedata.category(each)[0] == "C" else each for each in text)


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
