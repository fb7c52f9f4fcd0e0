"""Tables in a tree, whatever the recipe makes of them, opened and read as a build would."""

from collections.abc import Iterable
from typing import NamedTuple

from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.labels.sources.lines import Sheet
from hnp_etl.labels.sources.table import read_table
from hnp_etl.limits import Limits
from hnp_etl.state.counts import OtherFile

MOST_TABLES = 24
"""Tables that are opened; a tree of more has one an examination, and they are alike."""


class TableFile(NamedTuple):
    """One table; `refused` says why it has no sheets."""

    sheets: tuple[Sheet, ...]
    refused: str | None = None


def read_tables(files: Iterable[OtherFile], limits: Limits) -> list[TableFile]:
    """Return the first tables by path."""
    return [_read(file, limits) for file, _ in zip(files, range(MOST_TABLES), strict=False)]


def _read(file: OtherFile, limits: Limits) -> TableFile:
    if not 0 < file.size <= limits.label_bytes:
        return TableFile((), "found no bytes" if not file.size else "found more bytes than allowed")
    try:
        with SourceFile.at(file.raw).opened() as opened:
            return TableFile(tuple(read_table(opened.read_from(0), limits)))
    except FileError as error:
        return TableFile((), error.what)
    except OSError:
        return TableFile((), "found a file that cannot be read")
