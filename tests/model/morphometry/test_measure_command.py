"""`hnp-train measure`: a row a slice and measure, with its unit, interval, or why it has none."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hnp_model.morphometry.catalogue import NAMES
from hnp_shared.dataset import open_dataset
from model.conftest import invoke
from model.morphometry.masked import write_masks


@pytest.fixture(scope="module")
def masks(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masks") / "m"
    write_masks(small, folder, skip=3)
    return folder


def test_every_slice_has_every_measure_or_a_reason(
    small: Path, masks: Path, tmp_path: Path
) -> None:
    path = tmp_path / "m.parquet"
    result = invoke("measure", small, masks, "-o", path)
    assert result.exit_code == 0, result.output
    table = pq.read_table(path).to_pandas()
    slices = open_dataset(small).manifest
    assert len(table) == len(slices) * len(NAMES)
    assert list(table.columns[:8]) == [
        *("slice_id", "measure", "value", "low", "high", "unit", "reason", "source")
    ]
    assert (table.value.isna() == table.reason.notna()).all()
    assert (table.reason == "NO_MASK").sum() == 3 * len(NAMES)
    assert table.low.isna().all()
    assert set(table.interval_reason.dropna()) == {"ONE_MASK_SET", "NO_VALUE", "CODE"}
    assert table.source.nunique() == 1
    assert table.percentile.isna().all()  # too few healthy patients
    again = tmp_path / "again.parquet"
    invoke("measure", small, masks, "-o", again)
    assert path.read_bytes() == again.read_bytes()


def test_members_give_intervals(small: Path, masks: Path, tmp_path: Path) -> None:
    more = []
    for number in range(3):
        write_masks(small, tmp_path / f"{number}", skip=3, grow=0.02 * number)
        more += ["--member", tmp_path / f"{number}"]
    result = invoke("measure", small, masks, "-o", tmp_path / "m.parquet", *more, "--json")
    assert json.loads(result.output)["intervals"] > 0
    table = pq.read_table(tmp_path / "m.parquet").to_pandas()
    sure = table[table.measure.eq("disc_area_mm2") & table.value.notna()]
    assert (sure.low < sure.value).all()
    assert (sure.value < sure.high).all()


def test_masks_of_another_data_set_are_refused(dataset: Path, masks: Path, tmp_path: Path) -> None:
    result = invoke("measure", dataset, masks, "-o", tmp_path / "m.parquet")
    assert result.exit_code == 65
    assert "the masks are of dataset_id" in result.output
    assert not (tmp_path / "m.parquet").exists()


def test_a_table_is_written_over_only_when_asked(small: Path, masks: Path, tmp_path: Path) -> None:
    (tmp_path / "m.parquet").write_bytes(b"mine")
    assert invoke("measure", small, masks, "-o", tmp_path / "m.parquet").exit_code == 73
    inside = small / "m.parquet"
    assert invoke("measure", small, masks, "-o", inside).exit_code == 73
    assert not inside.exists()


def test_two_tables_of_measures_agree_measure_by_measure(
    small: Path, masks: Path, tmp_path: Path
) -> None:
    write_masks(small, tmp_path / "other", skip=5, grow=0.05)
    tables = [tmp_path / "first.parquet", tmp_path / "second.parquet"]
    for table, source in zip(tables, (masks, tmp_path / "other"), strict=True):
        assert invoke("measure", small, source, "-o", table).exit_code == 0
    wanted = ("agree", *tables, "--data", small)
    result = invoke(*wanted, "--picture", tmp_path / "ba.png", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    area = found["disc_area_mm2"]
    assert area["n"] == 48 - 5
    assert area["bias"]["value"] < 0  # the second reader's discs are larger
    assert area["lower_limit"]["value"] < area["bias"]["value"] < area["upper_limit"]["value"]
    assert 0 < area["icc"]["value"] < 1
    assert found["side"]["categories"]
    assert (tmp_path / "ba.png").read_bytes().startswith(b"\x89PNG")
    printed = invoke(*wanted)
    assert "ICC(2,1)" in printed.output
    assert "Gwet's AC1" in printed.output
    same = json.loads(invoke("agree", tables[0], tables[0], "--data", small, "--json").output)
    assert same["disc_area_mm2"]["icc"]["value"] == pytest.approx(1)
    assert invoke("agree", *tables).exit_code == 65
