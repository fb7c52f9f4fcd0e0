"""What a perfect reader would measure in an axial slice of a disc, pure: no pixels needed."""

from dataclasses import dataclass

import numpy as np

from hnp_etl.phantom.axial import AxialCut, nearest_disc, section_of
from hnp_etl.phantom.canal import sac_outline
from hnp_etl.phantom.disc import Margin, body_outline
from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.tissues import Material, Tissue, signals

_STEP_MM = 0.25
_T2_MS = (100.0, 3500.0)
"""Echo and repetition time at which brightness is told."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Distances in the slice, in mm of the patient.

    Attributes:
        displacement_mm: how far the disc's margin stands out behind the bodies, at its furthest.
        sac_depth_mm: front to back in the midline, what is left of it.
        sac_area_mm2: what is left of the sac's area.
        sac_indentation_mm: the most by which the sac's front is pushed back at one place.
        nucleus_signal: brightness of the nucleus on T2, 1 for that of fluid.
    """

    displacement_mm: float
    sac_depth_mm: float
    sac_area_mm2: float
    sac_indentation_mm: float
    nucleus_signal: float


def measure(patient: Patient, cut: AxialCut) -> Measures:
    """Return the measures of the disc at ``cut``."""
    section = section_of(patient, cut)
    size, station = patient.size, cut.station
    left_mm = np.arange(-24.0, 24.0, _STEP_MM)
    sound = Margin.of(body_outline(int(station)))
    sac_left_mm = np.arange(-6.0, 6.0 + _STEP_MM, _STEP_MM)
    free_sac = sac_outline(station, section.canal, sound)
    pushed_mm = _front(section.sac, sac_left_mm) - _front(free_sac, sac_left_mm)
    beyond_mm = Margin.of(section.front).at(left_mm) - sound.at(left_mm)
    return Measures(
        displacement_mm=float(beyond_mm.max()) * size,
        sac_depth_mm=_midline_depth_mm(section.sac) * size,
        sac_area_mm2=_area(section.sac) * size**2,
        sac_indentation_mm=float(pushed_mm.max()) * size,
        nucleus_signal=_nucleus_signal(nearest_disc(patient, station).degeneration),
    )


def _front(outline: Vector, left_mm: Vector) -> Vector:
    """Return the anterior edge of a sac at places from the midline."""
    front, _ = _halves(outline)
    return np.interp(left_mm, front[:, 0], front[:, 1])


def _midline_depth_mm(outline: Vector) -> float:
    front, back = (np.interp(0.0, half[:, 0], half[:, 1]) for half in _halves(outline))
    return float(back - front)


def _halves(outline: Vector) -> tuple[Vector, Vector]:
    """Return the anterior and the posterior half of a sac's outline, from right to left."""
    half = len(outline) // 2  # corners run from the left by way of the back
    back, front = outline[: half + 1][::-1], np.concatenate([outline[half:], outline[:1]])
    return front, back


def _area(outline: Vector) -> float:
    """Return the area within an outline (the shoelace formula)."""
    across, back = outline.T
    return float(abs(np.dot(across, np.roll(back, 1)) - np.dot(back, np.roll(across, 1))) / 2)


def _nucleus_signal(degeneration: float) -> float:
    nucleus, fluid = signals(
        (Material(Tissue.NUCLEUS, degeneration), Material(Tissue.FLUID)), *_T2_MS
    )
    return float(nucleus / fluid)
