"""Reads files in a worker: header facts of an image, leaves of a label, or a refusal."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from hnp_etl.errors import FileError
from hnp_etl.header import read_header
from hnp_etl.label_document import encoding_of, leaves_to_json, parse_label
from hnp_etl.label_sources.rows import entries_to_json, rows_of
from hnp_etl.limits import LIMITS, Limits
from hnp_etl.recipe import LabelSource
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
    """What reading a file told.

    Attributes:
        facts: JSON of `HeaderFacts` or of label leaves; None when refused.
        refusal: None when it could be read.
        uid: SOP Instance UID of an image.
        encoding: of the text of a label.
    """

    id: int
    facts: str | None
    refusal: Reason | None
    uid: str | None
    encoding: str | None = None


def read_batch(
    refs: Sequence[Ref], limits: Limits = LIMITS, source: LabelSource = "json"
) -> list[FileFacts]:
    """Read files one after the other; a bad file costs that file only."""
    return [_read(ref, limits, source) for ref in refs]


def read_one_by_one(
    refs: Sequence[Ref], attempt: Callable[[Sequence[Ref]], list[FileFacts] | None]
) -> list[FileFacts]:
    """Read files of which one kills the process that reads it."""
    found: list[FileFacts] = []
    for ref in refs:
        found += attempt([ref]) or [FileFacts(ref.id, None, Reason.CRASHED, None)]
    return found


def _read(ref: Ref, limits: Limits, source: LabelSource) -> FileFacts:
    read = partial(_read_label, source=source) if ref.kind is Kind.LABEL else _read_image
    for _ in range(TRIES):
        try:
            return read(ref, limits)
        except FileError as error:
            return FileFacts(ref.id, None, error.reason, None)
        except OSError:
            continue
    return FileFacts(ref.id, None, Reason.UNREADABLE, None)


def _read_image(ref: Ref, limits: Limits) -> FileFacts:
    with open(ref.raw, "rb", buffering=0) as file:  # noqa: PTH123  # names need not be text
        descriptor = file.fileno()
        size = os.fstat(descriptor).st_size
        facts = read_header(lambda start, count: os.pread(descriptor, count, start), size, limits)
    return FileFacts(ref.id, facts.to_json(), None, facts.sop_uid)


def _read_label(ref: Ref, limits: Limits, source: LabelSource) -> FileFacts:
    with open(ref.raw, "rb") as file:  # noqa: PTH123
        content = file.read(ref.size + 1)
    if source != "json":
        excel = ref.raw.lower().endswith(b".xlsx")
        rows = rows_of(content, source, limits, excel=excel)
        encoding = None if excel else encoding_of(content)
        return FileFacts(ref.id, entries_to_json(rows), None, None, encoding)
    facts = leaves_to_json(parse_label(content, limits.depth))
    return FileFacts(ref.id, facts, None, None, encoding_of(content))
