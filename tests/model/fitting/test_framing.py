from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from hnp_model.data.slices import Slices, read_slices
from hnp_model.fitting.framing import FRAME_SIDE, Frame, frame_of, usual_pixel_mm
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset

COMPACT = FitSettings(model="compact")
NAN = np.float32(np.nan)


@pytest.fixture
def slices(small: Path) -> Slices:
    found = read_slices(open_dataset(small)).take(np.arange(3))
    row_mm, col_mm = np.array([[0.5, 0.25, NAN], [0.5, 0.5, 0.4]], np.float32)
    return replace(found, pixel_row_mm=row_mm, pixel_col_mm=col_mm)


def test_the_frame_is_as_wide_on_every_scanner(slices: Slices) -> None:
    frame = frame_of(slices, (300, 400), COMPACT, (0.8, 0.6))
    assert frame.side == (FRAME_SIDE, FRAME_SIDE)
    assert frame.extent is not None
    width_height_mm = frame.extent * [[200, 150], [200, 75], [240, 240]]
    np.testing.assert_allclose(width_height_mm, np.full((3, 2), 60.0), rtol=1e-6)


def test_a_picture_that_is_smaller_is_seen_whole_and_not_blown_up(slices: Slices) -> None:
    frame = frame_of(slices.take(np.array([0])), (32, 48), COMPACT, (0.5, 0.5))
    assert frame.side == (32, 32)
    assert frame.extent is not None
    np.testing.assert_allclose(frame.extent, [[32 / 48, 1.0]], rtol=1e-6)


def test_unknown_sizes_take_the_median_of_train_and_no_size_the_whole_square(
    slices: Slices,
) -> None:
    assert usual_pixel_mm(slices, COMPACT) == (0.375, 0.5)
    assert usual_pixel_mm(slices, FitSettings(model="reference")) is None
    none = replace(slices, pixel_row_mm=np.full(3, NAN))
    assert usual_pixel_mm(none, COMPACT) is None
    frame = frame_of(none, (300, 400), COMPACT, None)
    assert frame.extent is not None
    np.testing.assert_allclose(frame.extent, [[0.75, 1.0]] * 3, rtol=1e-6)


def test_the_reference_network_gets_pictures_as_they_are() -> None:
    images = torch.rand(2, 1, 300, 300)
    frame = frame_of_reference()
    assert frame.see(images, np.arange(2), None) is images


def frame_of_reference() -> Frame:
    return Frame(None, (300, 300))


def test_the_frame_shows_the_middle() -> None:
    image = torch.zeros(1, 1, 60, 60)
    image[:, :, 20:40, 20:40] = 1.0
    frame = Frame(np.full((1, 2), 1 / 3, np.float32), (20, 20))
    found = frame.see(image, np.arange(1), None)
    torch.testing.assert_close(found, torch.ones(1, 1, 20, 20))
