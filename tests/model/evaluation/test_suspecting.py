"""Labels that are likely wrong, from folds that have not seen them."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from hnp_shared.dataset import open_dataset
from model.conftest import invoke
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 patients, two discs of two slices each."""
    return write_dataset(tmp_path_factory.mktemp("data") / "out", Plan(24))


@pytest.fixture(scope="module")
def folds(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three folds of a model that learns in a moment."""
    folder = tmp_path_factory.mktemp("folds")
    split = invoke("split", dataset, "-o", folder / "k.csv", "--scheme", "kfold", "--folds", 3)
    assert split.exit_code == 0, split.stderr
    told = invoke(
        *("crossval", dataset, "--split", folder / "k.csv", "--out", folder / "cv"),
        *("--model", "tabular-logistic"),
    )
    assert told.exit_code == 0, told.stderr
    return folder / "cv"


@pytest.fixture(scope="module")
def ranked(folds: Path, dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    file = tmp_path_factory.mktemp("ranked") / "suspects.csv"
    told = invoke("suspects", folds, dataset, "-o", file, "--top", 1000, "--json")
    assert told.exit_code == 0, told.stderr
    facts = json.loads(told.stdout)
    found = pd.read_csv(file, dtype={"label_code": str})
    assert facts["discs"] == facts["written"] == found["rank"].max() == 48
    assert facts["expected"] == round(facts["base_rate"] * 48)
    return found


def test_each_slice_of_a_disc_has_a_row_and_the_most_doubted_disc_is_first(
    ranked: pd.DataFrame, dataset: Path
) -> None:
    assert list(ranked.columns[:8]) == [
        *("rank", "patient_id", "level", "slice_id", "label", "label_code", "probability", "margin")
    ]
    manifest = open_dataset(dataset).manifest.set_index("slice_id")
    assert sorted(ranked.slice_id) == sorted(manifest.index)
    assert ranked["rank"].is_monotonic_increasing
    assert ranked.margin.is_monotonic_decreasing
    mine = manifest.loc[ranked.slice_id]
    for column in ("patient_id", "level", "label_code", "hospital"):
        assert ranked[column].tolist() == mine[column].tolist()
    assert ranked.label.tolist() == ["patient" if one else "normal" for one in mine.is_patient]


def test_a_disc_is_judged_by_the_fold_that_has_not_seen_it(
    ranked: pd.DataFrame, folds: Path
) -> None:
    for fold, rows in ranked.groupby("fold"):
        said = pd.read_parquet(folds / str(fold) / "predictions.parquet")
        assert set(rows.slice_id) == set(said.slice_id[said.part == "test"])


def test_the_first_ones_are_those_whose_probability_speaks_against_the_label(
    ranked: pd.DataFrame,
) -> None:
    against = ranked.probability.where(ranked.label == "normal", 1 - ranked.probability)
    assert against[ranked["rank"] <= 8].min() > 0.5 > against[ranked["rank"] > 40].max()


def test_other_folders_and_data_are_refused(folds: Path, dataset: Path, tmp_path: Path) -> None:
    file = tmp_path / "suspects.csv"
    other = write_dataset(tmp_path / "out", Plan(6, seed=9))
    refused = invoke("suspects", folds, other, "-o", file)
    assert refused.exit_code == 65
    assert "their labels may differ; crossval makes new ones" in refused.stderr
    refused = invoke("suspects", folds / "fold-0", dataset, "-o", file)
    assert refused.exit_code == 65
    assert "found no crossval.json, expected the folder of a finished crossval" in refused.stderr
    damaged = Path(shutil.copytree(folds, tmp_path / "damaged"))
    for content in ("", "[]", '{"folds": 3}', '{"dataset_id": "x", "folds": {"../x": 1}}'):
        (damaged / "crossval.json").write_text(content)
        assert invoke("suspects", damaged, dataset, "-o", file).exit_code == 65
    assert not file.exists()
    file.write_text("mine")
    assert invoke("suspects", folds, dataset, "-o", file).exit_code == 73
    assert invoke("suspects", folds, dataset, "-o", dataset / "x.csv").exit_code == 73
    told = invoke("suspects", folds, dataset, "-o", file, "--force", "--top", 7)
    assert told.exit_code == 0
    assert pd.read_csv(file)["rank"].max() == 7
    assert told.stdout.splitlines()[-1] == str(file)
