"""A network that sees neighbouring slices sees the right ones, and knows which are none."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
import torch

from hnp_model.data.neighbours import find_neighbours
from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.data.tabular_inputs import ENCODED_WIDTH
from hnp_model.fitting.augmenting.draws import Variation
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.presets import STRONG
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset
from model.conftest import invoke, invoke_fit
from model.synthetic import Plan, write_dataset

ONE = FitSettings(model="compact", batch_size=16)
THREE = replace(ONE, slices=3)
STRONG_EPOCH = Variation(STRONG, seed=42, epoch=2)


@pytest.fixture(scope="module")
def discs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 patients, two discs of three slices each."""
    plan = Plan(24, levels=2, slices_a_level=3)
    return write_dataset(tmp_path_factory.mktemp("discs") / "out", plan)


def samples_of(out: Path, settings: FitSettings, rows: npt.NDArray[np.int64]) -> Samples:
    dataset = open_dataset(out)
    slices = read_slices(dataset)
    return map_samples(dataset, slices.take(rows), fit_standardisation(slices), settings)


def test_channels_are_the_pictures_of_the_neighbours_and_then_which_are_there(discs: Path) -> None:
    every = np.arange(12)
    one, three = (samples_of(discs, settings, every) for settings in (ONE, THREE))
    alone = one.batch(every).images.clone()
    seen = three.batch(every).images
    assert seen.shape == (12, 5, *alone.shape[2:])
    first_disc = seen[:3, :3]  # slices 0, 1 and 2 of a disc
    for slice_number, channels in enumerate(((0, 0, 1), (0, 1, 2), (1, 2, 2))):
        for channel, neighbour in enumerate(channels):
            assert torch.equal(first_disc[slice_number, channel], alone[neighbour, 0])
    assert seen[:3, 3:, 0, 0].tolist() == [[0, 1], [1, 1], [1, 0]]
    assert torch.equal(seen[:, 3:].amin(dim=(2, 3)), seen[:, 3:].amax(dim=(2, 3)))


def test_what_is_seen_depends_on_no_batch_no_order_and_no_part(discs: Path) -> None:
    every = samples_of(discs, replace(THREE, batch_size=64), np.arange(60))
    whole = every.batch(np.arange(60), STRONG_EPOCH).images.clone()
    some = samples_of(discs, THREE, np.array([41, 7, 22]))
    found = some.batch(np.array([2, 0, 1]), STRONG_EPOCH).images
    assert torch.allclose(found, whole[[22, 41, 7]], atol=1e-6)


def test_the_slice_itself_is_varied_as_it_is_alone_but_for_its_noise(discs: Path) -> None:
    quiet = replace(STRONG_EPOCH, craft=replace(STRONG, flip=True, augment=0.0))
    rows = np.arange(12)
    alone = samples_of(discs, ONE, rows).batch(rows, quiet).images.clone()
    middle = samples_of(discs, THREE, rows).batch(rows, quiet).images[:, 1:2]
    assert torch.equal(alone, middle)


def test_each_channel_has_noise_of_its_own(discs: Path) -> None:
    rows = np.arange(12)
    seen = samples_of(discs, THREE, rows).batch(rows, STRONG_EPOCH).images
    standing_in = seen[0, 0] - seen[0, 1]  # the first slice of a disc stands for its neighbour
    assert standing_in.abs().max() > 0


def test_at_first_a_network_sees_the_slice_alone() -> None:
    network = build_network(THREE).eval()
    seen, tabular = torch.rand(2, 5, 32, 32), torch.zeros(2, ENCODED_WIDTH)
    other = torch.rand(2, 5, 32, 32)
    other[:, 1] = seen[:, 1]
    assert torch.equal(network(seen, tabular), network(other, tabular))


def test_a_step_learns_from_each_neighbour_and_each_mask() -> None:
    network = build_network(THREE).train()
    network(torch.rand(4, 5, 32, 32), torch.zeros(4, ENCODED_WIDTH)).sum().backward()
    (looking,) = (weights for weights in network.parameters() if weights.shape[1:2] == (5,))
    assert looking.grad is not None
    assert (looking.grad.abs().amax(dim=(0, 2, 3)) > 0).all()


def test_one_slice_and_the_usual_width_are_the_network_that_there_was() -> None:
    asked = build_network(replace(ONE, slices=1, width=24)).state_dict()
    before = build_network(ONE).state_dict()
    assert asked.keys() == before.keys()
    assert all(torch.equal(asked[name], before[name]) for name in before)


def test_width_is_that_of_the_first_maps() -> None:
    wide, usual = (
        sum(weights.numel() for weights in build_network(replace(ONE, width=width)).parameters())
        for width in (48, None)
    )
    assert 3 < wide / usual < 4


def test_evaluate_and_predict_see_the_same_neighbours(discs: Path, tmp_path: Path) -> None:
    split = tmp_path / "split.csv"
    run = tmp_path / "run"
    assert invoke("split", discs, "-o", split).exit_code == 0
    assert invoke_fit(discs, split, run, "--slices", 3, "--width", 8).exit_code == 0
    settings = json.loads((run / "config.json").read_text())["settings"]
    assert (settings["slices"], settings["width"]) == (3, 8)
    evaluated = invoke("evaluate", run, discs, "--split", split)
    assert evaluated.exit_code == 0, evaluated.output
    assert "3 slices at a time" in (run / "card.md").read_text()
    judged = pq.read_table(run / "predictions.parquet").to_pandas().set_index("slice_id")
    assert invoke("predict", run, discs, "-o", tmp_path / "all.parquet").exit_code == 0
    everything = pq.read_table(tmp_path / "all.parquet").to_pandas().set_index("slice_id")
    same = everything.loc[judged.index, "probability"]
    np.testing.assert_allclose(judged["probability"], same, atol=1e-6)


def test_a_split_by_slice_has_neighbours_in_other_parts(discs: Path, tmp_path: Path) -> None:
    split = tmp_path / "split.csv"
    assert invoke("split", discs, "--unit", "slice", "-o", split).exit_code == 0
    result = invoke_fit(discs, split, tmp_path / "run", "--slices", 3, "--allow-leakage")
    assert result.exit_code == 65
    assert "expected one by patient for --slices 3" in result.output


@pytest.mark.parametrize("flag", [("--slices", 3), ("--width", 8)])
@pytest.mark.parametrize("model", ["reference", "compact-1", "tabular-gbm"])
def test_other_networks_refuse_neighbours_and_width(
    flag: tuple[str, int], model: str, small: Path, small_split: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    result = invoke("fit", small, "--split", small_split, "--out", run, "--model", model, *flag)
    assert result.exit_code == 2
    assert f"{flag[0]} means nothing to --model {model}" in result.output


@pytest.mark.parametrize("flag", [("--slices", 3), ("--width", 8)])
def test_a_network_that_sees_no_picture_refuses_neighbours_and_width(
    flag: tuple[str, int], small: Path, small_split: Path, tmp_path: Path
) -> None:
    result = invoke_fit(small, small_split, tmp_path / "run", "--inputs", "tabular", *flag)
    assert result.exit_code == 2
    assert f"{flag[0]} means nothing to --inputs tabular" in result.output


def test_neighbours_that_are_labelled_for_no_part_are_seen_all_the_same(discs: Path) -> None:
    dataset = open_dataset(discs)
    slices = read_slices(dataset)
    only = find_neighbours(dataset, slices.take(np.array([1])), 3)
    assert only.places.slice_id.tolist() == slices.slice_id[:3].tolist()


def test_a_pooling_that_val_chose_stands_beside_the_figures_and_replaces_none(
    discs: Path, tmp_path: Path
) -> None:
    split = tmp_path / "split.csv"
    assert invoke("split", discs, "-o", split).exit_code == 0
    told = {}
    for name, more in (("plain", ()), ("asked", ("--choose-pooling",))):
        run = tmp_path / name
        assert invoke_fit(discs, split, run, "--inputs", "tabular", *more).exit_code == 0
        assert invoke("evaluate", run, discs, "--split", split).exit_code == 0
        told[name] = json.loads((run / "metrics.json").read_text())["test"]
    pooling = told["asked"].pop("pooling")
    assert told["asked"]["level"] == told["plain"]["level"]
    assert "pooling" not in told["plain"]
    config = json.loads((tmp_path / "asked" / "config.json").read_text())
    assert pooling["chosen_on_val"] == config["result"]["pooling"]
    assert "as val has chosen" in (tmp_path / "asked/card.md").read_text()
