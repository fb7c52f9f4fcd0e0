"""Claims about crop, resize and scale, against arithmetic written here from the contract alone."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_etl.errors import FileError
from hnp_etl.pixels.transform import (
    CropBox,
    PixelRule,
    crop_box,
    make_sample,
    modality_values,
    resize,
    use_one_plain_thread,
)
from hnp_etl.recipes.recipe import Image
from hnp_shared.vocabulary import Reason

Floats = npt.NDArray[np.float32]


def rule(rows: int, columns: int, **changes: Any) -> PixelRule:
    plain: dict[str, Any] = {
        "bits_allocated": 16,
        "bits_stored": 16,
        "signed": False,
        "slope": 1.0,
        "intercept": 0.0,
        "inverted": False,
    }
    return PixelRule(rows, columns, **(plain | changes))


def everything(values: npt.NDArray[Any]) -> CropBox:
    return CropBox(0, values.shape[0], 0, values.shape[1])


def overlaps(source: int, target: int) -> npt.NDArray[np.float64]:
    """Return (target, source): the share of each source pixel in each target pixel."""
    edges = np.arange(target + 1) * source / target
    starts = np.arange(source)
    low = np.maximum(edges[:-1, None], starts[None])
    high = np.minimum(edges[1:, None], starts[None] + 1)
    shares: npt.NDArray[np.float64] = np.clip(high - low, 0, None) / (source / target)
    return shares


def interpolations(source: int, target: int) -> npt.NDArray[np.float64]:
    """Return (target, source): weights of the two pixels beside each target pixel's centre."""
    centres = np.clip((np.arange(target) + 0.5) * source / target - 0.5, 0, source - 1)
    below = np.minimum(np.floor(centres).astype(int), max(source - 2, 0))
    weights = np.zeros((target, source))
    weights[np.arange(target), below] += 1 - (centres - below)
    weights[np.arange(target), np.minimum(below + 1, source - 1)] += centres - below
    return weights


def noise(rows: int, columns: int) -> Floats:
    return np.random.default_rng(rows * columns).random((rows, columns)).astype(np.float32)


@pytest.mark.parametrize(
    ("rows", "columns", "size"),
    [(40, 60, (20, 30)), (41, 67, (20, 30)), (20, 30, (20, 30)), (400, 35, (7, 33))],
)
def test_a_larger_crop_is_averaged_by_area(rows: int, columns: int, size: tuple[int, int]) -> None:
    use_one_plain_thread()
    values = noise(rows, columns)
    expected = overlaps(rows, size[0]) @ values.astype(np.float64) @ overlaps(columns, size[1]).T
    assert resize(values, size) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(
    ("rows", "columns", "size"),
    [(19, 60, (20, 30)), (40, 29, (20, 30)), (7, 5, (20, 30)), (1, 2, (20, 30))],
)
def test_a_crop_smaller_on_either_axis_is_interpolated(
    rows: int, columns: int, size: tuple[int, int]
) -> None:
    use_one_plain_thread()
    values = noise(rows, columns)
    expected = (
        interpolations(rows, size[0])
        @ values.astype(np.float64)
        @ interpolations(columns, size[1]).T
    )
    assert resize(values, size) == pytest.approx(expected, abs=2e-3)  # OpenCV rounds the weights


def test_opencv_runs_on_one_thread_without_closed_code() -> None:
    cv2.setNumThreads(2)
    use_one_plain_thread()
    assert cv2.getNumThreads() == 1
    assert not cv2.ipp.useIPP()


def test_inversion_looks_at_the_whole_image_not_at_the_crop() -> None:
    stored = np.full((6, 6), 10, np.uint16)
    stored[3, 3], stored[0, 0] = 20, 500  # the brightest pixel is cropped away
    values = modality_values(stored, rule(6, 6, inverted=True))
    assert (values[0, 0], values[3, 3], values[2, 2]) == (0, 480, 490)
    image = Image.model_validate({"size": [4, 4]})
    sample = make_sample(stored, rule(6, 6, inverted=True), image, CropBox(1, 5, 1, 5))
    assert (sample.source_min, sample.source_max) == (480, 490)


def test_slope_and_intercept_are_applied_in_float32() -> None:
    stored = np.array([[3, 40_001], [65_535, 7]], np.uint16)
    found = modality_values(stored, rule(2, 2, slope=0.1, intercept=-0.3))
    expected = [
        [np.float32(value) * np.float32(0.1) + np.float32(-0.3) for value in row] for row in stored
    ]
    assert found.dtype == np.float32
    assert np.array_equal(found, np.array(expected, np.float32))


@pytest.mark.parametrize("dtype", ["float32", "uint16"])
def test_a_range_wider_than_float32_is_refused_not_stored(dtype: str) -> None:
    stored = np.array([[65_535, 1], [1, 65_535]], np.uint16)  # -1 and 1
    image = Image.model_validate({"size": [2, 2], "dtype": dtype})
    with pytest.raises(FileError) as caught:
        make_sample(stored, rule(2, 2, signed=True, slope=3e38), image, everything(stored))
    assert caught.value.reason is Reason.BAD_HEADER


@settings(derandomize=True, deadline=None, max_examples=150, database=None)
@given(st.floats(-1e30, 1e30), st.floats(-1e30, 1e30), st.booleans(), st.integers(0, 2**32 - 1))
def test_whatever_the_rescale_a_sample_lies_in_0_to_1_or_is_refused(
    slope: float, intercept: float, inverted: bool, seed: int
) -> None:
    stored = np.random.default_rng(seed).integers(0, 65_536, (8, 8)).astype(np.uint16)
    image = Image.model_validate({"size": [5, 5]})
    described = rule(8, 8, slope=slope, intercept=intercept, inverted=inverted)
    refused: Reason | None = None
    try:
        found = make_sample(stored, described, image, everything(stored)).array
    except FileError as error:
        refused = error.reason
    else:
        assert (found.min(), found.max()) == (0, 1)
    assert refused in (None, Reason.FLAT_IMAGE, Reason.BAD_HEADER)


@pytest.mark.parametrize("spacing_mm", [1e-320, 1e-300, 1e-9, 1e300])
def test_an_absurd_pixel_size_still_gives_a_crop(spacing_mm: float) -> None:
    box = crop_box(40, 50, Image(crop_mm=150), (spacing_mm, spacing_mm))
    assert (box.rows, box.columns) == ((1, 1) if spacing_mm > 1 else (40, 50))


@settings(derandomize=True, deadline=None, max_examples=150, database=None)
@given(
    st.integers(1, 4096),
    st.integers(1, 4096),
    st.floats(1, 1000),
    st.floats(0.01, 10),
    st.floats(0.01, 10),
)
def test_a_crop_in_mm_lies_within_the_image_and_in_its_middle(
    rows: int, columns: int, crop_mm: float, row_mm: float, column_mm: float
) -> None:
    box = crop_box(rows, columns, Image(crop_mm=crop_mm), (row_mm, column_mm))
    for low, high, side, step in [
        (box.top, box.bottom, rows, row_mm),
        (box.left, box.right, columns, column_mm),
    ]:
        assert 0 <= low < high <= side
        assert abs(low - (side - high)) <= 1
        assert high - low == side or abs((high - low) * step - crop_mm) <= step
