"""Split files under version control."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hnp_shared.errors import InputError
from hnp_shared.splits import Split, read_split, split_bytes, write_split

SPLIT = Split("patient", {"scheme": "stratified", "seed": "42"}, {"b": "val", "a": "train"})


def test_it_comes_back_as_it_was_and_pandas_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    write_split(path, SPLIT)
    assert read_split(path) == SPLIT
    table = pd.read_csv(path, comment="#")
    assert table.to_dict("list") == {"patient_id": ["a", "b"], "part": ["train", "val"]}
    assert path.read_text().splitlines()[:2] == ["# format: hnp-split 1", "# unit: patient"]


def test_a_split_by_slice_names_slices(tmp_path: Path) -> None:
    write_split(tmp_path / "s.csv", Split("slice", {}, {"a": "test"}))
    assert read_split(tmp_path / "s.csv").unit == "slice"


def test_a_fold_tests_itself_and_validates_on_the_next() -> None:
    folds = Split("patient", {}, {"a": "0", "b": "1", "c": "2", "d": "2"})
    assert folds.folds == 3
    assert folds.of_fold(2).parts == {"a": "val", "b": "train", "c": "test", "d": "test"}
    assert SPLIT.folds == 0
    with pytest.raises(InputError, match="found fold 3, expected 0 to 2"):
        folds.of_fold(3)


def semicolons(line: str) -> str:
    return line.replace(",", ";")


@pytest.mark.parametrize(
    "saved",
    [
        str,
        semicolons,
        lambda line: line.replace(",", "\t"),
        lambda line: f"{line},,",
        lambda line: f"{line};;",
        lambda line: f'"{line}"',
        lambda line: f'"{line}";;',
        lambda line: ",".join(f'"{cell}"' for cell in line.split(",")),
        lambda line: f'"{line}";' if line.startswith("#") else semicolons(line) + ";",
        lambda line: f'"{line}",,' if line.startswith("#") else line,
    ],
    ids=[
        *("as-is", "semicolons", "tabs", "filled-up", "one-cell-filled-up", "lines-quoted"),
        *("lines-quoted-filled-up", "cells-quoted", "comments-quoted", "comments-in-cells"),
    ],
)
@pytest.mark.parametrize("head", ["", "\ufeff", "\ufeffsep=;\r\n"], ids=["", "bom", "sep"])
def test_what_a_spreadsheet_made_of_it_says_the_same(
    tmp_path: Path, saved: Callable[[str], str], head: str
) -> None:
    facts = {"stratify": "positive share, hospital, patients", "data set id": "0123456789abcdef"}
    split = Split("patient", facts, {"b": "val", "a": "train"})
    lines = split_bytes(split).decode().splitlines()
    text = head + "".join(f"{saved(line)}\r\n" for line in lines)
    (tmp_path / "s.csv").write_bytes(text.encode())
    assert read_split(tmp_path / "s.csv") == split


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "begins with '', expected 'patient_id,part'"),
        ("name,part\n", "begins with 'name,part'"),
        ("# format: other 2\npatient_id,part\n", "another format, expected 'hnp-split 1'"),
        ("patient_id,part\na\n", "line 2: found 'a'"),
        ("patient_id,part\na,dev\n", "line 2: found 'a,dev'"),
        ("patient_id,part\na,train\na,val\n", "line 3: id a is there twice"),
        ("patient_id,part\na,0\nb,2\n", "has parts 0, 2, expected"),
        ("patient_id,part\na,0\nb,train\n", "has parts 0, train, expected"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        read_split(tmp_path / "s.csv")


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="no UTF-8 text"):
        read_split(tmp_path / "s.csv")
