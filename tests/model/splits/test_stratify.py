import numpy as np
import pytest

from hnp_model.splits.stratify import GroupTraits, allot

RATIOS = np.array([0.6, 0.2, 0.2])


def traits(seed: int, group_count: int) -> GroupTraits:
    random = np.random.default_rng(seed)
    positive = random.integers(0, 6, group_count).astype(float)
    negative = random.integers(0, 9, group_count).astype(float) + (positive == 0)
    counts = np.stack([positive, negative, np.ones(group_count)], axis=1)
    is_class = np.array([True, True, False])
    weights = np.array([30.0, 30.0, 10.0])
    return GroupTraits(counts, weights, positive + negative, positive, is_class)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("group_count", [40, 200, 1500])
def test_every_part_has_the_share_of_positives_of_the_whole(seed: int, group_count: int) -> None:
    groups = traits(seed, group_count)
    parts = allot(groups, RATIOS, seed)
    whole = groups.counts.sum(axis=0)
    for part, ratio in enumerate(RATIOS):
        here = groups.counts[parts == part].sum(axis=0)
        assert here[0] / here[:2].sum() == pytest.approx(whole[0] / whole[:2].sum(), abs=0.01)
        assert here[2] / whole[2] == pytest.approx(ratio, abs=0.04)


def test_the_seed_decides_and_decides_alone() -> None:
    groups = traits(0, 100)
    assert (allot(groups, RATIOS, 1) == allot(groups, RATIOS, 1)).all()
    assert (allot(groups, RATIOS, 1) != allot(groups, RATIOS, 2)).any()


def test_many_patients_are_divided_in_the_ratios() -> None:
    parts = allot(traits(0, 10_000), RATIOS, 0)
    shares = np.bincount(parts) / parts.size
    assert shares.tolist() == pytest.approx(RATIOS.tolist(), abs=0.002)
