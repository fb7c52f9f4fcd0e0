"""Reads files in a worker: header facts of an image, leaves of a label, or a refusal.

What a recipe makes of them is found on the way, while they are at hand.
"""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hnp_etl.dicom.header import read_header
from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.labels.document import encoding_of, parse_label
from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources.rows import ZIP, reader_of
from hnp_etl.reading.meaning import ImageMeaning, LabelMeaning, meaning_of_label, meanings_of_image
from hnp_etl.reading.sealed import pack_header, pack_leaves, seal
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.errors import StorageError
from hnp_shared.vocabulary import Kind, Reason

TRIES = 2
"""A network share that fails once may answer again."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A file to read.

    Attributes:
        id: row in the state.
    """

    id: int
    kind: Kind
    file: SourceFile


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What reading a file told, and what a recipe makes of it.

    Attributes:
        facts: sealed `HeaderFacts` or label leaves, free of any recipe; None when refused.
        refusal: None when it could be read.
        detail: what was found where it was refused, in words; never a value.
        uid: SOP Instance UID of an image.
        encoding: of the text of a label.
        frames: of an image, as its header says.
        meaning: None when refused, and for a file of many labels; of an image, one a slice.
    """

    id: int
    facts: str | None
    refusal: Reason | None
    uid: str | None = None
    encoding: str | None = None
    meaning: tuple[ImageMeaning, ...] | LabelMeaning | None = None
    detail: str | None = None
    frames: int = 1


def read_batch(refs: Sequence[Ref], recipe: Recipe) -> list[FileFacts]:
    """Read files one after the other; a bad file costs that file only."""
    reader = None if recipe.label.origin.module else LabelReader(recipe.label)
    return [_read(ref, recipe, reader) for ref in refs]


def read_one_by_one(
    refs: Sequence[Ref], attempt: Callable[[Sequence[Ref]], list[FileFacts] | None]
) -> list[FileFacts]:
    """Read files of which one kills the process that reads it."""
    found: list[FileFacts] = []
    for ref in refs:
        found += attempt([ref]) or [FileFacts(ref.id, None, Reason.CRASHED)]
    return found


def reason_of_kind(kind: Kind, reason: Reason) -> Reason:
    """Return a reason as files of a kind have it.

    A label that was cut in an archive, or packed as nobody reads, has bytes that are no text.
    """
    cut = reason in (Reason.TRUNCATED, Reason.UNSUPPORTED_SYNTAX)
    return Reason.BAD_ENCODING if cut and kind is Kind.LABEL else reason


def _read(ref: Ref, recipe: Recipe, reader: LabelReader | None) -> FileFacts:
    detail = ""
    for _ in range(TRIES):
        try:
            if ref.kind is Kind.IMAGE:
                return _read_image(ref, recipe)
            return _read_rows(ref, recipe) if reader is None else _read_label(ref, recipe, reader)
        except FileError as error:
            reason = reason_of_kind(ref.kind, error.reason)
            return FileFacts(ref.id, None, reason, detail=error.what)
        except OSError as error:
            detail = StorageError.of("the file", error).reason
    return FileFacts(ref.id, None, Reason.UNREADABLE, detail=detail)


def _read_image(ref: Ref, recipe: Recipe) -> FileFacts:
    with ref.file.opened() as file:
        facts = read_header(file.read_at, file.size, recipe.limits)
    meaning = meanings_of_image(facts, file.size, recipe)
    return FileFacts(
        ref.id, pack_header(facts), None, facts.sop_uid, meaning=meaning, frames=facts.frames
    )


def _read_label(ref: Ref, recipe: Recipe, reader: LabelReader) -> FileFacts:
    content = _content(ref)
    leaves = parse_label(content, recipe.limits.depth)
    return FileFacts(
        ref.id,
        pack_leaves(leaves),
        None,
        encoding=encoding_of(content),
        meaning=meaning_of_label(leaves, reader),
    )


def _read_rows(ref: Ref, recipe: Recipe) -> FileFacts:
    """Read a file of many labels, which are told apart once all such files are known."""
    content = _content(ref)
    rows = reader_of(recipe.label).read(content, recipe.limits)
    encoding = None
    if not content.startswith(ZIP):
        with contextlib.suppress(FileError):  # kept by the reader as what it found
            encoding = encoding_of(content)
    return FileFacts(ref.id, seal(rows), None, encoding=encoding)


def _content(ref: Ref) -> bytes:
    with ref.file.opened() as file:
        return file.read_from(0)
