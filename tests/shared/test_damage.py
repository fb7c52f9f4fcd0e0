"""Claims about damaged files: a planned error, whatever byte it is; and what is never written."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from hnp_shared.errors import InputError, StorageError
from hnp_shared.ledger import LedgerRow, read_ledger, write_ledger
from hnp_shared.shards import open_shard, write_shard
from hnp_shared.splits import Split, read_split, write_split

ROW = LedgerRow("a" * 32, "image", "H01", "accepted", None, "b" * 32)


def shard(folder: Path) -> Path:
    images = np.random.default_rng(0).random((2, 3, 4)).astype(np.float32)
    return folder / write_shard(folder, images, ["a" * 32, "b" * 32]).name


def ledger(folder: Path) -> Path:
    return folder / write_ledger(folder, [ROW] * 5).name


def split(folder: Path) -> Path:
    path = folder / "s.csv"
    write_split(path, Split("patient", {"seed": "42"}, {"a": "train", "b": "val"}))
    return path


@pytest.mark.filterwarnings("ignore")  # numpy's, about headers it mends
@pytest.mark.parametrize(
    ("make", "read"),
    [(shard, open_shard), (ledger, read_ledger), (split, read_split)],
    ids=["shard", "ledger", "split"],
)
def test_a_damaged_or_cut_file_ends_in_a_planned_error_or_is_read(
    tmp_path: Path, make: Callable[[Path], Path], read: Callable[[Path], object]
) -> None:
    path = make(tmp_path)
    good = path.read_bytes()
    dice = random.Random(0)
    trials = [good[: dice.randrange(len(good))] for _ in range(40)]
    for at, byte in enumerate(good):
        other = dice.choice([0, 255, byte ^ 1, dice.randrange(256)])
        trials.append(good[:at] + bytes([other]) + good[at + 1 :])
    told = []
    for trial in trials:
        path.write_bytes(trial)
        try:
            read(path)
        except (InputError, StorageError) as error:
            told.append(str(error))
    assert len(told) > len(trials) / 10
    assert not any("\n" in line or str(tmp_path) in line for line in told)


@pytest.mark.parametrize("field", ["file_id", "kind", "hospital", "state"])
def test_a_null_where_none_may_be_is_never_written(tmp_path: Path, field: str) -> None:
    nothing: Any = {field: None}
    with pytest.raises(pa.ArrowInvalid, match=f"'{field}' is declared non-nullable"):
        write_ledger(tmp_path, [ROW, replace(ROW, **nothing)])
    assert list(tmp_path.iterdir()) == []


def test_a_line_too_long_for_a_csv_is_named(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("patient_id,part\na,train\n" + "x" * 200_000 + ",val\n")
    with pytest.raises(InputError, match="^split file, line 3: "):
        read_split(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_split_that_an_editor_saved_is_still_read(
    tmp_path: Path, encoding: str, newline: str
) -> None:
    path = split(tmp_path)
    before = read_split(path)
    path.write_text(path.read_text(), encoding=encoding, newline=newline)
    assert read_split(path) == before
    table = pd.read_csv(path, comment="#", encoding=encoding)
    assert table.part.tolist() == ["train", "val"]


def test_a_split_has_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    parts = {"c": "0", "a": "1", "b": "2"}
    contents = []
    for order in (parts, dict(sorted(parts.items()))):
        write_split(tmp_path / "s.csv", Split("patient", {"scheme": "kfold"}, order))
        contents.append((tmp_path / "s.csv").read_bytes())
    assert contents[0] == contents[1]
    assert contents[0].endswith(b"patient_id,part\na,1\nb,2\nc,0\n")


def test_a_split_that_is_not_there_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="^the split file: "):
        read_split(tmp_path / "s.csv")
