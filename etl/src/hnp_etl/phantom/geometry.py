"""Where slices and the spine lie in space, pure.

Places are in the patient's coordinates (PS3.3 C.7.6.2.1.1): left, posterior, superior, in mm.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_etl.phantom.people import Patient

Vector = npt.NDArray[np.float64]

LEFT = np.array([1.0, 0.0, 0.0])
POSTERIOR = np.array([0.0, 1.0, 0.0])
SUPERIOR = np.array([0.0, 0.0, 1.0])

SEGMENT_MM = 36.0
"""From one disc to the next along the spine of an average person."""

FIRST_STATION, LAST_STATION = -2.5, 6.0
"""Ends of the spine that is drawn: the body above T11-12, and the sacrum."""

_OUTER_STATIONS = ((-2.0, -1.0), (5.0, 6.0))
_OUTER_TILTS_DEG = ((-15.0, -12.0), (48.0, 62.0))


@dataclass(frozen=True, slots=True)
class Grid:
    """The pixels of an image.

    Attributes:
        pixel_mm: distance between neighbours in both directions.
    """

    rows: int
    columns: int
    pixel_mm: float


@dataclass(frozen=True, slots=True)
class SlicePlane:
    """A slice: the centre of its field of view, and its directions as unit vectors.

    Attributes:
        row_direction: along a row, as the column index grows; column_direction likewise.
    """

    centre_mm: Vector
    row_direction: Vector
    column_direction: Vector

    @property
    def normal(self) -> Vector:
        """Row direction x column direction."""
        return np.cross(self.row_direction, self.column_direction)

    def first_pixel_mm(self, grid: Grid) -> Vector:
        """Return the centre of the pixel in row 0, column 0."""
        right = self.row_direction * ((grid.columns - 1) / 2 * grid.pixel_mm)
        down = self.column_direction * ((grid.rows - 1) / 2 * grid.pixel_mm)
        return self.centre_mm - right - down


@dataclass(frozen=True, slots=True)
class Chart:
    """A flat map of the anatomy laid into space: shapes are drawn in its two coordinates.

    Attributes:
        origin_mm: where the map's zero lies.
        axes: what one mm along the first and the second coordinate is in space.
    """

    origin_mm: Vector
    axes: tuple[Vector, Vector]

    def to_pixels(self, plane: SlicePlane, grid: Grid) -> Vector:
        """Return the (2, 3) matrix from (first, second, 1) in mm to (column, row) in pixels."""
        directions = np.stack([plane.row_direction, plane.column_direction])
        turn = directions @ np.stack(self.axes, axis=1)
        shift = directions @ (self.origin_mm - plane.centre_mm)
        middle = np.array([(grid.columns - 1) / 2, (grid.rows - 1) / 2])
        return np.column_stack([turn / grid.pixel_mm, shift / grid.pixel_mm + middle])


@dataclass(frozen=True, slots=True)
class Spine:
    """The line through discs and vertebral bodies.

    Attributes:
        stations: 0 at the L1-2 disc to 4 at L5-S1, halves at the bodies between; (station,).
        centres_mm: (station, 3).
        tilts_deg: of the normal at each station, forward positive; (station,).
    """

    stations: Vector
    centres_mm: Vector
    tilts_deg: Vector

    def centre_mm(self, station: float) -> Vector:
        """Return the place of a station."""
        return np.array([np.interp(station, self.stations, axis) for axis in self.centres_mm.T])

    def tilt_deg(self, station: float) -> float:
        """Return the tilt at a station."""
        return float(np.interp(station, self.stations, self.tilts_deg))


def spine_of(patient: Patient) -> Spine:
    """Return the spine of a patient: lordosis follows from the tilts of the discs."""
    levels = range(len(patient.discs))
    known = [*_OUTER_STATIONS[0], *levels, *_OUTER_STATIONS[1]]
    tilts = [disc.tilt_deg for disc in patient.discs]
    stations = np.arange(FIRST_STATION, LAST_STATION + 0.25, 0.5)
    tilts_deg = np.interp(stations, known, [*_OUTER_TILTS_DEG[0], *tilts, *_OUTER_TILTS_DEG[1]])
    between = np.radians((tilts_deg[1:] + tilts_deg[:-1]) / 2)
    step_mm = SEGMENT_MM / 2 * patient.size
    steps = np.stack([0 * between, np.sin(between), -np.cos(between)], axis=1) * step_mm
    path = np.concatenate([np.zeros((1, 3)), np.cumsum(steps, axis=0)])
    middle = path[np.flatnonzero(stations == len(tilts) // 2)[0]]
    return Spine(stations, path - middle + np.array(patient.place_mm), tilts_deg)


def backward(tilt_deg: float) -> Vector:
    """Return the direction that leads backward within a plane of this tilt."""
    angle = np.radians(tilt_deg)
    direction: Vector = np.cos(angle) * POSTERIOR + np.sin(angle) * SUPERIOR
    return direction


def upward(tilt_deg: float) -> Vector:
    """Return the normal of a plane of this tilt."""
    angle = np.radians(tilt_deg)
    normal: Vector = -np.sin(angle) * POSTERIOR + np.cos(angle) * SUPERIOR
    return normal


def axial_plane(spine: Spine, station: float, offset_mm: float, shift_mm: Vector) -> SlicePlane:
    """Return the slice through a station, raised by ``offset_mm`` along its normal.

    Args:
        spine: of the patient.
        station: 0..4 for discs, halves for bodies.
        offset_mm: from the station, upward.
        shift_mm: of the field of view within the plane, (left, backward).
    """
    tilt_deg = spine.tilt_deg(station)
    back = backward(tilt_deg)
    centre = spine.centre_mm(station) + upward(tilt_deg) * offset_mm
    return SlicePlane(centre + LEFT * shift_mm[0] + back * shift_mm[1], LEFT, back)


def sagittal_plane(centre_mm: Vector, left_mm: float) -> SlicePlane:
    """Return the slice with its normal along the left-right axis, ``left_mm`` beside the centre."""
    return SlicePlane(centre_mm + LEFT * left_mm, POSTERIOR, -SUPERIOR)


def coronal_plane(centre_mm: Vector) -> SlicePlane:
    """Return the slice with its normal along the front-back axis."""
    return SlicePlane(centre_mm, LEFT, -SUPERIOR)
