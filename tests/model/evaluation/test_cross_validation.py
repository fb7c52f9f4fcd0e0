import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from hnp_model.evaluation import cross_validation
from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.pooling import FoldFigures, Pooled, pool
from hnp_shared.dataset import open_dataset
from hnp_shared.splits import Split, read_split, write_split
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

QUICK = ("--model", "compact", "--epochs", 1, "--batch-size", 16, "--inputs", "tabular")
HOSPITALS = ("H01", "H02", "H03")


@pytest.fixture(scope="module")
def folds(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A split of three folds."""
    path = tmp_path_factory.mktemp("folds") / "folds.csv"
    made = invoke("split", dataset, "-o", path, "--scheme", "kfold", "--folds", 3)
    assert made.exit_code == 0
    return path


@pytest.fixture(scope="module")
def family(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One split file a hospital."""
    path = tmp_path_factory.mktemp("family") / "out.csv"
    assert invoke("split", dataset, "-o", path, "--scheme", "hospital-out").exit_code == 0
    return [path.with_name(f"out-{hospital}.csv") for hospital in HOSPITALS]


@pytest.fixture(scope="module")
def done(dataset: Path, folds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished cross-validation."""
    path = tmp_path_factory.mktemp("crossval") / "done"
    result = invoke_crossval(dataset, path, folds)
    assert result.exit_code == 0, result.output
    return path


def invoke_crossval(
    dataset: Path, target: Path, *splits: Path, more: tuple[Any, ...] = ()
) -> Result:
    return invoke("crossval", dataset, "--split", *splits, "--out", target, *QUICK, *more)


def found_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "crossval.json").read_text())
    return found


def test_every_fold_has_a_run_and_the_folder_a_summary(done: Path) -> None:
    names = ["crossval.json", "fold-0", "fold-1", "fold-2", "forest.png"]
    assert sorted(path.name for path in done.iterdir()) == names
    for number in range(3):
        config = json.loads((done / f"fold-{number}" / "config.json").read_text())
        assert config["settings"]["fold"] == number
        assert (done / f"fold-{number}" / "card.md").exists()


def test_figures_are_pooled_as_mean_and_range_never_stacked(done: Path) -> None:
    found = found_in(done)
    judged = [json.loads((done / f"fold-{n}" / "metrics.json").read_text()) for n in range(3)]
    for unit in ("slice", "level", "patient"):
        for name in METRICS:
            values = [part["test"][unit][name]["value"] for part in judged]
            values = [value for value in values if value is not None]
            pooled = found["pooled"][unit][name]
            assert pooled["folds"] == len(values)
            if values:
                assert pooled["mean"] == pytest.approx(np.mean(values))
                assert (pooled["min"], pooled["max"]) == (min(values), max(values))
    assert found["folds"]["fold-1"]["slice"]["auc"] == judged[1]["test"]["slice"]["auc"]


def test_folds_without_a_figure_are_left_out_and_counted() -> None:
    def fold(name: str, value: float | None) -> FoldFigures:
        figures = (Figure(value, value, value),) * len(METRICS)
        return FoldFigures(
            name, 70, 200, {"slice": figures, "level": figures, "patient": figures}, ()
        )

    pooled = pool([fold("a", 0.8), fold("b", None), fold("c", 0.6)])
    assert pooled["slice"]["auc"] == Pooled(float(np.mean([0.8, 0.6])), 0.6, 0.8, 2)
    assert pool([fold("a", None)])["level"]["f1"] == Pooled(None, None, None, 0)


def test_the_printout_has_folds_means_and_what_is_left_out(
    dataset: Path, folds: Path, done: Path
) -> None:
    result = invoke_crossval(dataset, done, folds)
    lines = result.stdout.splitlines()
    assert lines[0].split()[:2] == ["fold", "patients"]
    assert [line.split()[0] for line in lines[1:4]] == ["fold-0", "fold-1", "fold-2"]
    assert "mean (range) over 3 folds" in lines
    assert "leave out training variance" in lines[-3]
    assert lines[-2:] == [str(done / "forest.png"), str(done / "crossval.json")]
    assert "under 40: its figures are rough, and their intervals wide" in result.stderr


def test_json_is_the_file(dataset: Path, folds: Path, done: Path) -> None:
    result = invoke_crossval(dataset, done, folds, more=("--json",))
    assert json.loads(result.stdout) == found_in(done)


def test_a_finished_fold_is_not_done_again(
    dataset: Path, folds: Path, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(done, tmp_path / "copy"))
    shutil.rmtree(copy / "fold-1")
    (copy / "fold-2" / "metrics.json").unlink()
    (copy / "crossval.json").unlink()
    fitted = note_calls(monkeypatch, "fit", 2)
    judged = note_calls(monkeypatch, "evaluate", 0)
    assert invoke_crossval(dataset, copy, folds).exit_code == 0
    assert fitted == judged == ["fold-1", "fold-2"]
    assert (copy / "crossval.json").read_bytes() == (done / "crossval.json").read_bytes()
    assert (copy / "forest.png").read_bytes() == (done / "forest.png").read_bytes()


def note_calls(monkeypatch: pytest.MonkeyPatch, name: str, run_at: int) -> list[str]:
    """Note the run folder of each call of fit or evaluate."""
    called: list[str] = []
    original: Callable[..., Any] = getattr(cross_validation, name)

    def noted(*arguments: Any, **named: Any) -> Any:
        called.append(arguments[run_at].name)
        return original(*arguments, **named)

    monkeypatch.setattr(cross_validation, name, noted)
    return called


def test_a_fold_judged_on_something_else_too_is_not_judged_again(
    dataset: Path, folds: Path, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copytree(done, tmp_path / "copy"))
    again = invoke("evaluate", copy / "fold-0", dataset, "--split", folds, "--part", "val")
    assert again.exit_code == 0
    judged = note_calls(monkeypatch, "evaluate", 0)
    assert invoke_crossval(dataset, copy, folds).exit_code == 0
    assert judged == []


def test_figures_that_are_not_about_their_fold_are_made_anew(
    dataset: Path, folds: Path, done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fold 0 holds another's predictions, fold 1 an evaluation without digests, fold 2 a FIFO."""
    copy = Path(shutil.copytree(done, tmp_path / "copy"))
    first, second, third = (copy / f"fold-{number}" for number in range(3))
    shutil.copy(second / "predictions.parquet", first)
    metrics = json.loads((second / "metrics.json").read_text())
    (second / "metrics.json").write_text(json.dumps({"test": metrics["test"]}))
    (third / "metrics.json").unlink()
    os.mkfifo(third / "metrics.json")
    fitted = note_calls(monkeypatch, "fit", 2)
    judged = note_calls(monkeypatch, "evaluate", 0)
    assert invoke_crossval(dataset, copy, folds).exit_code == 0
    assert fitted == judged == ["fold-0", "fold-1", "fold-2"]
    for path in (path for path in done.rglob("*") if path.is_file()):
        assert (copy / path.relative_to(done)).read_bytes() == path.read_bytes(), path.name


def test_other_settings_do_not_mix_with_what_is_there(
    dataset: Path, folds: Path, done: Path
) -> None:
    before = (done / "crossval.json").read_bytes()
    result = invoke_crossval(dataset, done, folds, more=("--seed", 7))
    assert result.exit_code == 73
    assert "another settings: seed 42, asked 7" in result.stderr
    assert (done / "crossval.json").read_bytes() == before


def test_a_family_of_files_has_a_run_each(
    dataset: Path, family: list[Path], tmp_path: Path
) -> None:
    result = invoke_crossval(dataset, tmp_path / "cv", *family)
    assert result.exit_code == 0, result.output
    found = found_in(tmp_path / "cv")
    assert list(found["folds"]) == ["out-H01", "out-H02", "out-H03"]
    assert found["split_files"] == [path.name for path in family]
    for path in family:
        tested = sum(part == "test" for part in read_split(path).parts.values())
        assert found["folds"][path.stem]["n_patients"] == tested


def test_a_mix_of_files_is_refused(
    dataset: Path, folds: Path, family: list[Path], tmp_path: Path
) -> None:
    for splits, told in (
        ((folds, family[0]), "found 1 split file with folds and 1 without"),
        ((family[0],), "found 0 split files with folds and 1 without"),
        ((family[0], family[0]), "found 2 split files called out-H01"),
    ):
        result = invoke_crossval(dataset, tmp_path / "cv", *splits)
        assert result.exit_code == 65
        assert result.stderr.startswith(f"error: {told}, expected ")
        assert not (tmp_path / "cv").exists()


def test_a_fold_that_cannot_be_used_stops_all_before_the_first_fit(
    dataset: Path, family: list[Path], tmp_path: Path
) -> None:
    split = read_split(family[1])
    parts = {name: "train" if part == "test" else part for name, part in split.parts.items()}
    bad = tmp_path / "bad.csv"
    write_split(bad, Split("patient", split.facts, parts))
    result = invoke_crossval(dataset, tmp_path / "cv", family[0], bad)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: bad: the split puts no slice of the data set in test, expected some\n"
    )
    assert not (tmp_path / "cv").exists()


def test_a_folder_of_something_else_is_left_alone(
    dataset: Path, folds: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").touch()
    result = invoke_crossval(dataset, tmp_path, folds)
    assert result.exit_code == 73
    assert "holds something else ('thesis.txt')" in result.stderr


def test_the_picture_is_a_png_without_a_time(done: Path) -> None:
    content = (done / "forest.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    for chunk in (b"tIME", b"tEXt", b"iTXt"):
        assert chunk not in content


def leave_out(template: Path, hospital: str, dataset: Path) -> Path:
    """Write the split that has a hospital as test, whether it can be left out or not."""
    rows = open_dataset(dataset).manifest_table().to_pandas()
    mine = set(rows.loc[rows["hospital"] == hospital, "patient_id"])
    split = read_split(template)
    others = sorted(set(split.parts) - mine)
    parts = dict.fromkeys(mine, "test") | {
        one: "val" if number % 4 == 0 else "train" for number, one in enumerate(others)
    }
    path = template.with_name(f"s-{hospital}.csv")
    write_split(path, Split("patient", {**split.facts, "test": hospital}, parts))
    return path


def test_hospitals_that_cannot_be_left_out_are_passed_over_and_named(tmp_path: Path) -> None:
    plan = Plan(36, levels=1, hospital_shares=(0.5, 0.0, 0.5))
    dataset = write_dataset(tmp_path / "out", plan)
    made = invoke("split", dataset, "-o", tmp_path / "s.csv", "--scheme", "hospital-out")
    assert made.exit_code == 0, made.output
    first = tmp_path / "s-H01.csv"
    second = leave_out(first, "H02", dataset)
    target = tmp_path / "hospitals"
    done = invoke_crossval(dataset, target, first, second, tmp_path / "s-H03.csv")
    assert done.exit_code == 0, done.output
    told = "s-H02: its hospital could not be left out, slices of one class only are in test"
    assert f"note: {told}\n" in done.stderr
    found = found_in(target)
    assert list(found["folds"]) == ["s-H01", "s-H03"]
    assert told in found["remarks"]
    assert not (target / "s-H02").exists()
    assert "mean (range) over 2 folds" in done.stdout
    again = Path(shutil.copy(second, tmp_path / "again.csv"))
    none = invoke_crossval(dataset, tmp_path / "none", second, again)
    assert none.exit_code == 65
    assert none.stderr == (
        "error: no hospital can be left out: s-H02: slices of one class only are in test; "
        "again: slices of one class only are in test\n"
    )
