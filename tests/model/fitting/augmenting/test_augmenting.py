"""Claims about varied slices: alike in any batch and order, and varied as drawn."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.augmenting.draws import Draws, Variation
from hnp_model.fitting.augmenting.fields import noise_fields
from hnp_model.fitting.augmenting.geometry import sample
from hnp_model.fitting.augmenting.intensity import vary_intensity
from hnp_model.fitting.augmenting.mixing import mixed
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.presets import STRONG
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.settings.craft import Craft
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset

SIDE = 64
STILL = Draws(
    angle_deg=np.zeros(1),
    shift=np.zeros((1, 2)),
    log_scale=np.zeros((1, 2)),
    flipped=np.zeros(1, np.bool_),
    elastic_sd=0.0,
    elastic_key=np.ones(1, np.int64),
    log_gamma=np.zeros(1),
    log_contrast=np.zeros(1),
    bias=np.zeros((1, 5)),
    blur_pixels=np.zeros(1),
    noise_sd=np.zeros(1),
    noise_key=np.ones(1, np.int64),
)


@pytest.fixture(scope="module")
def samples(small: Path) -> Samples:
    dataset = open_dataset(small)
    slices = read_slices(dataset)
    return map_samples(
        dataset, slices, fit_standardisation(slices), FitSettings(model="compact", batch_size=48)
    )


def seen(samples: Samples, indices: list[int], variation: Variation) -> tuple[torch.Tensor, ...]:
    batch = samples.batch(np.array(indices), variation)
    return batch.images.clone(), batch.tabular.clone()


@pytest.mark.parametrize("size", [1, 5, 16])
def test_neither_batch_nor_order_nor_share_changes_how_a_slice_is_varied(
    samples: Samples, size: int
) -> None:
    variation = Variation(STRONG, seed=7, epoch=4)
    whole = seen(samples, list(range(40)), variation)
    order = np.random.default_rng(size).permutation(40).tolist()
    for first in range(0, 40, size):
        some = order[first : first + size]
        images, tabular = seen(samples, some, variation)
        torch.testing.assert_close(images, whole[0][some], atol=1e-6, rtol=0)  # but for rounding
        assert torch.equal(tabular, whole[1][some])


def test_every_epoch_and_seed_varies_a_slice_anew(samples: Samples) -> None:
    ways = [Variation(STRONG, seed, epoch) for seed, epoch in ((7, 1), (7, 2), (8, 1))]
    plain = samples.batch(np.array([3])).images
    found = [plain, *(seen(samples, [3], way)[0] for way in ways)]
    for number, one in enumerate(found):
        assert one.shape == plain.shape
        assert not any(torch.equal(one, other) for other in found[:number])


def test_without_strength_nothing_varies(samples: Samples) -> None:
    plain = samples.batch(np.arange(4))
    for craft in (Craft(), Craft(augment=0.0, weight_decay=0.1)):
        batch = samples.batch(np.arange(4), Variation(craft, 7, 1))
        assert torch.equal(batch.images, plain.images)
        assert torch.equal(batch.tabular, plain.tabular)


def picture(row: int, column: int) -> torch.Tensor:
    """Return a soft spot on black, its middle at a place."""
    away = torch.arange(SIDE, dtype=torch.float32)
    spot = torch.exp(-((away[:, None] - row) ** 2 + (away[None, :] - column) ** 2) / 18)
    return spot.reshape(1, 1, SIDE, SIDE)


def place_of_spot(image: torch.Tensor) -> tuple[float, float]:
    weights = image[0, 0] / image.sum()
    away = torch.arange(SIDE, dtype=torch.float32)
    return float(weights.sum(1) @ away), float(weights.sum(0) @ away)


WHOLE = torch.ones(1, 2)


@pytest.mark.parametrize(
    ("changes", "row", "column"),
    [
        ({}, 20, 40),
        ({"flipped": np.ones(1, np.bool_)}, 20, 63 - 40),
        ({"shift": np.array([[0.125, -0.0625]])}, 20 + 4, 40 - 8),
        ({"angle_deg": np.array([90.0])}, 63 - 40, 20),
        ({"log_scale": np.log([[2.0, 1.0]])}, 20, 31.5 + 8.5 / 2),
    ],
    ids=["still", "mirrored", "shifted", "turned", "scaled"],
)
def test_a_spot_goes_where_it_was_drawn_to_go(
    changes: dict[str, Any], row: float, column: float
) -> None:
    found = sample(picture(20, 40), WHOLE, (SIDE, SIDE), replace(STILL, **changes))
    assert place_of_spot(found) == pytest.approx((row, column), abs=0.1)


def test_bending_moves_places_smoothly_and_a_little() -> None:
    grid = torch.linspace(0, 1, SIDE).expand(1, 1, SIDE, SIDE).contiguous()
    bent = sample(grid, WHOLE, (SIDE, SIDE), replace(STILL, elastic_sd=0.012))
    moved = (bent - grid)[:, :, 4:-4, 4:-4]
    assert 0.003 < float(moved.std()) < 0.02
    assert float(moved.diff(dim=2).abs().max()) < 0.01


def test_intensities_change_as_drawn() -> None:
    image = picture(32, 32) * 0.8 + 0.1

    def varied(**changes: Any) -> torch.Tensor:
        return vary_intensity(image, replace(STILL, **changes))

    torch.testing.assert_close(varied(), image, atol=1e-5, rtol=0)
    torch.testing.assert_close(varied(log_gamma=np.log([2.0])), image**2, atol=1e-5, rtol=0)
    contrast = image.mean() + 1.5 * (image - image.mean())
    torch.testing.assert_close(varied(log_contrast=np.log([1.5])), contrast, atol=1e-5, rtol=0)
    sides = varied(bias=np.array([[0.2, 0, 0, 0, 0]])) / image
    assert float(sides[0, 0, 5, 0]) == pytest.approx(np.exp(-0.2), abs=1e-4)
    assert float(sides[0, 0, 5, -1]) == pytest.approx(np.exp(0.2), abs=1e-4)
    blurred = varied(blur_pixels=np.array([1.0]))
    assert float(blurred.max()) < float(image.max())
    assert float(blurred.sum()) == pytest.approx(float(image.sum()), rel=1e-4)
    assert float((varied(noise_sd=np.array([0.05])) - image).std()) == pytest.approx(0.05, rel=0.1)


def test_noise_is_a_bell_that_its_key_alone_tells() -> None:
    keys = torch.tensor([0, 1, 2**31, 2**32 - 1])
    noise = noise_fields(keys, 144, 144)
    assert noise.mean(dim=(1, 2)).abs().max() < 0.03
    assert (noise.std(dim=(1, 2)) - 1).abs().max() < 0.03
    assert torch.equal(noise_fields(keys[2:3], 144, 144)[0], noise[2])
    flat = noise.flatten(1)
    assert (torch.corrcoef(flat) - torch.eye(4)).abs().max() < 0.03
    assert torch.corrcoef(torch.stack([flat[0, 1:], flat[0, :-1]]))[0, 1].abs() < 0.03


def test_inputs_are_lost_as_often_as_asked_and_sometimes_all(samples: Samples) -> None:
    craft = Craft(input_dropout=0.2)
    lost = np.concatenate(
        [Variation(craft, 7, epoch).lost_inputs(samples.keys, 4) for epoch in range(1, 41)]
    )
    assert lost.mean(axis=0) == pytest.approx(np.full(4, 1 - 0.8**2), abs=0.04)
    assert lost.all(axis=1).mean() == pytest.approx(0.2 + 0.8 * 0.2**4, abs=0.03)


def test_a_mixed_slice_holds_its_share_of_itself_and_the_rest_of_its_neighbour() -> None:
    batch = Batch(torch.rand(3, 1, 4, 4), torch.rand(3, 2), torch.tensor([1.0, 0.0, 0.0]))
    found = mixed(batch, np.array([1.0, 0.75, 0.5]))
    torch.testing.assert_close(found.images[0], batch.images[0])
    torch.testing.assert_close(found.tabular[2], (batch.tabular[2] + batch.tabular[1]) / 2)
    assert found.truth.tolist() == [1.0, 0.25, 0.0]


def test_shares_of_mixed_slices_are_at_least_half(samples: Samples) -> None:
    shares = Variation(Craft(mixup=0.4), 7, 1).shares(samples.keys)
    assert shares.min() >= 0.5
    assert shares.max() <= 1.0
    assert 0.6 < shares.mean() < 0.95
