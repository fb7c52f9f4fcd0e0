import numpy as np
import pytest

from hnp_model.fitting.augmenting.chances import chances, field_keys, keys_of

IDS = [f"{number:032x}" for number in range(400)]
KEYS = keys_of(IDS)


def test_a_chance_depends_on_seed_epoch_and_slice_alone() -> None:
    every = chances(KEYS, seed=42, epoch=3, first=7, count=5)
    order = np.random.default_rng(0).permutation(len(IDS))[:50]
    again = chances(keys_of(IDS[row] for row in order), seed=42, epoch=3, first=7, count=5)
    np.testing.assert_array_equal(again, every[order])


def test_these_chances_stay_what_they_are() -> None:
    """A resumed fit, on another machine or by a later version, varies slices alike."""
    found = chances(keys_of(["a", "b"]), seed=42, epoch=3, first=0, count=2)
    assert found.tolist() == [
        [0.5772236482538996, 0.8946417316155095],
        [0.2637445484999461, 0.5770286426451131],
    ]


@pytest.mark.parametrize(
    ("seed", "epoch", "first"), [(43, 3, 0), (42, 4, 0), (42, 3, 1), (3, 42, 0), (0, 0, 0)]
)
def test_another_seed_epoch_or_number_is_another_chance(seed: int, epoch: int, first: int) -> None:
    one = chances(KEYS, seed=42, epoch=3, first=0, count=1)[:, 0]
    other = chances(KEYS, seed, epoch, first, 1)[:, 0]
    assert not (one == other).any()
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.15  # 3 standard errors


def test_chances_are_spread_evenly() -> None:
    found = chances(KEYS, seed=1, epoch=1, first=0, count=50)
    counts = np.histogram(found, bins=20, range=(0, 1))[0]
    assert counts.sum() == found.size
    assert abs(counts - 1_000).max() < 4 * np.sqrt(1_000)


def test_fields_start_from_other_numbers_each() -> None:
    found = {number for one in (1, 2) for number in field_keys(KEYS, 42, one, 9).tolist()}
    assert len(found) == 800
    assert min(found) >= 0
    assert max(found) < 2**32
