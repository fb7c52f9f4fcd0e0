"""Networks that look at one place only are found to look there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from hnp_model.data.slices import Slices, read_slices
from hnp_model.data.tabular import FEATURES, fit_standardisation
from hnp_model.explanations.measured import joined
from hnp_model.explanations.measuring import Looker
from hnp_model.explanations.regions import REGIONS, Regions, shares_of
from hnp_model.explanations.summary import Summary, summarise
from hnp_model.fitting.samples import map_samples
from hnp_model.settings.fit import FitSettings, ModelName
from hnp_shared.dataset import Dataset, open_dataset
from model.explanations.known_networks import looks_at

SIDE = 32


@pytest.fixture
def opened(small: Path) -> Dataset:
    return open_dataset(small)


@pytest.fixture
def slices(opened: Dataset) -> Slices:
    """24 slices of 12 patients, whose pictures are 160 mm wide: the box is half of that."""
    found = read_slices(opened).take(np.arange(24))
    return replace(
        found, pixel_row_mm=np.full(24, 5.0, np.float32), pixel_col_mm=np.full(24, 5.0, np.float32)
    )


def regions_of(opened: Dataset, slices: Slices, model: ModelName) -> Regions:
    settings = FitSettings(model=model, batch_size=8)
    samples = map_samples(opened, slices, fit_standardisation(slices), settings, (5.0, 5.0))
    return Regions.of(samples, (SIDE, SIDE))


def explained(opened: Dataset, slices: Slices, network: nn.Module) -> Summary:
    looker = Looker(
        network=network,
        stranger=looks_at(slice(0, SIDE), slice(0, SIDE), SIDE),
        regions=regions_of(opened, slices, "compact-1"),
        channels=1,
        usual=torch.zeros(4),
        random=np.random.default_rng(0),
    )
    steps = [np.arange(first, first + 8) for first in range(0, 24, 8)]
    called = np.ones(8, dtype=np.bool_)
    found = joined([looker.look(each, called, strange=True)[1] for each in steps])
    return summarise({"part": "test"}, found, FEATURES, slices.patient_id)


def test_regions_take_the_share_of_pixels_that_they_should(opened: Dataset, slices: Slices) -> None:
    masks = regions_of(opened, slices, "compact-1").masks(np.arange(3))
    assert masks.shape == (3, len(REGIONS), SIDE, SIDE)
    areas = dict(zip(REGIONS, masks.mean(axis=(0, 2, 3)).tolist(), strict=True))
    assert areas["disc"] == pytest.approx(0.25)
    assert areas["outside"] == pytest.approx(0.75)
    # Of 32 pixels, 4 on each side begin in the outer tenth, and 7 in the outer fifth.
    assert areas["border"] == areas["rim"] == pytest.approx(1 - (24 / 32) ** 2)
    assert areas["corners"] == pytest.approx((14 / 32) ** 2)


def test_a_network_that_is_given_the_middle_sees_nothing_outside(
    opened: Dataset, slices: Slices
) -> None:
    masks = regions_of(opened, slices, "compact").masks(np.arange(3))
    areas = dict(zip(REGIONS, masks.mean(axis=(0, 2, 3)).tolist(), strict=True))
    assert areas["disc"] == 1
    assert areas["outside"] == areas["border"] == areas["corners"] == 0
    assert areas["rim"] > 0


def test_a_network_that_looks_at_one_corner_only_is_found_to(
    opened: Dataset, slices: Slices
) -> None:
    found = explained(opened, slices, looks_at(slice(0, 4), slice(0, 4), SIDE))
    regions = {one.name: one for one in found.regions}
    assert regions["corners"].shares["ig"].value == pytest.approx(1)
    assert regions["corners"].decides.value == pytest.approx(1)
    assert regions["disc"].shares["ig"].value == 0
    assert found.verdict == "SHORTCUT: what lies in outside, border, corners sets slices apart"
    assert found.shares["picture"].value == pytest.approx(1)
    assert found.curves["ig"].earlier.low is not None


def test_a_network_that_looks_at_the_disc_only_is_not_suspected(
    opened: Dataset, slices: Slices
) -> None:
    found = explained(opened, slices, looks_at(slice(12, 20), slice(12, 20), SIDE))
    regions = {one.name: one for one in found.regions}
    assert regions["disc"].shares["ig"].value == pytest.approx(1)
    assert regions["disc"].decides.value == pytest.approx(1)
    assert found.verdict.startswith("no shortcut found")
    assert not any("SHORTCUT" in line for line in found.found)


def test_a_network_without_learned_weights_is_found_to_be_like_itself(
    opened: Dataset, slices: Slices
) -> None:
    everything = looks_at(slice(0, SIDE), slice(0, SIDE), SIDE)
    found = explained(opened, slices, everything)
    assert found.alike["ig"].value == pytest.approx(1)
    assert any(
        line.startswith("maps of Integrated Gradients hardly change") for line in found.found
    )


def test_a_map_of_nothing_has_no_shares() -> None:
    masks = np.ones((2, 1, 4, 4), np.float32)
    maps = np.zeros((2, 4, 4), np.float32)
    maps[1, 0, 0] = -3
    shares = shares_of(maps, masks)
    assert np.isnan(shares[0, 0])
    assert shares[1, 0] == 1
