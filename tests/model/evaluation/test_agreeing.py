"""Two readers' files are compared on what both have read."""

import json
from pathlib import Path

import pytest

from hnp_shared.dataset import open_dataset
from model.conftest import invoke

HEADER = "slice_id,field,old,new,reader,note\n"


def write(path: Path, rows: list[str], header: str = HEADER) -> Path:
    path.write_text(header + "".join(f"{row}\n" for row in rows))
    return path


def compared(first: Path, second: Path, *more: object) -> dict[str, dict[str, object]]:
    told = invoke("agree", first, second, *more, "--json")
    assert told.exit_code == 0, told.stderr
    fields: dict[str, dict[str, object]] = json.loads(told.stdout)["fields"]
    return fields


def test_answers_are_compared_field_by_field_and_those_who_cannot_tell_are_counted(
    tmp_path: Path,
) -> None:
    first = write(
        tmp_path / "first.csv",
        [
            *("a,label_code,1,1,kim,", "b,label_code,1,2,kim,", "c,label_code,2,,kim,cannot tell"),
            *("d,label_code,1,1,kim,", "a,level,0,0,kim,", "a,age,60,61,kim,"),
        ],
    )
    second = write(
        tmp_path / "second.csv",
        [
            *("a,label_code,1,1.0,lee,", "b,label_code,1,1,lee,", "c,label_code,2,2,lee,"),
            *("e,label_code,1,1,lee,", "a,level,0,L1-2,lee,"),
        ],
    )
    found = compared(first, second)
    codes = found["label_code"]
    assert (codes["both"], codes["cannot_tell"]) == (3, 1)
    assert codes["agreement"]["confusion"] == [[1, 0], [1, 0]]  # type: ignore[index]
    assert found["level"]["agreement"]["agreement"]["value"] == 1  # type: ignore[index]
    assert set(found) == {"label_code", "level"}
    told = invoke("agree", first, second)
    assert "label_code: 3 slices read by both, 1 of which one of them cannot tell" in told.stdout
    assert "note: no intervals: slices of one person are not independent" in told.stderr


def test_a_data_set_tells_patients_and_what_codes_mean(dataset: Path, tmp_path: Path) -> None:
    ids = open_dataset(dataset).manifest.slice_id.tolist()[:60]
    mine = [f"{one},label_code,1,{1 + n % 2},kim," for n, one in enumerate(ids)]
    theirs = [f"{one},label_code,1,{1 + n % 2 * (n > 9)},lee," for n, one in enumerate(ids)]
    first = write(tmp_path / "1.csv", mine)
    second = write(tmp_path / "2.csv", [*theirs, "x,label_code,1,1,lee,"])
    found = compared(first, second, "--data", dataset)
    kappa = found["herniated"]["agreement"]["kappa"]  # type: ignore[index]
    assert kappa["low"] < kappa["value"] < kappa["high"]
    assert found["herniated"]["agreement"]["categories"] == ["normal", "patient"]  # type: ignore[index]
    assert found["label_code"]["agreement"]["patients"] == 10  # type: ignore[index]
    write(first, [*(f"{one},label_code,1,1,kim," for one in ids), "x,label_code,1,1,kim,"])
    told = invoke("agree", first, second, "--data", dataset)
    assert "note: 1 slice that both read are not in the data set: left out" in told.stderr


def test_answers_that_a_build_reads_alike_are_equal_however_they_are_written(
    dataset: Path, tmp_path: Path
) -> None:
    fields = ("level", "level", "level", "is_patient", "is_patient", "label_code")
    mine = ("L4-5", "L1-2", "L5-S1", "True", "no", "2,1")
    theirs = ("l4 / l5", "0.0", "L5–S1", "yes", "FALSE", "1.0,2.0")
    ids = open_dataset(dataset).manifest.slice_id.tolist()
    asked = list(zip(ids, fields, strict=False))
    first, second = (
        write(
            tmp_path / f"{name}.csv",
            [f'{one},{field},,"{new}",AB,' for (one, field), new in zip(asked, said, strict=True)],
            header,
        )
        for name, said, header in ((1, mine, HEADER), (2, theirs, HEADER.title()))
    )
    for found in (compared(first, second), compared(first, second, "--data", dataset)):
        for field in set(fields):
            assert found[field]["agreement"]["agreement"]["value"] == 1  # type: ignore[index]


def test_a_file_of_changes_only_is_told(tmp_path: Path) -> None:
    rows = ["a,label_code,1,2,kim,", "b,label_code,2,1,kim,"]
    told = invoke("agree", write(tmp_path / "1.csv", rows), write(tmp_path / "2.csv", rows))
    assert told.exit_code == 0
    assert "note: the second file holds changes only" in told.stderr


@pytest.mark.parametrize(
    ("rows", "header", "said"),
    [
        (["a,1"], "slice_id,new\n", "the second file has no header slice_id,field,old,new,reader"),
        (["a,label_code,1,1,lee,", "a,label_code,1,2,lee,"], HEADER, "says two things of label_co"),
        (["a,label_code,1,,lee,"], HEADER, "line 2: new is empty, expected a label_code"),
        ([",label_code,1,1,lee,"], HEADER, "line 2: no slice_id or field, expected both"),
        (["a,level,0,L6,lee,"], HEADER, "line 2: new is no level"),
        (["a,label_code,1,\x1b[31m,lee,"], HEADER, "line 2: new is no label_code"),
        (["b,label_code,1,1,lee,"], HEADER, "have no reading of the same slice, expected some"),
    ],
)
def test_what_is_no_reading_ends_in_one_line(
    tmp_path: Path, rows: list[str], header: str, said: str
) -> None:
    first = write(tmp_path / "1.csv", ["a,label_code,1,1,kim,"])
    told = invoke("agree", first, write(tmp_path / "2.csv", rows, header))
    assert told.exit_code == 65
    assert said in told.stderr
    assert told.stderr.count("\n") == 1
