"""The seam of the phantom: the truth about a patient in, a slice's true signal out, pure.

What a scanner adds (coil, noise, digits) is in `acquisition`.
"""

from dataclasses import dataclass

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
    Vector,
    backward,
    spine_of,
)
from hnp_etl.phantom.lengthwise import CoronalCut, SagittalCut, coronal_shapes, sagittal_shapes
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.seeds import Chance
from hnp_etl.phantom.shapes import ByteImage, Shape, TissueMap, paint, paint_parts
from hnp_etl.phantom.tissues import grains, signals

Cut = AxialCut | SagittalCut | CoronalCut
"""Which slice of the anatomy is drawn."""

FloatImage = npt.NDArray[np.float32]

_BLUR_MM = 0.5
"""Standard deviation of the point spread: slices are thick and edges lie oblique in them."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What lies in a slice, and how it maps to pixels.

    Attributes:
        to_pixels: (2, 3) matrix from mm of the shapes to (column, row).
    """

    shapes: list[Shape]
    to_pixels: Vector
    grid: Grid

    def tissues(self) -> TissueMap:
        """Return what every pixel holds."""
        return paint(self.shapes, self.to_pixels, self.grid)

    def parts(self) -> ByteImage:
        """Return which `Part` every pixel shows, (row, column)."""
        return paint_parts(self.shapes, self.to_pixels, self.grid)


def lay_out(patient: Patient, cut: Cut, plane: SlicePlane, grid: Grid, chance: Chance) -> Scene:
    """Return the scene of a slice.

    Args:
        patient: the truth.
        cut: which slice.
        plane: where the field of view lies.
        grid: its pixels.
        chance: of the patient and the place, so that neighbouring slices look alike.
    """
    shapes, chart = _shapes(patient, cut, chance)
    return Scene(shapes, chart.to_pixels(plane, grid), grid)


def signal(
    tissues: TissueMap, grain: FloatImage, pixel_mm: float, times_ms: tuple[float, float]
) -> FloatImage:
    """Return the signal of a slice, (row, column), 1 for its brightest material.

    Args:
        tissues: what every pixel holds.
        grain: smooth noise of standard deviation 1, (row, column).
        pixel_mm: distance between neighbouring pixels.
        times_ms: echo time and repetition time; they make T1 or T2 contrast.
    """
    mean = signals(tissues.palette, *times_ms)
    shares = np.stack([mean / mean.max(), mean / mean.max() * grains(tissues.palette)])
    bright, rough = (np.take(table, tissues.materials) for table in shares)
    image = bright + rough * grain
    blurred: FloatImage = cv2.GaussianBlur(image, (0, 0), _BLUR_MM / pixel_mm)
    return np.maximum(blurred, 0, out=blurred)


def _shapes(patient: Patient, cut: Cut, chance: Chance) -> tuple[list[Shape], Chart]:
    spine = spine_of(patient)
    if isinstance(cut, SagittalCut):
        shapes = sagittal_shapes(patient, spine, cut, chance)
        return shapes, Chart(np.zeros(3), (POSTERIOR, SUPERIOR))
    if isinstance(cut, CoronalCut):
        return coronal_shapes(patient, spine), Chart(np.zeros(3), (LEFT, SUPERIOR))
    back = backward(spine.tilt_deg(cut.station))
    roll = np.radians(patient.roll_deg)
    axes = (np.cos(roll) * LEFT + np.sin(roll) * back, np.cos(roll) * back - np.sin(roll) * LEFT)
    return axial_shapes(patient, cut, chance), Chart(spine.centre_mm(cut.station), axes)
