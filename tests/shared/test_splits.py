"""Split files under version control."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hnp_shared.errors import InputError
from hnp_shared.splits import Split, parse_split, read_split, split_bytes, write_split

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
        ("patient_id,part\n,train\n", "line 2: found ',train'"),
        ("patient_id,part,part\na,train,val\n", "has column part twice"),
        ("slice_id,patient_id,part\nx,a,train\n", "has both patient_id and slice_id"),
        ("patient_id,part\na,0\nb,2\n", "has parts 0, 2, expected"),
        ("patient_id,part\na,0\nb,train\n", "has parts 0, train, expected"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        read_split(tmp_path / "s.csv")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfd", "no UTF-8 text, expected CSV"),
        (b"\xff\xfea", "no UTF-8 text, expected CSV"),
        (b"pat\0ient_id,part\n", "no UTF-8 text, expected CSV"),
        (b"PK\x03\x04rest", "is an Excel workbook or another zip archive, expected CSV"),
        (b"\xd0\xcf\x11\xe0rest", "is an old Excel workbook, expected CSV"),
        (b"\x1f\x8brest", "is a gzip archive, expected CSV"),
        (b"PAR1rest", "is a Parquet file, expected CSV"),
    ],
)
def test_what_is_no_text_is_refused_with_what_it_is(content: bytes, told: str) -> None:
    with pytest.raises(InputError, match=told):
        parse_split(content)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp949"]
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheets_encoding_says_the_same(encoding: str, separator: str) -> None:
    text = "# note: 판독실\r\npatient_id,part,비고\r\na,train,흉추\r\nb,val,\r\n"
    found = parse_split(text.replace(",", separator).encode(encoding))
    assert found == Split("patient", {"note": "판독실"}, {"a": "train", "b": "val"})


@pytest.mark.parametrize(
    "text",
    [
        ",patient_id,part\n0,a,train\n1,b,val\n",
        "part,age,patient_id\ntrain,63,a\nval,,b\n",
        "patient_id,part,note\na,train,\nb,val\n",
        'patient_id,part,note\na,train,"two\nlines, and ""more"""\nb,val,x\n',
        "Patient_ID,Part\na,Train\nb,VAL\n",
        "patient_id,part,level\na,train,0\na,train,1\nb,val,0\n",
        "# unit: patient\nslice_id,patient_id,part\nx,a,train\ny,b,val\n",
    ],
    ids=["index", "order", "short-lines", "lines-in-a-cell", "capitals", "a-line-a-slice", "unit"],
)
def test_further_columns_change_nothing(text: str) -> None:
    assert parse_split(text.encode()).parts == {"a": "train", "b": "val"}


def test_a_fold_that_became_a_float_is_the_fold() -> None:
    text = b"patient_id,part\na,0.0\nb,1.00\nc,2.\n"
    assert parse_split(text).parts == {"a": "0", "b": "1", "c": "2"}


@pytest.mark.parametrize("number", ["1.23E+15", "1,23E+15", "1E+15", "1.234568e+31"])
def test_an_id_that_a_spreadsheet_made_a_number_of_is_refused(number: str) -> None:
    with pytest.raises(InputError, match=r"line 3: found 1.*, a number that a spreadsheet made"):
        parse_split(f"patient_id;part\na;train\n{number};val\n".encode())


def test_an_id_of_digits_and_an_e_is_an_id() -> None:
    name = "00000000000000000000000000001e10"
    assert name in parse_split(f"patient_id,part\n{name},train\n".encode()).parts


def test_lines_after_one_of_several_lines_keep_their_numbers() -> None:
    with pytest.raises(InputError, match="line 4: found 'b,dev'"):
        parse_split(b'patient_id,part,note\na,train,"x\ny"\nb,dev\n')


def test_what_is_told_of_a_line_is_short() -> None:
    with pytest.raises(InputError) as refused:
        parse_split(b"x" * 100_000)
    assert len(str(refused.value)) < 200
    lines = "".join(f"a{number},{number}\n" for number in range(1, 100))
    with pytest.raises(InputError, match=r"parts 1, 10, .*, 16 and so on \(99\), expected"):
        parse_split(f"patient_id,part\n{lines}".encode())
