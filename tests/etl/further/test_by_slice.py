"""`hnp-etl extend --key slice`: measures of slices become columns of a new data set."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from etl.clinic.built import built
from hnp_etl.cli import main
from hnp_shared.dataset import open_dataset


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("measured")
    built(top)
    return top


def table(folder: Path, path: Path, *, of: str | None = None, twice: bool = False) -> Path:
    """Write measures of all slices but the last; the n-th has focal_mm n."""
    dataset = open_dataset(folder / "out")
    ids = dataset.manifest.slice_id.tolist()
    rows: list[tuple[object, ...]] = [
        (each, "focal_mm", float(at), "mm", None, "ab" * 8) for at, each in enumerate(ids[:-1])
    ]
    rows.append((ids[-1], "focal_mm", None, "mm", "NO_DISC", "ab" * 8))
    rows += rows[:1] if twice else []
    names = ("slice_id", "measure", "value", "unit", "reason", "source")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    said = pa.table(columns).replace_schema_metadata(
        {"hnp.dataset_id": of or dataset.info.dataset_id}
    )
    pq.write_table(said, path)
    return path


def test_measures_become_columns_and_missing_ones_are_null(folder: Path, tmp_path: Path) -> None:
    measures = table(folder, tmp_path / "m.parquet")
    wanted = ("--key", "slice", "--columns", "focal_mm=focal", "--out", tmp_path / "new")
    result = invoke("extend", folder / "out", "--table", measures, *wanted, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["key"], told["lines"], told["matched"], told["patients"]) == ("slice", 5, 5, 4)
    manifest = open_dataset(tmp_path / "new").manifest
    assert manifest.focal.tolist()[:-1] == [0.0, 1.0, 2.0, 3.0]
    assert manifest.focal.isna().sum() == 1
    assert invoke("check", tmp_path / "new").exit_code == 0
    assert (
        open_dataset(tmp_path / "new").info.pixels_id == open_dataset(folder / "out").info.pixels_id
    )


@pytest.mark.parametrize(
    ("change", "column", "said"),
    [
        ({"of": "0" * 16}, "focal_mm", "is of data set 0000000000000000"),
        ({"twice": True}, "focal_mm", "has a slice twice"),
        ({}, "height", "found no measure height, expected one of focal_mm"),
        ({}, "focal_mm=age", "column age twice"),
    ],
)
def test_what_cannot_be_joined_is_refused(
    folder: Path, tmp_path: Path, change: dict[str, str], column: str, said: str
) -> None:
    measures = table(folder, tmp_path / "m.parquet", **change)  # type: ignore[arg-type]
    wanted = ("--key", "slice", "--columns", column, "--out", tmp_path / "new")
    result = invoke("extend", folder / "out", "--table", measures, *wanted)
    assert result.exit_code == 65
    assert said in result.output
    assert not (tmp_path / "new" / "dataset.json").exists()


def test_flags_of_a_hospitals_table_mean_nothing_to_slices(folder: Path, tmp_path: Path) -> None:
    measures = table(folder, tmp_path / "m.parquet")
    wanted = ("--key", "slice", "--columns", "focal_mm", "--out", tmp_path / "new", "--digits", 2)
    assert invoke("extend", folder / "out", "--table", measures, *wanted).exit_code == 2
