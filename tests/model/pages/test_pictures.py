"""Pictures as a page carries them."""

import base64
import zlib

import numpy as np
import pytest

from hnp_model.pages.pictures import STEPS, halved, pack, png_url


def unpacked(text: str, rows: int, columns: int) -> np.ndarray:
    planes = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(2, -1)
    steps = planes[0].astype(np.uint16) + (planes[1].astype(np.uint16) << 8)
    return np.cumsum(steps, dtype=np.uint16).reshape(rows, columns)


def test_a_packed_picture_keeps_ten_bits_of_each_pixel() -> None:
    picture = np.random.default_rng(0).random((17, 31), np.float32)
    picture[0, 0], picture[-1, -1] = 1, 0
    assert np.array_equal(unpacked(pack(picture), 17, 31), np.rint(picture * STEPS))


def test_values_outside_the_range_are_its_ends() -> None:
    picture = np.array([[-0.5, 1.5]], np.float32)
    assert unpacked(pack(picture), 1, 2).tolist() == [[0, STEPS]]


def test_a_halved_picture_holds_means_and_drops_an_odd_edge() -> None:
    picture = np.arange(15, dtype=np.float32).reshape(3, 5)
    assert halved(picture).tolist() == [[3.0, 5.0]]


def test_only_a_png_becomes_a_map() -> None:
    assert png_url(b"\x89PNG\r\n\x1a\n").startswith("data:image/png;base64,")
    with pytest.raises(ValueError, match="no PNG"):
        png_url(b"<svg onload=alert(1)>")
