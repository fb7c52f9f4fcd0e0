"""What a user asks of a page on models, and what was made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asks for.

    Attributes:
        runs: evaluated ones, or evaluations of runs; the first is what others are compared with.
        file: the page.
        part: that the runs were judged on.
        audit: what `hnp-train audit --json` printed.
        explained: folders of `hnp-train explain`.
        crossval: folder of `hnp-train crossval`.
        suspects: list of `hnp-train suspects`.
        language: of the page.
        force: write over a file that exists.
    """

    runs: tuple[Path, ...]
    file: Path
    part: str = "test"
    audit: Path | None = None
    explained: tuple[Path, ...] = ()
    crossval: Path | None = None
    suspects: Path | None = None
    language: Language = "en"
    force: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """What was made.

    Attributes:
        file: where it lies.
        part: what it is about.
        runs: models on it.
        patients: people that they were judged on.
        pictures: slices in the gallery.
        size_bytes: of the page.
    """

    file: str
    part: str
    runs: int
    patients: int
    pictures: int
    size_bytes: int
