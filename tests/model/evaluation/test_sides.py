"""Runs of one recipe against those of another: who may stand on a side, and what is said."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model.conftest import invoke
from model.synthetic import Plan, write_dataset


def change(file: Path, how: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(file.read_text())
    how(content)
    file.write_text(json.dumps(content))


def settle(run: Path, **settings: object) -> None:
    """Let the run's config.json say something else of its recipe."""
    change(run / "config.json", lambda config: config["settings"].update(settings))


def judge_otherwise(run: Path, seed: int) -> None:
    """Let the run have other weights, and all its evaluations say something else."""
    weights = run / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + bytes([seed]))
    for file in run.rglob("predictions.parquet"):
        table = pq.read_table(file)
        noise = np.random.default_rng(seed).normal(size=table.num_rows) / 3
        said = (table["probability"].to_numpy() + noise).clip(0.01, 0.99)
        place = table.schema.get_field_index("probability")
        pq.write_table(table.set_column(place, "probability", pa.array(said)), file)
        vouch(file.parent, weights)


def vouch(evaluation: Path, weights: Path) -> None:
    """Let metrics.json name the predictions beside it, and the weights."""
    digests = {
        f"{name}_sha256": sha256(file.read_bytes()).hexdigest()
        for name, file in (
            ("predictions", evaluation / "predictions.parquet"),
            ("weights", weights),
        )
    }
    change(evaluation / "metrics.json", lambda metrics: metrics.update(digests))


def reseeded(run: Path, folder: Path) -> list[Path]:
    """Return runs as four fits leave them: of two recipes, seeds 1 and 2 each."""
    runs: list[Path] = []
    for inputs in ("both", "tabular"):
        for seed in (1, 2):
            path = Path(shutil.copytree(run, folder / f"{inputs}-{seed}"))
            settle(path, seed=seed, inputs=inputs)
            judge_otherwise(path, len(runs))
            runs.append(path)
    return runs


@pytest.fixture(scope="module")
def seeded(run: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return reseeded(run, tmp_path_factory.mktemp("seeded"))


def copied(run: Path, folder: Path) -> Path:
    return Path(shutil.copytree(run, folder / f"copy-of-{run.name}"))


def test_recipes_are_compared_over_seeds(seeded: list[Path]) -> None:
    result = invoke("compare", *seeded[:2], "--", *seeded[2:])
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == "test: 16 patients, 96 slices, mean of 2 runs and of 2"
    assert any(line.startswith("about the recipes: what another seed changes") for line in lines)
    assert "these weights" not in result.stdout
    assert (
        "note: under 3 runs on a side: what another seed changes is hardly known" in result.stderr
    )
    found = json.loads(invoke("compare", *seeded[:2], "--", *seeded[2:], "--json").stdout)
    assert (found["first_runs"], found["second_runs"], found["about"]) == (2, 2, "recipes")
    one = found["differences"]["level"]["auc"]
    alone = json.loads(invoke("compare", seeded[1], seeded[2], "--json").stdout)
    other = alone["differences"]["level"]["auc"]
    assert (one["first_each"][1], one["second_each"][0]) == (other["first"], other["second"])
    assert 0 < one["seed_share"] < 1


def test_the_order_of_seeds_changes_nothing_that_is_printed(seeded: list[Path]) -> None:
    first, second, third, fourth = seeded
    forth = invoke("compare", first, second, "--", third, fourth)
    back = invoke("compare", second, first, "--", fourth, third)
    assert (forth.stdout, forth.stderr) == (back.stdout, back.stderr)


def test_one_run_on_each_side_may_be_parted_too(seeded: list[Path]) -> None:
    parted = invoke("compare", "--part", "val", seeded[0], "--", seeded[2])
    assert parted.exit_code == 0
    assert parted.stdout == invoke("compare", seeded[0], seeded[2], "--part", "val").stdout


@pytest.mark.parametrize(
    ("sides", "found"),
    [
        ((1, 3), "1 RUN and 3 RUNs"),
        ((2, 1), "2 RUNs and 1 RUN"),
        ((2, 0), "2 RUNs and 0 RUNs"),
        ((0, 2), "0 RUNs and 2 RUNs"),
    ],
)
def test_a_single_run_stands_against_a_single_run_only(
    seeded: list[Path], sides: tuple[int, int], found: str
) -> None:
    result = invoke("compare", *seeded[: sides[0]], "--", *seeded[: sides[1]])
    assert result.exit_code == 2
    assert f"found {found} on the two sides of --, expected one on each" in result.stderr


def test_several_runs_need_a_side_each(seeded: list[Path]) -> None:
    result = invoke("compare", *seeded)
    assert result.exit_code == 2
    assert "found 4 RUNs and 0 RUNs on the two sides of --" in result.stderr


def test_the_same_run_twice_is_no_other_seed(seeded: list[Path], tmp_path: Path) -> None:
    twin = copied(seeded[0], tmp_path)
    for again in (seeded[0], twin):
        result = invoke("compare", *seeded[2:], "--", seeded[0], again)
        assert result.exit_code == 65
        assert result.stderr == (
            "error: the second side has the same weights twice, expected runs of different seeds "
            "(what no seed changes is compared one with one)\n"
        )


def test_the_same_seed_twice_is_refused_though_weights_differ(
    seeded: list[Path], tmp_path: Path
) -> None:
    other = copied(seeded[1], tmp_path)
    settle(other, seed=1)
    result = invoke("compare", seeded[0], other, "--", *seeded[2:])
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the first side has seed 1 twice, expected runs of different seeds\n"
    )


def test_a_side_of_two_recipes_is_refused(seeded: list[Path]) -> None:
    result = invoke("compare", seeded[0], seeded[3], "--", seeded[2], seeded[1])
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the first side mixes recipes: inputs both and tabular, "
        "expected runs that differ in their seed alone\n"
    )


def test_a_run_that_was_not_evaluated_is_named_by_its_place(
    seeded: list[Path], tmp_path: Path
) -> None:
    bare = copied(seeded[3], tmp_path)
    (bare / "predictions.parquet").unlink()
    result = invoke("compare", *seeded[:2], "--", seeded[2], bare)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the second side's second run has no predictions.parquet, "
        "expected an evaluated one\n"
    )


def test_runs_judged_on_other_slices_are_named(seeded: list[Path], tmp_path: Path) -> None:
    other = copied(seeded[3], tmp_path)
    table = pq.read_table(other / "predictions.parquet")
    pq.write_table(table.slice(0, table.num_rows - 5), other / "predictions.parquet")
    vouch(other, other / "model.safetensors")
    result = invoke("compare", *seeded[:2], "--", seeded[2], other)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the slices of test differ between the first side's first run and the second side's "
        "second: 5 of 96 are in one run only or have another truth, expected the same slices in "
        "both\n"
    )


def test_other_splits_and_data_sets_of_training_are_told(
    seeded: list[Path], tmp_path: Path
) -> None:
    other = copied(seeded[2], tmp_path)
    change(other / "config.json", lambda config: config["split"].update(digest="0" * 16))
    told = "note: trained on 2 {}, which is a part of what differs\n"
    assert told.format("splits or folds") in invoke("compare", seeded[0], other).stderr
    change(other / "config.json", lambda config: config.update(dataset_id="f" * 16))
    assert told.format("data sets") in invoke("compare", seeded[0], other).stderr
    assert "trained on" not in invoke("compare", seeded[0], seeded[2]).stderr


def test_evaluations_apart_from_their_runs_are_compared_with_a_remark(
    seeded: list[Path], tmp_path: Path
) -> None:
    apart = tmp_path / "apart"
    apart.mkdir()
    for name in ("predictions.parquet", "metrics.json"):
        shutil.copy(seeded[3] / name, apart)
    result = invoke("compare", *seeded[:2], "--", seeded[2], apart)
    assert result.exit_code == 0, result.stderr
    assert "note: an evaluation lies apart from its run: whether" in result.stderr


def test_what_several_runs_have_in_common_elsewhere_is_compared(run: Path, tmp_path: Path) -> None:
    elsewhere = write_dataset(tmp_path / "out", Plan(40, first_patient=500, seed=9))
    judged = copied(run, tmp_path)
    assert invoke("evaluate", judged, elsewhere, "--all").exit_code == 0
    runs = reseeded(judged, tmp_path)
    compared = invoke("compare", *runs[:2], "--", *runs[2:], "--part", "all")
    assert compared.exit_code == 0, compared.stderr
    assert compared.stdout.splitlines()[0].startswith("all: 40 patients, 160 slices, mean of")


def test_training_stands_by_the_verdict(seeded: list[Path], tmp_path: Path) -> None:
    run = copied(seeded[0], tmp_path)
    change(run / "metrics.json", lambda metrics: metrics["test"]["about"].update(training=True))
    lines = invoke("compare", run, seeded[2]).stdout.splitlines()
    assert lines[0].endswith(", TRAINING")
    assert any(line.startswith("verdict (TRAINING): ") for line in lines)
