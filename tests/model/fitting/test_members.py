"""Claims about runs of several seeds, and about looking both ways."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from hnp_model import open_run
from hnp_model.fitting.networks.ensemble import BothWays, Ensemble, each_logit, together
from hnp_shared.dataset import open_dataset
from model.conftest import invoke, invoke_fit

SEEDS = ("--seeds", 3, "--seed", 7)


class Fixed(nn.Module):
    """Says the sum of each picture's left half."""

    def forward(self, images: torch.Tensor, _tabular: torch.Tensor) -> torch.Tensor:
        return images[:, 0, :, : images.shape[3] // 2].sum(dim=(1, 2)) - 1


def test_the_mean_of_probabilities_is_taken_not_of_logits() -> None:
    logits = torch.tensor([[0.0, 50.0, -200.0], [2.0, -50.0, -200.0]])
    expected = (torch.sigmoid(logits[0]) + torch.sigmoid(logits[1])) / 2
    torch.testing.assert_close(torch.sigmoid(together(logits)), expected)
    assert float(together(logits)[2]) == pytest.approx(-200)
    assert torch.equal(together(logits[:1]), logits[0])


def test_a_picture_and_its_mirror_image_are_judged_alike_both_ways() -> None:
    images, tabular = torch.rand(3, 1, 4, 6), torch.zeros(3, 1)
    for network in (Fixed(), Ensemble([Fixed(), Fixed()])):
        both = BothWays(network)
        torch.testing.assert_close(both(images, tabular), both(images.flip(3), tabular))
        assert not torch.allclose(network(images, tabular), network(images.flip(3), tabular))
        assert both.each(images, tabular).shape == each_logit(network, images, tabular).shape


@pytest.fixture(scope="module")
def several(dataset: Path, split_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fit of three seeds, evaluated."""
    run = tmp_path_factory.mktemp("several") / "run"
    fitted = invoke_fit(dataset, split_file, run, "--epochs", 1, *SEEDS)
    assert fitted.exit_code == 0, fitted.output
    assert "members" in fitted.output
    assert invoke("evaluate", run, dataset, "--split", split_file).exit_code == 0
    return run


def test_each_member_is_the_fit_of_its_seed(
    several: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    assert invoke_fit(dataset, split_file, alone, "--epochs", 1, "--seed", 8).exit_code == 0
    member = several / "members/seed-8"
    for name in ("model.safetensors", "history.csv"):
        assert (member / name).read_bytes() == (alone / name).read_bytes()
    history = pd.read_csv(several / "history.csv")
    assert history["seed"].tolist() == [7, 8, 9]


def test_the_prediction_is_the_mean_of_the_members(several: Path) -> None:
    told = pd.read_parquet(several / "predictions.parquet")
    members = told[[f"probability_member_{number}" for number in (1, 2, 3)]]
    np.testing.assert_allclose(told["probability"], members.mean(axis=1), atol=1e-6)
    assert (members.std(axis=1) > 0).all()


def test_intervals_are_given_with_and_without_the_variance_between_seeds(
    several: Path, run: Path
) -> None:
    metrics = json.loads((several / "metrics.json").read_bytes())
    figure = metrics["test"]["level"]["brier"]
    assert 0 <= figure["low_seeds"] < figure["low"] < figure["high"] < figure["high_seeds"]
    assert "low_seeds" in metrics["test"]["slice"]["auc"]  # members may agree that it is 1
    of_one = json.loads((run / "metrics.json").read_bytes())
    assert "low_seeds" not in of_one["test"]["slice"]["auc"]
    card = (several / "card.md").read_text()
    assert "# Model card: compact network, mean of 3 seeds" in card
    assert "After a semicolon stands the interval" in card
    compared = invoke("compare", run, several, "--json")
    assert compared.exit_code == 0
    difference = json.loads(compared.stdout)["differences"]["level"]["brier"]["difference"]
    assert difference["low_seeds"] < difference["low"]


def test_a_run_of_several_is_gone_on_with_where_it_stopped(
    several: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    """Members that are done are not done again."""
    stopped = Path(shutil.copytree(several, tmp_path / "run"))
    for name in ("model.safetensors", "members/seed-9/model.safetensors"):
        (stopped / name).unlink()
    shutil.rmtree(stopped / "members/seed-9/checkpoints")
    again = invoke_fit(dataset, split_file, stopped, "--epochs", 1, *SEEDS, "--resume")
    assert again.exit_code == 0
    for name in ("model.safetensors", "history.csv", "config.json"):
        assert (stopped / name).read_bytes() == (several / name).read_bytes()


def test_a_look_both_ways_lies_beside_the_runs_own_evaluation(
    several: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    own = Path(shutil.copytree(several, tmp_path / "run"))
    before = (own / "metrics.json").read_bytes()
    judged = invoke("evaluate", own, dataset, "--split", split_file, "--tta")
    assert judged.exit_code == 0, judged.stderr
    assert "looked at mirrored too (--tta)" in judged.stderr
    assert (own / "metrics.json").read_bytes() == before
    (folder,) = (own / "evaluations").iterdir()
    assert folder.name.endswith("-test-tta")
    one, other = (pd.read_parquet(place / "predictions.parquet") for place in (own, folder))
    assert not np.allclose(one["probability"], other["probability"])
    assert invoke("predict", own, dataset, "--tta", "-o", tmp_path / "said").exit_code == 0
    found = open_run(own).predict(open_dataset(dataset))
    assert len(found) == len(pd.read_parquet(tmp_path / "said"))
