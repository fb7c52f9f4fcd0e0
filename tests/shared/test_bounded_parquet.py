"""A few MB of Parquet may stand for gigabytes: that is seen before anything is decoded."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.errors import InputError

_SCRIPT = """
import resource, sys
from pathlib import Path
from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.errors import InputError
path = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_parquet(path, size=path.stat().st_size, role="the table", least_bytes_a_row=40)
except InputError as error:
    print(error, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, sep="|")
"""


def written(path: Path, columns: dict[str, object]) -> Path:
    pq.write_table(pa.table(columns), path, compression="zstd")
    return path


def rows_of_one_long_text(path: Path) -> Path:
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 60_000), pa.array(["x" * 9_000_000]))
    return written(path, {"hospital": text})


def lists_of_one_long_text(path: Path) -> Path:
    texts = pa.array(["x" * 9_000_000])
    lists = pa.ListArray.from_arrays(pa.array([0, 1]), texts)
    return written(path, {"flags": lists})


def equal_rows(path: Path) -> Path:
    return written(path, {"slice_id": pa.array(["a"]).take(pa.array([0] * 5_000_000))})


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (rows_of_one_long_text, "a text of 9,000,000 bytes"),
        (lists_of_one_long_text, "a text of 9,000,000 bytes"),
        (equal_rows, "5,000,000 rows in"),
    ],
)
def test_a_small_file_that_stands_for_gigabytes_costs_no_memory(
    made: Callable[[Path], Path], told: str, tmp_path: Path
) -> None:
    path = made(tmp_path / "t.parquet")
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, path], capture_output=True, text=True, check=True
    )
    message, _, kilobytes = done.stdout.strip().rpartition("|")
    assert told in message
    assert int(kilobytes) < 300_000


def test_columns_are_read_as_they_were_written(tmp_path: Path) -> None:
    columns = {
        "text": ["a", None, "가"],
        "flags": [["x", "y"], [], None],
        "number": [1.5, None, 3.0],
        "bytes": [b"\0", b"", None],
    }
    path = written(tmp_path / "t.parquet", columns)
    table = read_parquet(path, size=path.stat().st_size, role="the table")
    assert table.to_pydict() == columns
    assert table.schema.types == pq.read_schema(path).types


def test_too_many_columns_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "t.parquet", {f"c{n}": [1] for n in range(1001)})
    with pytest.raises(InputError, match="1,001 columns"):
        read_parquet(path, size=path.stat().st_size, role="the table")
