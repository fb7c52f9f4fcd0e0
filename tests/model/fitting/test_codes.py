"""Claims about fits whose target is the label code."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch.nn.functional import cross_entropy, log_softmax

from hnp_model.commands.tune import command_line
from hnp_model.fitting.losses import CodeLoss, loss_for
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.networks.code_head import CodeHead, GradeHead
from hnp_model.fitting.planning import plan_steps
from hnp_model.fitting.several.ranks import share_of_loss
from hnp_model.runs.run_config import parse_config
from hnp_model.settings.codes import CodeTarget
from hnp_model.settings.craft import Craft
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset
from model.conftest import invoke, invoke_fit
from model.synthetic import Plan, write_dataset

CODES = CodeTarget("ordinal", None, ("1", "2", "3"), (False, True, True), (60, 30, 10))
GRADED = Plan(
    patients=36,
    levels=2,
    slices_a_level=1,
    graded=True,
    codes=(("1", "normal"), ("2", "patient"), ("3", "patient"), ("4", "patient")),
)


def test_grades_are_proportional_odds() -> None:
    head, scores = GradeHead(CODES), torch.tensor([[-1.0], [0.0], [4.0]])
    above = torch.sigmoid(scores - torch.tensor([np.log(0.6 / 0.4), np.log(0.9 / 0.1)]))
    expected = torch.stack([1 - above[:, 0], above[:, 0] - above[:, 1], above[:, 1]], dim=1)
    torch.testing.assert_close(head(scores).exp(), expected.float())
    logit = head.eval()(scores)
    torch.testing.assert_close(torch.sigmoid(logit[:, 0]), above[:, 0].float())


def test_grades_begin_with_the_shares_of_train_and_stay_finite_far_out() -> None:
    head = GradeHead(CODES)
    torch.testing.assert_close(head(torch.zeros(1, 1)).exp(), torch.tensor([[0.6, 0.3, 0.1]]))
    alike = GradeHead(CODES, alike=True)(torch.zeros(1, 1)).exp()
    torch.testing.assert_close(alike, torch.full((1, 3), 1 / 3))
    far = head(torch.tensor([[-300.0], [300.0]]))
    assert torch.isfinite(far).all()
    assert torch.isfinite(head.eval()(torch.tensor([[300.0]]))).all()
    two = GradeHead(replace(CODES, classes=("1", "2"), patient=(False, True), counts=(3, 1)))
    torch.testing.assert_close(two(torch.zeros(1, 1)).exp(), torch.tensor([[0.75, 0.25]]))


def test_the_logit_of_a_patient_is_that_of_the_sum_over_codes_that_mean_one() -> None:
    scores = torch.randn(5, 3)
    logit = CodeHead(CODES).eval()(scores)
    expected = scores.softmax(dim=1)[:, 1:].sum(dim=1)
    torch.testing.assert_close(torch.sigmoid(logit[:, 0]), expected)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_of_codes_is_torchs_cross_entropy(smoothing: float) -> None:
    scores, code = torch.randn(6, 3), torch.tensor([0, 1, 2, 0, 0, 1])
    truth = torch.eye(3)[code]
    found = CodeLoss(smoothing).of(log_softmax(scores, dim=1), truth)
    torch.testing.assert_close(found, cross_entropy(scores, code, label_smoothing=smoothing))
    parts = [slice(0, 4), slice(4, 6), slice(6, 6)]  # of three processes, one without a slice
    said = log_softmax(scores, dim=1)
    shares = [share_of_loss(CodeLoss(smoothing).of, said[p], truth[p], 6) for p in parts]
    torch.testing.assert_close(torch.stack(shares).sum(), found)


def test_balanced_codes_count_alike() -> None:
    targets = np.eye(3, dtype=np.float32)[[0, 0, 0, 1, 1, 2]]
    said = log_softmax(torch.randn(6, 3), dim=1)
    loss = loss_for(Craft(balance="loss"), targets[:, 0] > 0, targets)
    each = -(torch.from_numpy(targets) * said).sum(dim=1)
    expected = (each[:3].mean() + each[3:5].mean() + each[5]) / 3
    torch.testing.assert_close(loss.of(said, torch.from_numpy(targets)), expected)
    settings = FitSettings(epochs=1, batch_size=9)
    truth = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2])
    (step,) = plan_steps(9, settings, epochs_done=0, truth=truth)
    assert np.bincount(truth[step.indices]).tolist() == [3, 3, 3]


@pytest.mark.parametrize("model", ["reference", "compact", "compact-1"])
@pytest.mark.parametrize("code_model", ["multiclass", "ordinal"])
def test_every_network_gives_codes_in_training_and_one_logit_else(
    model: str, code_model: str
) -> None:
    codes = replace(CODES, model=code_model)  # type: ignore[arg-type]  # one of both
    settings = FitSettings(model=model, codes=codes)  # type: ignore[arg-type]  # one of MODELS
    network = build_network(settings)
    side = 300 if model == "reference" else 32
    width = 4 if model != "compact" else network.fcn[0].in_features  # type: ignore[index,union-attr]
    images, tabular = torch.rand(2, 1, side, side), torch.zeros(2, width)
    said = network(images, tabular)
    assert said.shape == (2, 3)
    torch.testing.assert_close(said.exp().sum(dim=1), torch.ones(2))
    assert network.eval()(images, tabular).shape == (2,)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """36 patients with codes 1, 2 and 3, and their split."""
    folder = tmp_path_factory.mktemp("graded")
    data = write_dataset(folder / "data", GRADED)
    assert invoke("split", data, "-o", folder / "split.csv").exit_code == 0
    return data, folder / "split.csv"


@pytest.fixture(scope="module")
def grades(graded: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seeds that learn grades, with all that varies them, evaluated."""
    run = tmp_path_factory.mktemp("grades") / "run"
    more = ("--target", "code", "--code-model", "ordinal", "--seeds", 2, "--epochs", 1, "--flip")
    varied = ("--mixup", 0.2, "--balance", "sampling", "--ema-epochs", 1, "--weight-decay", 0.1)
    fitted = invoke_fit(*graded, run, *more, *varied)
    assert fitted.exit_code == 0, fitted.output
    assert "codes in their order (meaning, slices of train): 1 (normal, " in fitted.output
    judged = invoke("evaluate", run, graded[0], "--split", graded[1])
    assert judged.exit_code == 0, judged.output
    assert "kappa in the order 1 < 2 < 3" in judged.output
    assert "called 3" in judged.output
    return run


def test_the_probability_of_a_patient_is_the_sum_over_codes_that_mean_one(grades: Path) -> None:
    told = pd.read_parquet(grades / "predictions.parquet")
    each = told[[f"probability_code_{code}" for code in (1, 2, 3)]]
    np.testing.assert_allclose(each.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(each.iloc[:, 1:].sum(axis=1), told["probability"], atol=1e-6)
    members = told[["probability_member_1", "probability_member_2"]].mean(axis=1)
    np.testing.assert_allclose(members, told["probability"], atol=1e-6)
    assert set(told["code_predicted"]) <= {"1", "2", "3"}


def test_metrics_and_card_tell_codes_and_all_binary_figures(grades: Path) -> None:
    metrics = json.loads((grades / "metrics.json").read_bytes())
    for part in ("test", "val"):
        found = metrics[part]["codes"]
        assert found["order"] == ["1", "2", "3"]
        assert found["model"] == "ordinal"
        assert found["means"] == {"1": "normal", "2": "patient", "3": "patient"}
        counts = [sum(row) for row in found["level"]["confusion"]]
        assert sum(counts) == metrics[part]["level"]["n_levels"]
        assert counts[0] == sum(counts) - metrics[part]["level"]["n_positive"]
    card = (grades / "card.md").read_text()
    assert "## Label codes" in card
    assert "label code, ordinal" in card
    assert "1 (normal) < 2 (patient) < 3 (patient)" in card


def test_looking_both_ways_and_a_data_set_without_labels_give_codes_too(
    grades: Path, tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "bare", replace(GRADED, patients=5, labelled=False))
    told = []
    for way in ((), ("--tta",)):
        file = ("-o", tmp_path / "told.parquet", "--force", "--allow-missing")
        done = invoke("predict", grades, data, *file, *way)
        assert done.exit_code == 0, done.output
        told.append(pd.read_parquet(tmp_path / "told.parquet").filter(like="probability_code_"))
        np.testing.assert_allclose(told[-1].sum(axis=1), 1, atol=1e-6)
    assert not np.allclose(told[0], told[1])


def test_a_fit_goes_on_to_the_same_bits_and_is_another_with_another_order(
    graded: tuple[Path, Path], tmp_path: Path
) -> None:
    code = ("--target", "code")
    assert invoke_fit(*graded, tmp_path / "through", *code).exit_code == 0
    assert invoke_fit(*graded, tmp_path / "run", *code, "--epochs", 1).exit_code == 0
    other = invoke_fit(*graded, tmp_path / "run", *code, "--code-order", "1,3,2", "--resume")
    assert other.exit_code == 73
    assert "another settings" in other.output
    assert invoke_fit(*graded, tmp_path / "run", *code, "--resume").exit_code == 0
    first, second = (tmp_path / name / "model.safetensors" for name in ("through", "run"))
    assert first.read_bytes() == second.read_bytes()
    config = parse_config((tmp_path / "run/config.json").read_bytes())
    assert config.settings.codes is not None
    assert config.settings.codes.classes == ("1", "2", "3")


def test_a_plain_fit_says_nothing_of_codes(run: Path) -> None:
    assert "codes" not in json.loads((run / "config.json").read_bytes())["settings"]
    assert "codes" not in json.loads((run / "metrics.json").read_bytes())["test"]
    assert "probability_code_1" not in pd.read_parquet(run / "predictions.parquet").columns
    assert "Label codes" not in (run / "card.md").read_text()


def test_slices_whose_code_train_lacks_are_told_and_left_out(tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "data", replace(GRADED, patients=30, rare_code="4"))
    patients = open_dataset(data).manifest_table().column("patient_id").unique().to_pylist()
    parts = ["train"] * 18 + ["val"] * 6 + ["test"] * 6
    lines = [f"{one},{part}\n" for one, part in zip(sorted(patients), parts, strict=True)]
    (tmp_path / "split.csv").write_text("patient_id,part\n" + "".join(lines))
    fitted = invoke_fit(data, tmp_path / "split.csv", tmp_path / "run", "--target", "code")
    assert "1 slice of test with a code that train lacks" in fitted.output
    judged = invoke("evaluate", tmp_path / "run", data, "--split", tmp_path / "split.csv")
    assert "1 slice with a code that train lacks, or none: left out" in judged.output
    metrics = json.loads((tmp_path / "run/metrics.json").read_bytes())["test"]
    assert metrics["codes"]["n_slices_left_out"] == 1
    assert sum(map(sum, metrics["codes"]["slice"]["confusion"])) == metrics["slice"]["n_slices"] - 1


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (("--code-order", "1,2"), 2, "--code-order goes with --target code"),
        (("--code-model", "ordinal"), 2, "--code-model goes with --target code"),
        (("--target", "code", "--code-order", "1,1"), 2, "expected each code once"),
        (("--target", "code", "--code-order", "1,2"), 65, "--code-order lacks '3'"),
        (("--target", "code", "--code-order", "1,2,3,9"), 65, "--code-order names '9'"),
        (("--target", "code", "--model", "tabular-gbm"), 2, "--target code means nothing to"),
    ],
)
def test_what_cannot_be_learned_is_refused_in_a_line(
    graded: tuple[Path, Path], tmp_path: Path, flags: tuple[str, ...], code: int, said: str
) -> None:
    found = invoke("fit", graded[0], "--split", graded[1], "--out", tmp_path / "run", *flags)
    assert found.exit_code == code
    assert said in found.output
    assert not (tmp_path / "run").exists()


def test_a_search_ends_in_the_command_that_learns_the_same_codes() -> None:
    told = command_line(FitSettings(codes=CodeTarget("ordinal", ("2", "1"))), Path("o"), Path("s"))
    assert "--target code --code-model ordinal --code-order 2,1" in told
    assert "--target" not in command_line(FitSettings(), Path("o"), Path("s"))


def test_codes_of_one_meaning_are_refused(tmp_path: Path) -> None:
    plan = replace(GRADED, patients=20, codes=tuple((code, "patient") for code in "123"))
    data = write_dataset(tmp_path / "data", plan)
    assert invoke("split", data, "-o", tmp_path / "split.csv").exit_code == 0
    found = invoke_fit(data, tmp_path / "split.csv", tmp_path / "run", "--target", "code")
    assert found.exit_code == 65
    assert "(1, 2, 3) of one meaning" in found.output
