"""A small file that stands for millions of cells is refused before any of them becomes a value."""

import io
import time
import tracemalloc
import zipfile

import openpyxl
import pytest

from hnp_etl.errors import FileError
from hnp_etl.labels.document import parse_label
from hnp_etl.labels.sources.table import read_table
from hnp_etl.limits import LIMITS
from hnp_shared.vocabulary import Reason

MOST_BYTES = 300 * 10**6
_HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_SST = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def workbook(sheet: bytes, shared: bytes = b"") -> bytes:
    made, content = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    book.create_sheet("Sheet", 0).append(["a"])
    book.save(made)
    with zipfile.ZipFile(made) as plain, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as out:
        for name in plain.namelist():
            new = sheet if name.endswith("sheet1.xml") else b""
            out.writestr(name, new or plain.read(name))
        out.writestr("xl/sharedStrings.xml", shared or _SST + b"</sst>")
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        workbook(_HEAD + b"<row>" + b"<c/>" * 900_000 + b"</row></sheetData></worksheet>"),
        workbook(_HEAD + b"<row>" + b"<c/>" * 17_000 + b"</row></sheetData></worksheet>"),
        workbook(b"", _SST + b"<si/>" * 800_000 + b"</sst>"),
        b"," * 8_000_000,
        b"a\n" * 4_000_000,
    ],
    ids=["many cells", "one wide row", "many texts", "many commas", "many lines"],
)
def test_a_table_of_next_to_nothing_is_too_large(content: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(FileError) as refused:
        read_table(content, LIMITS)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.reason is Reason.TOO_LARGE
    assert most < MOST_BYTES


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":[' + b"[]," * 2_600_000 + b"1]}",
        b'{"' + b"k" * 200_000 + b'":{' + b",".join(b'"%d":1' % n for n in range(400)) + b"}}",
        b'{"a":' * 60 + b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b"}" + b"}" * 60,
    ],
    ids=["many values", "long keys", "deep"],
)
def test_a_label_of_next_to_nothing_is_too_large(content: bytes) -> None:
    with pytest.raises(FileError) as refused:
        parse_label(content)
    assert refused.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "sheet",
    [b"<row><c r='A1'><f>1</f>" * 60_000, b"<f/><c " * 300_000, b"<mergeCell " * 200_000],
    ids=["cells without end", "cells cut", "merges cut"],
)
def test_a_sheet_whose_marks_never_end_costs_two_seconds_at_most(sheet: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(FileError):
        read_table(workbook(_HEAD + sheet), LIMITS)
    assert time.process_time() - begun < 2
