"""Reads files in a worker: header facts of an image, leaves of a label, or a refusal.

What a recipe makes of them is found on the way, while they are at hand.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from hnp_etl.errors import FileError
from hnp_etl.header import read_header
from hnp_etl.label import LabelReader
from hnp_etl.label_document import encoding_of, parse_label
from hnp_etl.label_sources.rows import entries_to_json, rows_of
from hnp_etl.meaning import ImageMeaning, LabelMeaning, meaning_of_image, meaning_of_label
from hnp_etl.recipe import Recipe
from hnp_etl.sealed import pack_header, pack_leaves, seal
from hnp_shared.vocabulary import Kind, Reason

TRIES = 2
"""A network share that fails once may answer again."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A file to read.

    Attributes:
        id: row in the state.
        raw: bytes of the path on the disk.
        size: bytes, as met.
    """

    id: int
    raw: bytes
    kind: Kind
    size: int


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What reading a file told, and what a recipe makes of it.

    Attributes:
        facts: sealed `HeaderFacts` or label leaves, free of any recipe; None when refused.
        refusal: None when it could be read.
        uid: SOP Instance UID of an image.
        encoding: of the text of a label.
        meaning: None when refused, and for a file of many labels.
    """

    id: int
    facts: str | None
    refusal: Reason | None
    uid: str | None = None
    encoding: str | None = None
    meaning: ImageMeaning | LabelMeaning | None = None


def read_batch(refs: Sequence[Ref], recipe: Recipe) -> list[FileFacts]:
    """Read files one after the other; a bad file costs that file only."""
    reader = LabelReader(recipe.label) if recipe.label.source == "json" else None
    return [_read(ref, recipe, reader) for ref in refs]


def read_one_by_one(
    refs: Sequence[Ref], attempt: Callable[[Sequence[Ref]], list[FileFacts] | None]
) -> list[FileFacts]:
    """Read files of which one kills the process that reads it."""
    found: list[FileFacts] = []
    for ref in refs:
        found += attempt([ref]) or [FileFacts(ref.id, None, Reason.CRASHED)]
    return found


def _read(ref: Ref, recipe: Recipe, reader: LabelReader | None) -> FileFacts:
    for _ in range(TRIES):
        try:
            if ref.kind is Kind.IMAGE:
                return _read_image(ref, recipe)
            return _read_rows(ref, recipe) if reader is None else _read_label(ref, recipe, reader)
        except FileError as error:
            return FileFacts(ref.id, None, error.reason)
        except OSError:
            continue
    return FileFacts(ref.id, None, Reason.UNREADABLE)


def _read_image(ref: Ref, recipe: Recipe) -> FileFacts:
    descriptor = os.open(ref.raw, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        facts = read_header(partial(_read_at, descriptor), size, recipe.limits)
    finally:
        os.close(descriptor)
    meaning = meaning_of_image(facts, ref.size, recipe)
    return FileFacts(ref.id, pack_header(facts), None, facts.sop_uid, meaning=meaning)


def _read_at(descriptor: int, start: int, count: int) -> bytes:
    return os.pread(descriptor, count, start)


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
    content, excel = _content(ref), ref.raw.lower().endswith(b".xlsx")
    rows = rows_of(content, recipe.label.source, recipe.limits, excel=excel)
    encoding = None if excel else encoding_of(content)
    return FileFacts(ref.id, seal(entries_to_json(rows)), None, encoding=encoding)


def _content(ref: Ref) -> bytes:
    with open(ref.raw, "rb", buffering=0) as file:  # noqa: PTH123  # names need not be text
        return file.read(ref.size + 1) or b""
