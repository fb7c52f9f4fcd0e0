"""What a scanner makes of an image: coil, noise and stored digits, pure."""

import numpy as np
import numpy.typing as npt

from hnp_etl.phantom.anatomy import FloatImage, draw, signal
from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.geometry import Grid, SlicePlane
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.scanners import Scanner
from hnp_etl.phantom.seeds import generator
from hnp_etl.phantom.study import Planned

StoredImage = npt.NDArray[np.uint16]

BITS_STORED = 12

_LARGEST = 2**BITS_STORED - 1


def acquire(seed: int, patient: Patient, planned: Planned, scanner: Scanner) -> StoredImage:
    """Return the stored pixels of a planned image, (row, column), 0..4095."""
    protocol = scanner.protocol(planned.kind)
    cut = planned.cut
    where = str(cut.station) if isinstance(cut, AxialCut) else planned.kind
    body = generator(seed, "anatomy", patient.index, where)
    tissues = draw(patient, cut, planned.plane, planned.grid, body)
    names = (patient.index, planned.series_number, planned.instance_number)
    rng = generator(seed, "image", *names)
    times_ms = (protocol.echo_ms, protocol.repetition_ms)
    image = signal(tissues, planned.grid, times_ms, rng)
    image *= _coil(planned.plane, planned.grid, patient, scanner)
    return _digits(_with_noise(image, scanner.noise, rng), scanner.full_scale)


def _coil(plane: SlicePlane, grid: Grid, patient: Patient, scanner: Scanner) -> FloatImage:
    """Return the sensitivity of the coil at each pixel, 1 at the L3-4 disc, (row, column)."""
    behind, left = scanner.coil_per_100_mm
    growth = np.array([left, behind, 0.0]) / 100.0
    start = growth @ (plane.first_pixel_mm(grid) - np.array(patient.place_mm))
    down = np.arange(grid.rows) * grid.pixel_mm * (growth @ plane.column_direction)
    right = np.arange(grid.columns) * grid.pixel_mm * (growth @ plane.row_direction)
    sensitivity: FloatImage = np.outer(np.exp(start + down), np.exp(right)).astype(np.float32)
    return sensitivity


def _with_noise(image: FloatImage, noise: float, rng: np.random.Generator) -> FloatImage:
    """Return the magnitude of the signal with noise in both channels (Rician)."""
    real = rng.standard_normal(image.shape, dtype=np.float32) * np.float32(noise)
    imaginary = real[::-1, ::-1]  # as good as new at each pixel, for half the random numbers
    magnitude: FloatImage = np.sqrt((real + image) ** 2 + imaginary**2)
    return magnitude


def _digits(image: FloatImage, full_scale: float) -> StoredImage:
    stored: StoredImage = np.rint(np.clip(image * full_scale, 0, _LARGEST)).astype(np.uint16)
    return stored
