"""Letters near an edge are found, in any lettering; what a body shows is none."""

from itertools import product

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from hnp_etl.phantom.acquisition import acquire
from hnp_etl.phantom.people import make_patients
from hnp_etl.phantom.scanners import scanner_of
from hnp_etl.phantom.study import plan_study
from hnp_etl.pixels.burned_text import holds_text

LETTERINGS = [
    face | slant
    for face in (
        cv2.FONT_HERSHEY_SIMPLEX,
        cv2.FONT_HERSHEY_PLAIN,
        cv2.FONT_HERSHEY_DUPLEX,
        cv2.FONT_HERSHEY_COMPLEX,
        cv2.FONT_HERSHEY_TRIPLEX,
        cv2.FONT_HERSHEY_COMPLEX_SMALL,
    )
    for slant in (0, cv2.FONT_ITALIC)
]
HEIGHTS = (10, 14, 20)
"""Of letters, in pixels."""

Picture = npt.NDArray[np.uint16]


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    """Return pictures of all planes and weightings, as scanners of the phantom store them."""
    return [
        acquire(5, patient, planned, scanner_of(patient))
        for patient in make_patients(5, 6)
        for planned in list(plan_study(5, patient, 320))[::4]
    ]


def lettered(picture: Picture, face: int, height: int, corner: int) -> Picture:
    """Return the picture with a name and a number in a corner, as bright as can be."""
    text, scale = "KIM YH 19580412", 1.0
    (wide, tall), _ = cv2.getTextSize(text, face, scale, 1)
    scale = height / tall
    wide = int(wide * scale)
    rows, columns = picture.shape
    left = 5 if corner % 2 else max(5, columns - wide - 5)
    bottom = height + 5 if corner < 2 else rows - 8
    drawn = cv2.putText(
        np.zeros(picture.shape, np.uint8), text, (left, bottom), face, scale, 255, 1, cv2.LINE_AA
    )
    letters: Picture = (drawn / 255.0 * picture.max()).astype(np.uint16)
    return np.maximum(picture, letters)


def test_no_picture_of_a_body_holds_text(pictures: list[Picture]) -> None:
    assert len(pictures) > 30
    assert [holds_text(each) for each in pictures] == [False] * len(pictures)


def test_nine_in_ten_lines_of_letters_are_found(pictures: list[Picture]) -> None:
    tries = list(product(LETTERINGS, HEIGHTS, range(4)))
    found = [
        holds_text(lettered(pictures[number % len(pictures)], *each))
        for number, each in enumerate(tries)
    ]
    assert len(tries) == 144
    assert sum(found) >= 0.9 * len(tries)


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (5, 5), (127, 500), (128, 129)])
@pytest.mark.parametrize("value", [0.0, 7.0])
def test_pictures_too_small_or_flat_hold_none(shape: tuple[int, int], value: float) -> None:
    assert not holds_text(np.full(shape, value))
    assert not holds_text(np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape))
