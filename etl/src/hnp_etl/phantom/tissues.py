"""Tissues and the signal that each gives, from relaxation times by the spin-echo equation."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt


class Tissue(IntEnum):
    """What a pixel of the tissue map holds."""

    AIR = 0
    SKIN = 1
    FAT = 2
    MUSCLE = 3
    BOWEL = 4
    KIDNEY = 5
    VESSEL = 6
    CORTEX = 7
    MARROW = 8
    LIGAMENT = 9
    FLUID = 10
    NERVE = 11
    CORD = 12
    ANNULUS = 13
    INNER_ANNULUS = 14
    NUCLEUS = 15


@dataclass(frozen=True, slots=True)
class _Relaxation:
    """How a tissue answers.

    Attributes:
        density: of protons, 1 for water.
        grain: standard deviation of the texture as a share of the signal.
    """

    density: float
    t1_ms: float
    t2_ms: float
    grain: float


# Order of size of published values at 1.5 T. Fat has a long T2 for its brightness on fast spin
# echo, vessels a low density for their flow void.
_RELAXATION = {
    Tissue.AIR: _Relaxation(0.0, 1.0, 1.0, 0.0),
    Tissue.SKIN: _Relaxation(0.6, 450, 50, 0.05),
    Tissue.FAT: _Relaxation(0.95, 290, 125, 0.09),
    Tissue.MUSCLE: _Relaxation(0.8, 950, 46, 0.10),
    Tissue.BOWEL: _Relaxation(0.40, 850, 50, 0.30),
    Tissue.KIDNEY: _Relaxation(0.85, 900, 90, 0.10),
    Tissue.VESSEL: _Relaxation(0.10, 1200, 80, 0.20),
    Tissue.CORTEX: _Relaxation(0.10, 600, 30, 0.10),
    Tissue.MARROW: _Relaxation(0.70, 550, 78, 0.12),
    Tissue.LIGAMENT: _Relaxation(0.35, 700, 32, 0.10),
    Tissue.FLUID: _Relaxation(1.0, 3500, 900, 0.03),
    Tissue.NERVE: _Relaxation(0.8, 900, 75, 0.08),
    Tissue.CORD: _Relaxation(0.8, 900, 85, 0.05),
    Tissue.ANNULUS: _Relaxation(0.55, 900, 34, 0.12),
    Tissue.INNER_ANNULUS: _Relaxation(0.7, 1000, 55, 0.10),
    Tissue.NUCLEUS: _Relaxation(0.9, 1200, 115, 0.08),
}
# What wear makes of a tissue: discs dry out, muscles turn to fat; strands in fat, fluid in bowel,
# marrow of the kidney, slow blood.
_WORN = {
    Tissue.NUCLEUS: _Relaxation(0.55, 900, 42, 0.14),
    Tissue.INNER_ANNULUS: _Relaxation(0.55, 900, 38, 0.12),
    Tissue.MUSCLE: _Relaxation(0.88, 550, 78, 0.30),
    Tissue.FAT: _Relaxation(0.80, 450, 74, 0.15),
    Tissue.BOWEL: _Relaxation(0.95, 1500, 160, 0.15),
    Tissue.KIDNEY: _Relaxation(0.85, 1300, 110, 0.08),
    Tissue.VESSEL: _Relaxation(0.55, 1200, 70, 0.15),
}

_STATES = {
    tissue: (np.array(astuple(sound)), np.array(astuple(_WORN.get(tissue, sound))))
    for tissue, sound in _RELAXATION.items()
}
"""Sound and worn relaxation as rows of numbers."""

FloatTable = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Material:
    """A tissue in some state.

    Attributes:
        wear: 0 sound, 1 worn out.
    """

    tissue: Tissue
    wear: float = 0.0


def signals(palette: Sequence[Material], echo_ms: float, repetition_ms: float) -> FloatTable:
    """Return the mean signal of each material.

    Args:
        palette: the materials.
        echo_ms: echo time.
        repetition_ms: repetition time.

    Returns:
        (material,), 0 for none, 1 for water at once after full recovery.
    """
    density, t1_ms, t2_ms, _ = _table(palette)
    recovered = 1 - np.exp(-repetition_ms / t1_ms)
    signal: FloatTable = (density * recovered * np.exp(-echo_ms / t2_ms)).astype(np.float32)
    return signal


def grains(palette: Sequence[Material]) -> FloatTable:
    """Return the strength of each material's texture as a share of its signal, (material,)."""
    grain: FloatTable = _table(palette)[3].astype(np.float32)
    return grain


def _table(palette: Sequence[Material]) -> npt.NDArray[np.float64]:
    return np.array([_row(material) for material in palette]).T


def _row(material: Material) -> npt.NDArray[np.float64]:
    sound, worn = _STATES[material.tissue]
    row: npt.NDArray[np.float64] = sound + (worn - sound) * material.wear
    return row
