"""Baselines say what scikit-learn would, from files that hold numbers and nothing that is run."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import safetensors.numpy
from click.testing import Result
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from hnp_model.data.slices import UNKNOWN, UNKNOWN_LEVEL, Slices, read_slices
from hnp_model.data.tabular import FEATURES, fit_standardisation
from hnp_model.evaluation.run import open_run
from hnp_model.fitting.baselines.inputs import BENT, PLAIN, bent_inputs, plain_inputs
from hnp_model.fitting.baselines.logistic import learn_logistic
from hnp_model.fitting.baselines.trees import DEPTH, LEAST_IN_LEAF, grow_trees
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import score_units
from hnp_model.settings.fit import BASELINES, FitSettings
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from model.conftest import invoke

Arrays = dict[str, Any]


@pytest.fixture(scope="module")
def slices(dataset: Path) -> Slices:
    return read_slices(open_dataset(dataset))


def told_by_age(slices: Slices) -> Slices:
    """Return slices whose truth depends on age: below 40 and above 70 more often positive."""
    random = np.random.default_rng(8)
    age = np.nan_to_num(slices.age, nan=55.0)
    share = np.where((age < 40) | (age > 70), 0.85, 0.15)
    return replace(slices, is_patient=random.random(len(slices)) < share)


def test_missing_is_an_input_of_its_own(slices: Slices) -> None:
    standard = fit_standardisation(slices)
    bare = replace(
        slices.take(np.arange(1)),
        age=np.array([np.nan], dtype=np.float32),
        canal_width_mm=np.array([np.nan], dtype=np.float32),
        sex=np.array([UNKNOWN]),
        level=np.array([UNKNOWN_LEVEL], dtype=np.int8),
    )
    seen = dict(zip(PLAIN, plain_inputs(bare, standard)[0], strict=True))
    assert {name for name, value in seen.items() if value} == {
        "age missing",
        "canal_width_mm missing",
    }


def test_numbers_are_standardised_and_bent(slices: Slices) -> None:
    standard = fit_standardisation(slices)
    seen = dict(zip(BENT, bent_inputs(slices, standard).T, strict=True))
    known = ~np.isnan(slices.age)
    assert seen["age"][known].std() == pytest.approx(1.0)
    assert (seen["age above +1"] == np.maximum(seen["age"] - 1, 0)).all()
    assert seen["sex M"].tolist() == (slices.sex == "M").tolist()
    assert (sum(seen[name] for name in PLAIN if name.startswith("disc ")) == 1).all()


def test_a_regression_says_what_scikit_learn_says(slices: Slices) -> None:
    standard = fit_standardisation(slices)
    inputs = bent_inputs(slices, standard)
    theirs = LogisticRegression(solver="newton-cholesky", tol=1e-8, max_iter=1_000)
    theirs.fit(inputs, slices.is_patient)
    ours = sigmoid(learn_logistic(inputs, slices.is_patient).logits(slices, standard))
    assert np.abs(ours - theirs.predict_proba(inputs)[:, 1]).max() < 1e-12


@pytest.mark.parametrize("rate", [0.1, 0.7])
def test_trees_say_what_scikit_learn_says(slices: Slices, rate: float) -> None:
    slices = told_by_age(slices)
    standard = fit_standardisation(slices)
    inputs = plain_inputs(slices, standard)
    theirs = GradientBoostingClassifier(
        n_estimators=30,
        learning_rate=rate,
        max_depth=DEPTH,
        min_samples_leaf=LEAST_IN_LEAF,
        random_state=4,
    )
    theirs.fit(inputs, slices.is_patient)
    trees = grow_trees(inputs, slices.is_patient, count=30, rate=rate, seed=4)
    ours = sigmoid(trees.logits(slices, standard))
    assert np.abs(ours - theirs.predict_proba(inputs)[:, 1]).max() < 1e-12
    few = sigmoid(trees.take(7).logits(slices, standard))
    assert np.abs(few - list(theirs.staged_predict_proba(inputs))[6][:, 1]).max() < 1e-12


def test_more_trees_begin_with_the_same_ones(slices: Slices) -> None:
    inputs = plain_inputs(slices, fit_standardisation(slices))
    some, more = (
        grow_trees(inputs, slices.is_patient, count=count, rate=0.1, seed=1) for count in (5, 9)
    )
    for name in ("first", "feature", "threshold", "left", "right", "value"):
        assert getattr(more.take(5), name).tolist() == getattr(some, name).tolist()


def test_both_find_what_a_straight_line_cannot(slices: Slices) -> None:
    slices = told_by_age(slices)
    standard = fit_standardisation(slices)
    bent = learn_logistic(bent_inputs(slices, standard), slices.is_patient)
    inputs = plain_inputs(slices, standard)
    trees = grow_trees(inputs, slices.is_patient, count=40, rate=0.1, seed=0)
    for model in (bent, trees):
        probability = sigmoid(model.logits(slices, standard))
        assert area_under_curve(score_units("slice", slices, probability)) > 0.8


@pytest.fixture(scope="module", params=sorted(BASELINES))
def baseline(
    request: pytest.FixtureRequest,
    dataset: Path,
    split_file: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    path = tmp_path_factory.mktemp("baselines") / str(request.param)
    fitted = fit(dataset, split_file, path)
    assert fitted.exit_code == 0, fitted.output
    judged = invoke("evaluate", path, dataset, "--split", split_file, "--refits", 5)
    assert judged.exit_code == 0, judged.output
    assert "; 5 refits to resampled patients leave 0." in judged.stdout
    return path


def fit(dataset: Path, split_file: Path, path: Path, *more: object) -> Result:
    trees = ("--epochs", 12) if path.name.endswith("gbm") and "--epochs" not in more else ()
    asked = ("--model", path.name, *trees, *more)
    return invoke("fit", dataset, "--split", split_file, "--out", path, *asked)


def test_a_baseline_is_a_run_like_any_other(
    baseline: Path, run: Path, dataset: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said.parquet"
    assert invoke("predict", baseline, dataset, "-o", said).exit_code == 0
    assert np.isfinite(pd.read_parquet(said)["probability"]).all()
    compared = invoke("compare", baseline, run)
    assert compared.exit_code == 0
    assert "level    auc" in compared.stdout
    card = (baseline / "card.md").read_text()
    assert f"# Model card: {baseline.name}\n" in card
    assert "it looks at no picture" in card
    assert "## Optimism on train" in card
    assert "| batch_size |" not in card
    metrics = json.loads((baseline / "metrics.json").read_text())
    assert metrics["test"]["refitted"]["refits"] == 5
    without = {name: told["auc"] for name, told in metrics["test"]["without"].items()}
    assert list(without) == ["nothing", *FEATURES, "all tabular"]
    assert without["nothing"] == metrics["test"]["level"]["auc"]
    assert without["all tabular"]["value"] == 0.5
    assert "| all tabular | 0.500 (" in card
    assert "scikit-learn" in json.loads((baseline / "config.json").read_text())["versions"]


def test_val_is_scored_by_the_trees_that_the_others_choose(baseline: Path) -> None:
    history = pd.read_csv(baseline / "history.csv")
    said = np.load(baseline / "checkpoints" / "val.npy")
    assert len(said) == len(history)
    assert "is_patient,probability_calibrated_apart" in (baseline / "referral.csv").read_text()
    assert "a new fit scores them apart" not in (baseline / "card.md").read_text()


def test_its_history_has_one_line_a_tree_and_val_chooses(baseline: Path) -> None:
    history = pd.read_csv(baseline / "history.csv")
    assert len(history) == (12 if baseline.name == "tabular-gbm" else 1)
    best = history[history["best"] == 1]
    assert best["val_auc_level"].item() == history["val_auc_level"].max()
    if baseline.name == "tabular-gbm":
        weights = safetensors.numpy.load_file(baseline / "model.safetensors")
        assert weights["first"].size - 1 == best["epoch"].item()
        assert history["train_loss"].is_monotonic_decreasing


def test_fitted_again_it_has_the_same_bytes(
    baseline: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    again = tmp_path / baseline.name
    assert fit(dataset, split_file, again).exit_code == 0
    for name in ("model.safetensors", "config.json", "history.csv"):
        assert (again / name).read_bytes() == (baseline / name).read_bytes()
    assert fit(dataset, split_file, again, "--resume").exit_code == 0
    assert (again / "model.safetensors").read_bytes() == (
        baseline / "model.safetensors"
    ).read_bytes()


def test_a_notebook_reads_it_and_finds_no_network(baseline: Path, dataset: Path) -> None:
    opened = open_run(baseline)
    assert len(opened.predict(open_dataset(dataset))) == 480
    with pytest.raises(InputError, match=f"the run's model is a {baseline.name}, no network"):
        opened.network()


def without(name: str) -> Callable[[Arrays], Arrays]:
    return lambda arrays: {key: array for key, array in arrays.items() if key != name}


def with_child(place: int) -> Callable[[Arrays], Arrays]:
    """Let the root's left child be another node, so that walking down might never end."""

    def change(arrays: Arrays) -> Arrays:
        arrays["left"][0] = place
        return arrays

    return change


def with_input(number: int) -> Callable[[Arrays], Arrays]:
    def change(arrays: Arrays) -> Arrays:
        arrays["feature"][0] = number
        return arrays

    return change


def of_other_type(arrays: Arrays) -> Arrays:
    return {name: array.astype(np.float32) for name, array in arrays.items()}


@pytest.mark.parametrize(
    "change",
    [
        without("value"),
        without("first"),
        with_child(0),
        with_child(-5),
        with_child(10**6),
        with_input(99),
        with_input(-7),
        of_other_type,
        lambda arrays: arrays | {"first": arrays["first"][:-1]},
        lambda arrays: arrays | {"first": np.empty(0, dtype=np.int32)},
        lambda arrays: arrays | {"first": arrays["first"][:, None]},
        lambda arrays: arrays | {"base": np.empty(0)},
        lambda arrays: arrays | {"threshold": arrays["threshold"][:-1]},
        lambda arrays: arrays | {"base": np.array([np.nan])},
    ],
)
def test_trees_that_were_tampered_with_end_in_one_line(
    grown: Path, dataset: Path, tmp_path: Path, change: Callable[[Arrays], Arrays]
) -> None:
    own = tmp_path / "run"
    own.mkdir()
    (own / "config.json").write_bytes((grown / "config.json").read_bytes())
    arrays = change(safetensors.numpy.load_file(grown / "model.safetensors"))
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    safetensors.numpy.save_file(plain, own / "model.safetensors")
    told = invoke("predict", own, dataset, "-o", tmp_path / "said.parquet")
    assert told.exit_code == 65
    assert told.stderr.splitlines()[-1].startswith("error: ")


@pytest.fixture(scope="module")
def grown(dataset: Path, split_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("grown") / "tabular-gbm"
    assert fit(dataset, split_file, path).exit_code == 0
    return path


@pytest.mark.parametrize(
    ("model", "flags", "told"),
    [
        ("tabular-logistic", ("--epochs", 3), "--epochs means nothing to --model tabular-logistic"),
        ("tabular-logistic", ("--lr", 1), "--lr means nothing"),
        ("tabular-gbm", ("--batch-size", 8), "--batch-size means nothing to --model tabular-gbm"),
        ("tabular-gbm", ("--dropout", 0.5), "--dropout means nothing"),
        ("tabular-gbm", ("--inputs", "both"), "--model tabular-gbm sees tabular inputs only"),
    ],
)
def test_a_flag_that_means_nothing_is_wrong_use(
    small: Path, small_split: Path, tmp_path: Path, model: str, flags: tuple[object, ...], told: str
) -> None:
    refused = fit(small, small_split, tmp_path / model, *flags)
    assert refused.exit_code == 2
    assert told in refused.stderr


def test_settings_of_a_baseline_see_no_picture() -> None:
    with pytest.raises(ValueError, match="expected settings"):
        FitSettings(model="tabular-gbm", inputs="both")
    assert FitSettings(model="tabular-gbm", inputs="tabular").model in BASELINES


def test_patience_ends_the_growing(dataset: Path, split_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "tabular-gbm"
    assert fit(dataset, split_file, path, "--epochs", 60, "--patience", 2).exit_code == 0
    history = pd.read_csv(path / "history.csv")
    assert len(history) - history["best"].to_numpy().argmax() - 1 in {0, 2}
    assert len(history) < 60


def test_folds_are_fitted_and_judged(small: Path, tmp_path: Path) -> None:
    split = tmp_path / "folds.csv"
    told = invoke("split", small, "-o", split, "--scheme", "kfold", "--folds", 3)
    assert told.exit_code == 0
    asked = ("crossval", small, "--split", split, "--out", tmp_path / "cv")
    found = invoke(*asked, "--model", "tabular-logistic")
    assert found.exit_code == 0, found.output
    assert "fold-2" in found.stdout


def test_refits_are_refused_for_networks_and_for_other_data(
    run: Path, grown: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    told = invoke("evaluate", run, dataset, "--split", split_file, "--refits", 3)
    assert told.exit_code == 65
    assert told.stderr == (
        "error: --refits found a compact network, expected tabular-logistic or tabular-gbm\n"
    )
    other = tmp_path / "other.csv"
    assert invoke("split", dataset, "-o", other, "--seed", 9).exit_code == 0
    asked = ("evaluate", grown, dataset, "--split", other, "--allow-leakage", "--refits", 3)
    assert "--refits needs the data set and the split of the fit" in invoke(*asked).stderr


@pytest.mark.parametrize("model", ["tabular-logistic", "tabular-gbm"])
def test_a_baseline_learns_of_further_columns(
    model: str, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    """A column that tells the truth is found; without it nothing is."""
    told = with_column(dataset, tmp_path / "told")
    path = tmp_path / "split.csv"
    path.write_text(split_file.read_text())
    wanted = ("fit", told, "--split", path, "--model", model)
    aucs = []
    for name, more in (("with", ("--columns", "echo_time_ms")), ("without", ())):
        result = invoke(*wanted, "--out", tmp_path / name, *more, "--json")
        assert result.exit_code == 0, result.output
        aucs.append(json.loads(result.stdout)["val_auc_slice"])
    assert aucs[0] > 0.95
    assert aucs[1] < 0.8
    config = json.loads((tmp_path / "with" / "config.json").read_text())
    assert config["standardisation"]["features"][-1] == "echo_time_ms"
    evaluated = invoke("evaluate", tmp_path / "with", told, "--split", path)
    assert evaluated.exit_code == 0, evaluated.output
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "with", other)
    (other / "model.safetensors").write_bytes(
        (tmp_path / "without" / "model.safetensors").read_bytes()
    )
    (other / "predictions.parquet").unlink()
    if model == "tabular-logistic":  # trees may ask for fewer inputs than there are
        refused = invoke("predict", other, told)
        assert refused.exit_code == 65


def with_column(out: Path, target: Path) -> Path:
    """Return a copy of a data set whose echo times tell the truth, with noise."""
    shutil.copytree(out, target)
    file = target / json.loads((target / "dataset.json").read_text())["manifest"]
    table = pq.read_table(file)
    truth = np.array(table.column("is_patient").to_pylist(), dtype=np.float32)
    noise = np.random.default_rng(0).normal(0, 0.3, truth.size).astype(np.float32)
    place = table.column_names.index("echo_time_ms")
    told = pa.array(truth + noise, pa.float32())
    pq.write_table(table.set_column(place, table.schema.field("echo_time_ms"), told), file)
    return target
