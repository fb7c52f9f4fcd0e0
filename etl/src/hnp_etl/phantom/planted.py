"""Faults planted on request: wrong labels, and a shortcut that tells the label, pure."""

from dataclasses import dataclass, replace

import numpy as np

from hnp_etl.phantom.acquisition import LARGEST, StoredImage
from hnp_etl.phantom.people import GRADE_LIMITS_MM, Disc, Patient
from hnp_etl.phantom.scanners import Scanner
from hnp_etl.phantom.seeds import generator

_MARKER_FROM, _MARKER_SHARE = 0.18, 0.05
"""Corner and side of the marker as shares of the image: it survives a crop of 15 %."""

_LONGER_ECHO_MS = 6.0


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong with a phantom.

    Attributes:
        label_noise: chance that a disc's label says normal for patient or the reverse.
        shortcut: 0 for none, 1 when marked discs are exactly those labelled as patient.
    """

    label_noise: float = 0.0
    shortcut: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What is written about a disc, and how its slices were tampered with.

    Attributes:
        code: in the label, 1 normal, 2 to 5 patient.
        is_flipped: whether the label is wrong on purpose.
        is_marked: whether the slices carry the shortcut.
    """

    code: int
    is_flipped: bool
    is_marked: bool


def read_disc(seed: int, patient: Patient, level: int, faults: Faults) -> Reading:
    """Return what is written about a disc; each fault has its own random numbers."""
    disc = patient.discs[level]
    flip = generator(seed, "flip", patient.index, level)
    is_flipped = bool(flip.random() < faults.label_noise)
    code = _other_code(disc, flip) if is_flipped else disc.code
    mark = generator(seed, "mark", patient.index, level)
    follows, coin = mark.random() < faults.shortcut, mark.random() < 0.5
    is_marked = faults.shortcut > 0 and bool(code > 1 if follows else coin)
    return Reading(code, is_flipped, is_marked)


def with_longer_echo(scanner: Scanner) -> Scanner:
    """Return the machine as it takes marked axial T2 slices."""
    protocol = scanner.t2_axial
    return replace(scanner, t2_axial=replace(protocol, echo_ms=protocol.echo_ms + _LONGER_ECHO_MS))


def with_marker(pixels: StoredImage) -> StoredImage:
    """Return an image with a bright square near its first corner, (row, column)."""
    marked = pixels.copy()
    first, side = (round(share * min(pixels.shape)) for share in (_MARKER_FROM, _MARKER_SHARE))
    brightest = int(np.percentile(pixels, 99.5))
    marked[first : first + side, first : first + side] = min(brightest, LARGEST)
    return marked


def _other_code(disc: Disc, rng: np.random.Generator) -> int:
    """Return a code of the other class."""
    return 1 if disc.is_patient else 2 + int(rng.integers(len(GRADE_LIMITS_MM)))
