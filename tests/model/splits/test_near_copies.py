"""Drawn pictures here; the figures in the module's docstring come from phantoms, see the end."""

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.data.slices import read_slices
from hnp_model.data.thumbnails import Thumbnails, shrink
from hnp_model.splits import near_copies
from hnp_model.splits.near_copies import NEARLY_EQUAL, Looks, find_near_copies
from hnp_shared.dataset import open_dataset
from hnp_shared.images import open_images
from hnp_shared.splits import Split

Pictures = npt.NDArray[np.float32]


def draw(count: int, side: int = 300, seed: int = 0) -> Pictures:
    """Return pictures of few broad and many fine structures, in 0..1."""
    random = np.random.default_rng(seed)
    pictures = np.zeros((count, side, side), dtype=np.float32)
    for number, sigma in product(range(count), (side / 10, side / 40, side / 80)):
        noise = cv2.GaussianBlur(random.normal(size=(side, side)), (0, 0), sigma)
        pictures[number] += (noise / noise.std()).astype(np.float32)
    low, high = pictures.min(axis=(1, 2), keepdims=True), pictures.max(axis=(1, 2), keepdims=True)
    return np.asarray((pictures - low) / (high - low))


def looks(pictures: Pictures, first_patient: int = 0, part: str = "train") -> Looks:
    """Return pictures as slices of one patient each."""
    names = np.array([f"{first_patient + number:032x}" for number in range(len(pictures))])
    return Looks(names, names, np.full(len(names), part), names, shrink(pictures))


def moved(pictures: Pictures, down: int = 1, across: int = 1) -> Pictures:
    return np.roll(pictures, (down, across), axis=(1, 2))


def noisy(pictures: Pictures, deviation: float = 1e-4) -> Pictures:
    noise = np.random.default_rng(1).normal(0, deviation, pictures.shape)
    return np.clip(pictures + noise, 0, 1).astype(np.float32)


def through_jpeg(pictures: Pictures) -> Pictures:
    coded = (
        cv2.imencode(".jpg", np.rint(255 * picture).astype(np.uint8), [1, 75])[1]
        for picture in pictures
    )
    decoded = np.array([cv2.imdecode(one, 0) for one in coded], dtype=np.float32)
    return np.asarray(decoded / 255, dtype=np.float32)


def brightened(pictures: Pictures) -> Pictures:
    return np.asarray(pictures**1.01, dtype=np.float32)


CHANGES = {
    "moved-by-a-pixel": moved,
    "moved-by-two": lambda pictures: moved(pictures, 2, -1),
    "noise-of-1e-4": noisy,
    "gamma-of-1.01": brightened,
    "jpeg-75": through_jpeg,
}
SMALL = ("moved-by-a-pixel", "noise-of-1e-4", "gamma-of-1.01", "jpeg-75")
"""What is found in pictures of 128 x 128 too, where a pixel is more."""


@pytest.mark.parametrize(
    ("name", "side"), [*((name, 300) for name in CHANGES), *((name, 128) for name in SMALL)]
)
def test_a_slice_that_was_changed_a_little_is_known_again(name: str, side: int) -> None:
    change, pictures = CHANGES[name], draw(6, side)
    known = looks(pictures)
    found = find_near_copies(looks(change(pictures), 100, "test"), known)
    assert found.theirs.slice_id.tolist() == known.slice_id.tolist()
    assert (found.likeness >= NEARLY_EQUAL).all()


def test_other_pictures_are_no_copies() -> None:
    pictures = draw(12)
    likeness = 0.98  # of neighbours: most of what is seen is the same, the rest is not
    neighbours = pictures[:6] * np.sqrt(likeness) + pictures[6:] * np.sqrt(1 - likeness)
    assert not len(find_near_copies(looks(pictures[:6]), looks(pictures[6:], 50)))
    assert not len(find_near_copies(looks(neighbours, 50), looks(pictures[:6])))


def test_one_patient_and_equal_pixels_are_for_the_guard() -> None:
    pictures = draw(3)
    known, again = looks(pictures), looks(noisy(pictures), 100)
    same_person = Looks(
        again.slice_id, known.patient_id, again.part, again.pixel_sha256, again.thumbnails
    )
    same_pixels = Looks(
        again.slice_id, again.patient_id, again.part, known.pixel_sha256, again.thumbnails
    )
    assert len(find_near_copies(again, known)) == 3
    assert not len(find_near_copies(same_person, known))
    assert not len(find_near_copies(same_pixels, known))


def test_pairs_within_a_split_count_once_and_across_parts_only() -> None:
    pictures = draw(4)
    both = looks(np.concatenate([pictures, moved(pictures)]))
    found = find_near_copies(both)
    assert found.counts() == {"pairs": 4, "patients": 4, "others": 4}
    names = both.patient_id.tolist()
    parts = ["train", "train", "val", "test", "train", "test", "test", "test"]
    split = Split("patient", {}, dict(zip(names, parts, strict=True)))
    across = found.placed(split).across()
    assert across.mine.slice_id.tolist() == [names[1], names[2]]
    assert across.theirs.part.tolist() == ["test", "test"]
    assert str(across) == "2 pairs of slices, of 2 patients with 2 others"


def test_a_thousand_copies_of_one_picture_stay_few_pairs() -> None:
    copies = looks(np.repeat(draw(1, 64), 300, axis=0))
    found = find_near_copies(copies)
    assert 150 <= len(found) <= 300 * near_copies.PARTNERS
    assert set(found.mine.slice_id) | set(found.theirs.slice_id) == set(copies.slice_id)


def test_flat_pictures_and_other_sizes_match_nothing() -> None:
    flat = looks(np.full((3, 64, 64), 0.5, dtype=np.float32))
    dark = looks(np.zeros((3, 64, 64), dtype=np.float32), 10)
    assert not len(find_near_copies(flat, dark))
    assert not len(find_near_copies(flat))
    assert not len(find_near_copies(looks(draw(2, 64)), looks(draw(2, 48), 10)))
    assert not len(find_near_copies(flat.take(np.zeros(3, dtype=np.bool_)), flat))


@pytest.mark.torture
def test_ten_thousand_slices_against_as_many_take_seconds() -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(0, 255, (10_000, 64, 64), dtype=np.uint8)
    names = np.array([f"{number:032x}" for number in range(10_000)])
    many = Looks(names, names, names, names, pictures)
    before = time.process_time()
    assert not len(find_near_copies(many))
    assert time.process_time() - before < 30


@pytest.mark.torture
@pytest.mark.parametrize("patients", [pytest.param(100, id="100-patients")])
def test_what_the_docstring_says_holds_on_phantoms(
    patients: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = Path(sys.executable).with_name("hnp-etl")
    drawn = ("phantom", tmp_path / "phantom", "--patients", str(patients), "--seed", "21")
    built = ("build-manifest", tmp_path / "phantom", "--out", tmp_path / "data")
    for arguments in (drawn, built):
        subprocess.run([program, *arguments], check=True, capture_output=True)
    dataset = open_dataset(tmp_path / "data")
    slices = read_slices(dataset)
    known = Looks.of(slices, slices.hospital, _thumbnails(dataset, slices, np.asarray))
    assert not len(find_near_copies(known))  # no two patients are alike
    # Neighbours: every slice a person of its own, as if all ids were new.
    strangers = Looks(known.slice_id, known.slice_id, *_rest(known))
    assert not len(find_near_copies(strangers))
    told = [_told("neighbours", _neighbours(known))]
    for name, change in CHANGES.items():
        again = _thumbnails(dataset, slices, change)
        same = np.stack([np.arange(len(slices))] * 2)
        likeness = near_copies._fine_likeness(known.thumbnails, again, same)
        told.append(_told(name, likeness))
        renamed = np.char.add("again ", known.slice_id)
        found = find_near_copies(Looks(renamed, renamed, *_rest(known)[:1], renamed, again), known)
        assert set(found.mine.slice_id) == set(renamed)
        assert [f"again {name}" for name in found.theirs.slice_id] == found.mine.slice_id.tolist()
    with capsys.disabled():
        sys.stdout.write("\n".join(["", f"{len(slices)} slices", *told, ""]))


def _rest(
    known: Looks,
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_], Thumbnails]:
    return known.part, known.pixel_sha256, known.thumbnails


def _thumbnails(
    dataset: object, slices: object, change: Callable[[Pictures], Pictures]
) -> Thumbnails:
    images = open_images(dataset, slices)  # type: ignore[arg-type]  # what the caller opened
    count = len(slices)  # type: ignore[arg-type]
    steps = (np.arange(first, min(first + 50, count)) for first in range(0, count, 50))
    return np.concatenate([shrink(change(images.gather(step))) for step in steps])


def _neighbours(known: Looks) -> npt.NDArray[np.float32]:
    same = np.equal(known.patient_id[:, None], known.patient_id)
    pairs = np.argwhere(np.triu(same, 1)).T
    return near_copies._fine_likeness(known.thumbnails, known.thumbnails, pairs)


def _told(name: str, likeness: npt.NDArray[np.float32]) -> str:
    return (
        f"{name:18} {likeness.size:6} pairs, likeness {likeness.min():.4f} to {likeness.max():.4f}"
    )
