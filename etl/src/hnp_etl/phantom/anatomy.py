"""The seam of the phantom: the truth about a patient in, a slice's true signal out, pure.

What a scanner adds (coil, noise, digits) is in `acquisition`.
"""

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.phantom.axial import AxialCut, axial_shapes
from hnp_etl.phantom.geometry import (
    LEFT,
    POSTERIOR,
    SUPERIOR,
    Chart,
    Grid,
    SlicePlane,
    backward,
    spine_of,
)
from hnp_etl.phantom.lengthwise import CoronalCut, SagittalCut, coronal_shapes, sagittal_shapes
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.shapes import Shape, TissueMap, paint
from hnp_etl.phantom.tissues import grains, signals

Cut = AxialCut | SagittalCut | CoronalCut
"""Which slice of the anatomy is drawn."""

FloatImage = npt.NDArray[np.float32]

_GRAIN_MM = 1.8
"""Size of the patches that make texture."""

_BLUR_MM = 0.4
"""Standard deviation of the point spread: slices are thick and edges lie oblique in them."""


def draw(
    patient: Patient, cut: Cut, plane: SlicePlane, grid: Grid, rng: np.random.Generator
) -> TissueMap:
    """Return the tissues in a slice.

    Args:
        patient: the truth.
        cut: which slice.
        plane: where the field of view lies.
        grid: its pixels.
        rng: of the patient and the disc, so that neighbouring slices look alike.
    """
    shapes, chart = _shapes(patient, cut, rng)
    return paint(shapes, chart.to_pixels(plane, grid), grid)


def signal(
    tissues: TissueMap, grid: Grid, times_ms: tuple[float, float], rng: np.random.Generator
) -> FloatImage:
    """Return the signal of a slice, (row, column), 1 for its brightest material.

    Args:
        tissues: from `draw`.
        grid: the pixels.
        times_ms: echo time and repetition time; they make T1 or T2 contrast.
        rng: of this image, for its texture.
    """
    mean = signals(tissues.palette, *times_ms)
    shares = np.stack([mean / mean.max(), mean / mean.max() * grains(tissues.palette)])
    bright, rough = (np.take(table, tissues.materials) for table in shares)
    image = bright + rough * _texture(grid, rng)
    blur_pixels = _BLUR_MM / grid.pixel_mm
    blurred: FloatImage = cv2.GaussianBlur(image, (0, 0), blur_pixels)
    return np.maximum(blurred, 0, out=blurred)


def _shapes(patient: Patient, cut: Cut, rng: np.random.Generator) -> tuple[list[Shape], Chart]:
    spine = spine_of(patient)
    if isinstance(cut, SagittalCut):
        return sagittal_shapes(patient, spine, cut), Chart(np.zeros(3), (POSTERIOR, SUPERIOR))
    if isinstance(cut, CoronalCut):
        return coronal_shapes(patient, spine), Chart(np.zeros(3), (LEFT, SUPERIOR))
    back = backward(spine.tilt_deg(cut.station))
    roll = np.radians(patient.roll_deg)
    axes = (np.cos(roll) * LEFT + np.sin(roll) * back, np.cos(roll) * back - np.sin(roll) * LEFT)
    return axial_shapes(patient, cut, rng), Chart(spine.centre_mm(cut.station), axes)


def _texture(grid: Grid, rng: np.random.Generator) -> FloatImage:
    """Return smooth noise of standard deviation about 1, (row, column)."""
    sides = [max(2, round(side * grid.pixel_mm / _GRAIN_MM)) for side in (grid.rows, grid.columns)]
    patches = rng.standard_normal(sides, dtype=np.float32) * np.float32(1.3)
    size = (grid.columns, grid.rows)
    texture: FloatImage = cv2.resize(patches, size, interpolation=cv2.INTER_LINEAR)
    return texture
