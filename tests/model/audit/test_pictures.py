import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.audit.pictures import block_means, box_inside, by_themselves, frame_blocks
from hnp_model.audit.textures import GREYS, NOISE, SHARPNESS, texture_of

Pixels = npt.NDArray[np.float32]


def drawn(seed: int = 0, side: int = 64) -> Pixels:
    """A picture with edges and noise, 0..1."""
    random = np.random.default_rng(seed)
    coarse = np.kron(random.random((8, 8)), np.ones((side // 8, side // 8)))
    return ((coarse + 0.2 * random.random((side, side))) / 1.2).astype(np.float32)


def test_blocks_are_means_of_pixels() -> None:
    images = np.arange(2 * 4 * 6, dtype=np.float32).reshape(2, 4, 6)
    found = block_means(images, 2)
    assert found.shape == (2, 2, 2)
    assert found[1, 0, 1] == images[1, :2, 3:].mean()


def test_blocks_are_means_of_the_pixels_that_count() -> None:
    images = np.arange(16, dtype=np.float32).reshape(1, 4, 4)
    counted = np.zeros((1, 4, 4), dtype=np.bool_)
    counted[0, 0, :2] = True
    found = block_means(images, 2, counted)
    assert found[0, 0, 0] == 0.5
    assert np.isnan(found[0, 1, 1])


def test_sides_that_do_not_divide_are_covered_once() -> None:
    images = np.ones((1, 33, 47), dtype=np.float32)
    assert np.allclose(block_means(images, 10), 1)


def test_the_border_knows_nothing_of_the_middle() -> None:
    images = np.zeros((1, 50, 40), dtype=np.float32)
    images[0, 5:45, 4:36] = 1
    assert frame_blocks(images).shape == (1, 36)
    assert frame_blocks(images).max() == 0


@pytest.mark.parametrize(("pixel_mm", "rows"), [(0.5, 160), (1.0, 80), (0.2, 210), (np.nan, 210)])
def test_the_disc_lies_in_80_mm_round_the_middle_but_something_lies_round_it(
    pixel_mm: float, rows: int
) -> None:
    mm = np.array([pixel_mm])
    inside = box_inside((300, 300), mm, mm)(np.array([0]))
    assert inside.shape == (1, 300, 300)
    assert inside.any(axis=2).sum() == rows
    assert (inside == inside[:, ::-1, ::-1]).all()


def test_what_is_measured_by_its_own_spread_does_not_know_of_a_brighter_disc() -> None:
    blocks = np.random.default_rng(0).random((3, 36))
    assert by_themselves(blocks * 0.2 + 0.1) == pytest.approx(by_themselves(blocks))
    assert (by_themselves(np.full((1, 36), 0.3)) == 0).all()


def test_texture_does_not_know_of_a_brighter_disc() -> None:
    picture, counted = drawn(), np.ones((64, 64), dtype=np.bool_)
    counted[20:40, 20:40] = False
    rescaled = (picture * 0.3).astype(np.float32)
    rescaled[25:30, 25:30] = 1.0
    assert texture_of(rescaled, counted) == pytest.approx(texture_of(picture, counted), abs=2e-3)


def test_a_softer_filter_is_less_sharp_and_less_noisy() -> None:
    picture, counted = drawn(), np.ones((64, 64), dtype=np.bool_)
    soft = (picture + np.roll(picture, 1, 0) + np.roll(picture, 1, 1)) / 3
    before, after = texture_of(picture, counted), texture_of(soft.astype(np.float32), counted)
    assert (after[SHARPNESS][[0, 3]] < before[SHARPNESS][[0, 3]] - 0.1).all()
    assert (after[NOISE] < before[NOISE] - 0.1).all()


def test_another_scale_of_greys_is_told_by_greys() -> None:
    picture, counted = drawn(), np.ones((64, 64), dtype=np.bool_)
    before, after = texture_of(picture, counted), texture_of(picture**3, counted)
    assert np.abs(after[GREYS] - before[GREYS]).max() > 0.2


def test_a_picture_of_one_grey_has_a_texture() -> None:
    flat = np.full((16, 16), 0.5, dtype=np.float32)
    assert np.isfinite(texture_of(flat, np.ones((16, 16), dtype=np.bool_))).all()
