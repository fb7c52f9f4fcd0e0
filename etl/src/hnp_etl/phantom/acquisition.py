"""What a scanner makes of an image: coil, noise and stored digits, pure."""

import cv2
import numpy as np
import numpy.typing as npt

from hnp_etl.phantom.anatomy import FloatImage, Scene, lay_out, signal
from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.geometry import Grid, SlicePlane
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.scanners import Scanner
from hnp_etl.phantom.seeds import chance_of, generator
from hnp_etl.phantom.study import Planned
from hnp_etl.phantom.texture import texture

StoredImage = npt.NDArray[np.uint16]

BITS_STORED = 12

LARGEST = 2**BITS_STORED - 1
"""Greatest stored value."""


_ACQUIRED_SHARE = 0.7
"""Matrix that is measured as a share of the stored one, into which the machine interpolates."""

_SMOOTHED = 1.25
"""What makes up for the noise that the interpolation takes away."""


def scene_of(seed: int, patient: Patient, planned: Planned) -> Scene:
    """Return what lies in a planned image."""
    chance = chance_of(seed, patient.index, _place(planned))
    return lay_out(patient, planned.cut, planned.plane, planned.grid, chance)


def acquire(seed: int, patient: Patient, planned: Planned, scanner: Scanner) -> StoredImage:
    """Return the stored pixels of a planned image, (row, column), 0..4095."""
    protocol, grid = scanner.protocol(planned.kind), planned.grid
    scene = scene_of(seed, patient, planned)
    names = (patient.index, planned.series_number, planned.instance_number)
    rng = generator(seed, "image", *names)
    here = generator(seed, "grain", patient.index, _place(planned))
    grain = texture(scene.to_pixels, grid, here, rng)
    times_ms = (protocol.echo_ms, protocol.repetition_ms)
    image = signal(scene.tissues(), grain, grid.pixel_mm, times_ms)
    image *= _coil(planned.plane, grid, patient, scanner)
    return _digits(_with_noise(image, scanner.noise, rng), scanner.full_scale)


def _place(planned: Planned) -> str:
    cut = planned.cut
    return str(cut.station) if isinstance(cut, AxialCut) else planned.kind


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
    rows, columns = image.shape
    sides = (round(rows * _ACQUIRED_SHARE), round(columns * _ACQUIRED_SHARE))
    drawn = rng.standard_normal(sides, dtype=np.float32) * np.float32(noise * _SMOOTHED)
    real: FloatImage = cv2.resize(drawn, (columns, rows), interpolation=cv2.INTER_LINEAR)
    imaginary = real[::-1, ::-1]  # as good as new at each pixel, for half the random numbers
    magnitude: FloatImage = np.sqrt((real + image) ** 2 + imaginary**2)
    return magnitude


def _digits(image: FloatImage, full_scale: float) -> StoredImage:
    stored: StoredImage = np.rint(np.clip(image * full_scale, 0, LARGEST)).astype(np.uint16)
    return stored
