"""Stored arrays, step by step as the contract states them."""

import math
from dataclasses import replace
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
    clean_values,
    crop_box,
    from_bytes,
    make_sample,
    use_one_plain_thread,
)
from hnp_etl.recipes.recipe import Image
from hnp_shared.vocabulary import Reason

PLAIN = PixelRule(
    rows=6,
    columns=8,
    bits_allocated=16,
    bits_stored=12,
    signed=False,
    slope=1.0,
    intercept=0.0,
    inverted=False,
)


def image(**changes: Any) -> Image:
    return Image.model_validate(changes)


def whole(rows: int, columns: int) -> CropBox:
    return CropBox(0, rows, 0, columns)


def by_the_contract(
    stored: npt.NDArray[Any], rule: PixelRule, recipe: Image
) -> tuple[npt.NDArray[np.float32], float, float]:
    """Return the array and its range, in plain Python integers as far as it goes."""
    kept = np.array([[int(v) & ((1 << rule.bits_stored) - 1) for v in row] for row in stored])
    if rule.signed:
        half, full = 1 << (rule.bits_stored - 1), 1 << rule.bits_stored
        kept = np.where(kept >= half, kept - full, kept)
    x = kept.astype(np.float32) * np.float32(rule.slope) + np.float32(rule.intercept)
    if rule.inverted:
        x = x.max() - x
    rows, columns = x.shape
    crop = recipe.crop
    top, bottom = math.floor(crop.top * rows), rows - math.floor(crop.bottom * rows)
    left, right = math.floor(crop.left * columns), columns - math.floor(crop.right * columns)
    x = np.ascontiguousarray(x[top:bottom, left:right])
    enough = x.shape[0] >= recipe.size[0] and x.shape[1] >= recipe.size[1]
    x = cv2.resize(
        x, recipe.size[::-1], interpolation=cv2.INTER_AREA if enough else cv2.INTER_LINEAR
    )
    low, high = x.min(), x.max()
    return (x - low) / (high - low), float(low), float(high)


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "8 bits": ("u1", {"bits_allocated": 8, "bits_stored": 8}),
    "7 of 8 bits": ("u1", {"bits_allocated": 8, "bits_stored": 7}),
    "12 of 16 bits": ("u2", {}),
    "16 bits": ("u2", {"bits_stored": 16}),
    "signed 12 of 16": ("u2", {"signed": True}),
    "signed 16": ("i2", {"bits_stored": 16, "signed": True}),
    "signed 8": ("i1", {"bits_allocated": 8, "bits_stored": 8, "signed": True}),
    "32 bits": ("u4", {"bits_allocated": 32, "bits_stored": 32}),
    "signed 20 of 32": ("i4", {"bits_allocated": 32, "bits_stored": 20, "signed": True}),
    "rescaled": ("u2", {"slope": 2.7, "intercept": -1024.3}),
    "negative slope": ("u2", {"slope": -0.013}),
    "inverted": ("u2", {"inverted": True, "slope": 1.5}),
}


@pytest.mark.parametrize("size", [[5, 6], [37, 29], [60, 70], [45, 20]], ids=str)
@pytest.mark.parametrize("case", CASES)
def test_samples_are_the_contracts_arithmetic(case: str, size: list[int]) -> None:
    use_one_plain_thread()
    kind, changes = CASES[case]
    rng = np.random.default_rng(len(case))
    information = np.iinfo(kind)
    stored = rng.integers(information.min, information.max, (47, 41), kind, endpoint=True)
    rule = replace(PLAIN, rows=47, columns=41, **changes)
    recipe = image(size=size)
    box = crop_box(47, 41, recipe, None)
    sample = make_sample(stored, rule, recipe, box)
    expected, low, high = by_the_contract(stored, rule, recipe)
    assert sample.array.dtype == np.float32
    assert np.array_equal(sample.array, expected)
    assert (sample.source_min, sample.source_max) == (low, high)
    assert sample.array.min() == 0
    assert sample.array.max() == 1


def test_uint16_is_the_nearest_whole_number() -> None:
    stored = np.arange(48, dtype=np.uint16).reshape(6, 8)
    plain = make_sample(stored, PLAIN, image(size=[6, 8]), whole(6, 8))
    whole_numbers = make_sample(stored, PLAIN, image(size=[6, 8], dtype="uint16"), whole(6, 8))
    assert whole_numbers.array.dtype == np.uint16
    assert np.array_equal(whole_numbers.array, np.rint(plain.array * np.float32(65535)))
    assert whole_numbers.array.max() == 65535


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_bits_above_bits_stored_are_dropped_and_the_sign_extended(bits: int) -> None:
    value = (1 << bits) - 2  # -2 in two's complement
    junk = np.array([[value | 0b101 << bits]], dtype=np.uint32)
    rule = replace(PLAIN, rows=1, columns=1, bits_allocated=32, bits_stored=bits)
    assert clean_values(junk, rule).item() == value
    assert clean_values(junk, replace(rule, signed=True)).item() == -2


@pytest.mark.parametrize("big_endian", [False, True])
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_bytes_are_read_in_their_order(bits: int, big_endian: bool) -> None:
    expected = np.arange(48).reshape(6, 8) * (5 if bits == 8 else 1001)
    raw = expected.astype(f"{'>' if big_endian else '<'}u{bits // 8}").tobytes()
    rule = replace(PLAIN, bits_allocated=bits)
    assert np.array_equal(from_bytes(raw + b"\0", rule, big_endian=big_endian), expected)
    with pytest.raises(FileError) as caught:
        from_bytes(raw[:-1], rule, big_endian=big_endian)
    assert caught.value.reason is Reason.TRUNCATED


def test_a_picture_of_one_value_is_flat() -> None:
    edge = np.zeros((6, 8), np.uint16)
    edge[0, 0] = 7  # cropped away
    with pytest.raises(FileError) as caught:
        make_sample(edge, PLAIN, image(size=[2, 2]), CropBox(2, 6, 2, 8))
    assert caught.value.reason is Reason.FLAT_IMAGE


@pytest.mark.parametrize(("slope", "intercept"), [(1e38, 0), (1e300, 0), (1, 1e300), (3e38, -3e38)])
def test_a_rescale_that_leaves_float32_is_a_bad_header(slope: float, intercept: float) -> None:
    stored = np.arange(48, dtype=np.uint16).reshape(6, 8)
    rule = replace(PLAIN, slope=slope, intercept=intercept)
    with pytest.raises(FileError) as caught:
        make_sample(stored, rule, image(size=[3, 4]), whole(6, 8))
    assert caught.value.reason is Reason.BAD_HEADER


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(1, 4096), st.integers(1, 4096), st.floats(0, 0.49), st.floats(0, 0.49))
def test_a_crop_by_fractions_keeps_what_the_floors_leave(
    rows: int, columns: int, top: float, left: float
) -> None:
    recipe = image(crop={"top": top, "left": left})
    box = crop_box(rows, columns, recipe, None)
    assert box.top == math.floor(top * rows)
    assert box.bottom == rows - math.floor(0.15 * rows)
    assert box.left == math.floor(left * columns)
    assert box.right == columns - math.floor(0.15 * columns)
    assert box.rows >= 1
    assert box.columns >= 1


@pytest.mark.parametrize(
    ("spacing_mm", "box"),
    [
        ((0.5, 0.5), CropBox(50, 350, 100, 400)),
        ((1.0, 0.5), CropBox(125, 275, 100, 400)),
        ((0.1, 0.1), CropBox(0, 400, 0, 500)),
    ],
)
def test_a_crop_in_mm_is_a_centred_square(spacing_mm: tuple[float, float], box: CropBox) -> None:
    assert crop_box(400, 500, image(crop_mm=150), spacing_mm) == box
