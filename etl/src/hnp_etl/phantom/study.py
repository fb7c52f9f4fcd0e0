"""Which images a patient's study holds, and where each lies, pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hnp_etl.phantom.anatomy import Cut
from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.geometry import (
    Grid,
    SlicePlane,
    Spine,
    axial_plane,
    coronal_plane,
    sagittal_plane,
    spine_of,
)
from hnp_etl.phantom.lengthwise import CoronalCut, SagittalCut
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.scanners import Protocol, SeriesKind, scanner_of
from hnp_etl.phantom.seeds import generator

_T2_STATIONS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
_T1_STATIONS = (2.0, 3.0, 4.0)
_SAGITTAL_MM = (-10.0, -5.0, 0.0, 5.0, 10.0)
_SCOUT_STATION = 1.5

_BESIDE_DISC_MM = 1.4
"""The two slices of a disc lie so far above and below its middle."""

_BEHIND_DISC_MM = 16.0
"""The field of view of an axial slice is centred on the canal."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One image to take.

    Attributes:
        series_number: 1 for the first series of the study; instance_number within it.
        level: 0..4 when the image is an axial slice of a disc.
    """

    kind: SeriesKind
    series_number: int
    instance_number: int
    cut: Cut
    plane: SlicePlane
    grid: Grid
    level: int | None


def plan_study(seed: int, patient: Patient, matrix: int | None = None) -> Iterator[Planned]:
    """Yield the images of a patient's study, series by series.

    Args:
        seed: of the phantom.
        patient: who is examined.
        matrix: rows and columns of every image, None for those of the scanner.
    """
    spine = spine_of(patient)
    scanner = scanner_of(patient)
    for series_number, kind in enumerate(SeriesKind, 1):
        grid = _grid(scanner.protocol(kind), matrix)
        rng = generator(seed, "plan", patient.index, kind)
        for instance_number, (cut, plane) in enumerate(_slices(kind, spine, rng), 1):
            level = cut.level if isinstance(cut, AxialCut) else None
            yield Planned(kind, series_number, instance_number, cut, plane, grid, level)


def _grid(protocol: Protocol, matrix: int | None) -> Grid:
    rows, columns = (matrix, matrix) if matrix else protocol.matrix
    return Grid(rows, columns, round(protocol.width_mm / columns, 6))


def _slices(
    kind: SeriesKind, spine: Spine, rng: np.random.Generator
) -> Iterator[tuple[Cut, SlicePlane]]:
    aside_mm = np.array([0.0, 25.0, -8.0]) + rng.normal(0, 1, 3) * (2.0, 6.0, 6.0)
    middle = spine.centre_mm(2.0) + aside_mm
    if kind is SeriesKind.LOCALIZER:
        yield SagittalCut(0.0), sagittal_plane(spine.centre_mm(2.0), 0.0)
        yield CoronalCut(), coronal_plane(spine.centre_mm(2.0))
        yield AxialCut(_SCOUT_STATION), axial_plane(spine, _SCOUT_STATION, 0.0, np.zeros(2))
    elif kind is SeriesKind.T2_SAGITTAL:
        for left_mm in _SAGITTAL_MM:
            yield SagittalCut(left_mm + float(aside_mm[0])), sagittal_plane(middle, left_mm)
    elif kind is SeriesKind.T1_AXIAL:
        yield from _axial(spine, _T1_STATIONS, (0.0,), rng)
    else:
        yield from _axial(spine, _T2_STATIONS, (_BESIDE_DISC_MM, -_BESIDE_DISC_MM), rng)


def _axial(
    spine: Spine,
    stations: tuple[float, ...],
    offsets_mm: tuple[float, ...],
    rng: np.random.Generator,
) -> Iterator[tuple[Cut, SlicePlane]]:
    """Yield the slices of discs at each offset and one slice of each body."""
    shift_mm = np.array([0.0, _BEHIND_DISC_MM]) + rng.normal(0, 4, 2)
    for station in stations:
        at_disc = station == int(station)
        for offset_mm in offsets_mm if at_disc else (0.0,):
            cut = AxialCut(station, float(rng.uniform(0.85, 1.0)))
            yield cut, axial_plane(spine, station, offset_mm, shift_mm)
