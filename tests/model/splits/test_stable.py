from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_model.data.slices import Slices, read_slices
from hnp_model.settings.split import SplitSettings
from hnp_model.splits.guard import find_leakage, parts_of
from hnp_model.splits.making import MadeSplit, make_splits
from hnp_model.splits.stable import draw, find_moved
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.splits import Split
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

PATIENTS = 120
STABLE = SplitSettings(stable=True)
SUBSETS = st.sets(st.integers(0, PATIENTS - 1), min_size=40, max_size=PATIENTS)
PAIRS = st.lists(st.tuples(st.integers(0, PATIENTS - 1), st.integers(0, PATIENTS - 1)), max_size=8)


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> Slices:
    """120 patients of one slice, in the order of their ids."""
    plan = Plan(PATIENTS, levels=1, slices_a_level=1)
    return read_slices(open_dataset(write_dataset(tmp_path_factory.mktemp("all") / "out", plan)))


def split(slices: Slices, how: SplitSettings = STABLE, earlier: Split | None = None) -> MadeSplit:
    (made,) = make_splits(slices, "id", how, earlier)
    return made


def share_images(slices: Slices, pairs: list[tuple[int, int]]) -> Slices:
    """Give the second patient of each pair the image of the first."""
    pixels = slices.pixel_sha256.copy()
    for first, second in pairs:
        pixels[second] = pixels[first]
    return replace(slices, pixel_sha256=pixels)


@settings(max_examples=40, deadline=None)
@given(old=SUBSETS, scheme=st.sampled_from(["stratified", "kfold"]), seed=st.integers(0, 50))
def test_adding_patients_moves_no_old_one(
    everybody: Slices, old: set[int], scheme: str, seed: int
) -> None:
    how = SplitSettings(scheme=scheme, folds=3, seed=seed, stable=True)  # type: ignore[arg-type]
    before = split(everybody.take(np.array(sorted(old))), how)
    after = split(everybody, how)
    assert find_moved(before.split.parts, after.split.parts) == ()


@settings(max_examples=60, deadline=None)
@given(old=SUBSETS, pairs=PAIRS)
def test_an_old_patient_moves_only_where_old_ones_of_two_parts_become_one_group(
    everybody: Slices, old: set[int], pairs: list[tuple[int, int]]
) -> None:
    slices = share_images(everybody, pairs)
    members = np.array(sorted(old))
    before = split(everybody.take(members))
    after = split(slices, earlier=before.split)
    assert not find_leakage(slices, parts_of(slices, after.split))
    for patient_id in find_moved(before.split.parts, after.split.parts):
        image = slices.pixel_sha256[slices.patient_id == patient_id]
        group = set(slices.patient_id[slices.pixel_sha256 == image].tolist())
        known = sorted(group & before.split.parts.keys())
        assert len({before.split.parts[name] for name in known}) > 1
        assert after.split.parts[patient_id] == before.split.parts[known[0]]


def test_without_the_earlier_split_a_group_follows_its_smallest_patient(everybody: Slices) -> None:
    parts = split(everybody).split.parts
    ids = everybody.patient_id.tolist()
    other = next(row for row in range(1, PATIENTS) if parts[ids[row]] != parts[ids[0]])
    shared = split(share_images(everybody, [(0, other)])).split.parts
    assert shared[ids[other]] == parts[ids[0]]
    old = everybody.take(np.arange(1, PATIENTS))
    kept = split(share_images(everybody, [(0, other)]), earlier=split(old).split).split.parts
    assert kept[ids[other]] == kept[ids[0]] == parts[ids[other]]


def test_parts_come_in_the_ratios_as_patients_are_many() -> None:
    draws = np.array([draw(f"{number:032x}", seed=42) for number in range(20_000)])
    assert draws.min() >= 0
    assert draws.max() < 1
    shares = np.histogram(draws, bins=[0, 0.6, 0.8, 1])[0] / draws.size
    assert shares.tolist() == pytest.approx([0.6, 0.2, 0.2], abs=0.015)  # four standard errors


def test_a_part_that_stays_empty_is_refused(everybody: Slices) -> None:
    with pytest.raises(InputError, match="leaves part .* empty, expected some in each"):
        split(everybody.take(np.arange(3)))


def test_an_earlier_split_of_other_parts_is_refused(everybody: Slices) -> None:
    folds = split(everybody, SplitSettings(scheme="kfold", stable=True)).split
    with pytest.raises(InputError, match="the earlier split has part 0, expected no others"):
        split(everybody, earlier=folds)


def test_the_file_says_that_it_is_stable(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "out", Plan(60, levels=1, slices_a_level=1))
    target = tmp_path / "s.csv"
    assert invoke("split", folder, "-o", target, "--stable").exit_code == 0
    assert "# scheme: stable\n" in target.read_text()
    again = ("split", folder, "-o", target, "--stable", "--scheme", "kfold", "--force")
    assert invoke(*again).exit_code == 0
    assert "# scheme: stable kfold\n" in target.read_text()


def test_patients_who_move_are_told(tmp_path: Path) -> None:
    """The new first patient shares an image with the old second one, whose part is another."""
    for seed in range(20):
        new, old = (
            write_dataset(tmp_path / f"{seed}-{first}", Plan(61 - first, 1, 1, **more))
            for first, more in ((0, {"twins": True}), (1, {"first_patient": 1}))
        )
        target = tmp_path / f"{seed}.csv"
        assert invoke("split", old, "-o", target, "--stable", "--seed", seed).exit_code == 0
        before = target.read_bytes()
        again = ("split", new, "-o", target, "--stable", "--seed", seed, "--force")
        told = invoke(*again).stderr
        if "1 patient of the earlier split is in another part now" in told:
            break
    assert "--earlier FILE keeps" in told
    target.write_bytes(before)
    assert "earlier split" not in invoke(*again, "--earlier", target).stderr


@pytest.mark.parametrize(
    "options",
    [("--stable", "--unit", "slice"), ("--stable", "--scheme", "hospital-out"), ("--earlier",)],
    ids=" ".join,
)
def test_what_cannot_be_stable_is_wrong_use(
    small: Path, small_split: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    more = (small_split,) if options == ("--earlier",) else ()
    assert invoke("split", small, "-o", tmp_path / "s.csv", *options, *more).exit_code == 2
