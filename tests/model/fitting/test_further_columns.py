"""Further columns are inputs like the four: standardised on train, told when missing."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import find_lacking, fit_standardisation
from hnp_model.data.tabular_inputs import COLUMN_WIDTH, ENCODED_WIDTH, encoded
from hnp_shared.dataset import open_dataset
from model.conftest import invoke, invoke_fit

ECHO = ("--columns", "echo_time_ms")


@pytest.fixture(scope="module")
def given(small: Path, small_split: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was given two columns."""
    run = tmp_path_factory.mktemp("given") / "run"
    more = ("--inputs", "tabular", *ECHO, "--columns", "tilt_deg", *ECHO)
    fitted = invoke_fit(small, small_split, run, *more)
    assert fitted.exit_code == 0, fitted.output
    return run


def without_column(out: Path, target: Path, name: str) -> Path:
    """Return a copy of a data set whose manifest has nothing in a column."""
    shutil.copytree(out, target)
    file = target / json.loads((target / "dataset.json").read_text())["manifest"]
    table = pq.read_table(file)
    place = table.column_names.index(name)
    field = table.schema.field(name)
    empty = pa.nulls(table.num_rows, field.type)
    pq.write_table(table.set_column(place, field, empty), file)
    return target


def test_a_column_is_a_number_and_whether_it_is_missing(small: Path) -> None:
    slices = read_slices(open_dataset(small), columns=["echo_time_ms"]).take(np.arange(3))
    echo = np.array([90.0, 110.0, np.nan])
    slices = replace(slices, further={"echo_time_ms": echo})
    told = encoded(slices, fit_standardisation(slices))
    assert told.values.shape == (3, ENCODED_WIDTH + COLUMN_WIDTH)
    assert told.values[:, ENCODED_WIDTH:].tolist() == [[-1, 0], [1, 0], [0, 1]]
    assert told.input_count == 5
    lost = np.eye(5, dtype=np.bool_)[[4, 4, 4]]
    assert (told.at(np.arange(3), lost)[:, ENCODED_WIDTH:] == [0, 1]).all()


def test_columns_of_train_that_nobody_has_are_found_lacking(small: Path) -> None:
    slices = read_slices(open_dataset(small), columns=["echo_time_ms"])
    standard = fit_standardisation(slices)
    bare = read_slices(open_dataset(small), columns=["weight"])
    assert find_lacking(standard, bare) == ("weight",)
    assert find_lacking(standard, slices) == ()


def test_a_run_remembers_its_columns_once_each(given: Path) -> None:
    config = json.loads((given / "config.json").read_text())
    assert config["settings"]["columns"] == ["echo_time_ms", "tilt_deg"]
    assert config["standardisation"]["features"][4:] == ["echo_time_ms", "tilt_deg"]
    assert config["standardisation"]["mean"][4:] == [100, 5]


def test_an_evaluation_tells_what_is_missing_and_what_comes_of_it(
    given: Path, small: Path, small_split: Path, tmp_path: Path
) -> None:
    result = invoke("evaluate", given, small, "--split", small_split, "--out", tmp_path / "e")
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "e" / "metrics.json").read_text())["test"]
    assert {"echo_time_ms", "tilt_deg"} <= told["without"].keys()
    assert told["inputs"]["echo_time_ms"]["missing"] == 0
    assert "tilt_deg 0.0 % (0.0 %)" in result.output


def test_data_wholly_without_a_column_is_refused_unless_allowed(
    given: Path, small: Path, tmp_path: Path
) -> None:
    bare = without_column(small, tmp_path / "bare", "echo_time_ms")
    refused = invoke("predict", given, bare, "-o", tmp_path / "p.parquet")
    assert refused.exit_code == 65
    assert "no slice of the data set has echo_time_ms" in refused.output
    allowed = invoke("predict", given, bare, "-o", tmp_path / "p.parquet", "--allow-missing")
    assert allowed.exit_code == 0, allowed.output


def test_a_damaged_run_whose_columns_do_not_fit_is_told(
    given: Path, small: Path, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(given, tmp_path / "run"))
    config = json.loads((run / "config.json").read_text())
    config["settings"]["columns"] = ["echo_time_ms"]
    (run / "config.json").write_text(json.dumps(config))
    result = invoke("predict", run, small, "-o", tmp_path / "p.parquet")
    assert result.exit_code == 65
    assert "config.json is damaged" in result.output


@pytest.mark.parametrize("name", ["is_patient", "label_code", "sex", "weight", "row"])
def test_what_is_no_input_is_refused(
    name: str, small: Path, small_split: Path, tmp_path: Path
) -> None:
    result = invoke_fit(small, small_split, tmp_path / "run", "--columns", name)
    assert result.exit_code == 65
    assert "expected for --columns any of source_rows" in result.output


@pytest.mark.parametrize(
    "more", [("--model", "reference"), ("--model", "compact-1"), ("--inputs", "image")]
)
def test_columns_mean_nothing_where_they_are_not_looked_at(
    more: tuple[str, str], small: Path, small_split: Path, tmp_path: Path
) -> None:
    result = invoke_fit(small, small_split, tmp_path / "run", *ECHO, *more)
    assert result.exit_code == 2
    assert "--columns means nothing to" in result.output


def test_a_run_with_columns_is_replayed(
    given: Path, small: Path, small_split: Path, tmp_path: Path
) -> None:
    result = invoke("replay", given, small, "--split", small_split, "--out", tmp_path / "again")
    assert result.exit_code == 0, result.output
