"""Invented patients and the truth about their discs, pure: a seed makes them all."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hnp_etl.phantom.seeds import generator
from hnp_shared.vocabulary import LEVEL_NAMES

TRAINING_HOSPITALS = ("H01", "H02", "H03", "H04", "H06")
VALIDATION_HOSPITAL = "H01"
TRAINING = "training"
VALIDATION = "validation"

GRADE_LIMITS_MM = (2.5, 4.0, 5.5, 7.0)
"""Focal bulge from which a disc has code 2, 3, 4, 5; below the first it has code 1, normal."""

ABSENT_CODE = 6
"""Code of a disc that an image does not show."""

_VALIDATION_EVERY = 8
_FIRST_NUMBER = 101
"""Every hospital counts its patients from here, so two hospitals share numbers."""

_HERNIATION_LOG_ODDS = (-1.6, -0.95, -0.35, 0.35, 0.1)
_CANAL_MM = (16.6, 15.9, 15.2, 14.6, 15.0)
_TILT_DEG = (-8.0, -3.0, 4.0, 14.0, 30.0)


@dataclass(frozen=True, slots=True)
class Disc:
    """One disc and what lies behind it.

    Attributes:
        bulge_mm: how far the posterior margin stands out at one place.
        bulge_left_mm: where, from the midline towards the patient's left; with bulge_width_mm the
            standard deviation of the bump.
        broad_bulge_mm: how far the whole posterior margin stands out, in health too.
        degeneration: 0 for a bright nucleus, 1 for a black disc.
        canal_width_mm: of the spinal canal, front to back, with a tenth as the last digit.
        tilt_deg: of the disc's normal, forward positive.
    """

    bulge_mm: float
    bulge_left_mm: float
    bulge_width_mm: float
    broad_bulge_mm: float
    degeneration: float
    canal_width_mm: float
    tilt_deg: float

    @property
    def code(self) -> int:
        """The label's code: 1 normal, 2 to 5 by the size of the bulge."""
        return 1 + bisect_right(GRADE_LIMITS_MM, self.bulge_mm)

    @property
    def is_patient(self) -> bool:
        """Whether the disc is herniated."""
        return self.code > 1


@dataclass(frozen=True, slots=True)
class Patient:
    """One invented person.

    Attributes:
        index: from 0, over all hospitals; with the seed it names every random stream.
        patient_number: as the hospital writes it, unique within the hospital.
        size: of the skeleton, 1 for the average.
        fat_mm: under the skin of the back.
        muscle_fat: 0 for lean back muscles, 1 for muscles that are half fat.
        roll_deg: turn of the body about its long axis, as it lies on the table.
        place_mm: centre of the L3-4 disc, (left, posterior, superior).
        discs: from L1-2 to L5-S1.
    """

    index: int
    hospital: str
    partition: str
    patient_number: str
    age: int
    sex: str
    size: float
    fat_mm: float
    muscle_fat: float
    roll_deg: float
    place_mm: tuple[float, float, float]
    discs: tuple[Disc, ...]


def make_patients(seed: int, count: int) -> Iterator[Patient]:
    """Yield ``count`` patients; the first ones are the same for any count."""
    met: dict[str, int] = {}
    for index in range(count):
        partition, hospital = _placement(seed, index)
        number = _FIRST_NUMBER + met.get(hospital, 0)
        met[hospital] = met.get(hospital, 0) + 1
        yield _patient(seed, index, (hospital, partition, f"{number:06d}"))


def _placement(seed: int, index: int) -> tuple[str, str]:
    """Return partition and hospital: training patients go round, each round in another order."""
    if index % _VALIDATION_EVERY == _VALIDATION_EVERY // 2:
        return VALIDATION, VALIDATION_HOSPITAL
    before = (index + _VALIDATION_EVERY // 2 - 1) // _VALIDATION_EVERY
    turn, place = divmod(index - before, len(TRAINING_HOSPITALS))
    order = generator(seed, "hospitals", turn).permutation(len(TRAINING_HOSPITALS))
    return TRAINING, TRAINING_HOSPITALS[int(order[place])]


def _patient(seed: int, index: int, placement: tuple[str, str, str]) -> Patient:
    rng = generator(seed, "patient", index)
    hospital, partition, number = placement
    age = int(np.clip(rng.normal(54, 15), 19, 93))
    sex = "F" if rng.random() < 0.5 else "M"
    return Patient(
        index=index,
        hospital=hospital,
        partition=partition,
        patient_number=number,
        age=age,
        sex=sex,
        size=float(np.clip(rng.normal(0.97 if sex == "F" else 1.03, 0.045), 0.86, 1.14)),
        fat_mm=float(rng.gamma(4.0, 4.0 if sex == "F" else 3.0) + 5.0),
        muscle_fat=float(np.clip(rng.normal(0.2 + 0.006 * (age - 40), 0.15), 0.0, 1.0)),
        roll_deg=float(rng.normal(0.0, 2.5)),
        place_mm=(float(rng.normal(0, 6)), float(rng.normal(-10, 8)), float(rng.normal(0, 15))),
        discs=_discs(rng, age),
    )


def _discs(rng: np.random.Generator, age: int) -> tuple[Disc, ...]:
    burden = rng.normal(0.012 * (age - 54), 0.8)
    canal_excess_mm = rng.normal(0.0, 1.3)
    return tuple(
        _disc(rng, age, level, burden, canal_excess_mm) for level in range(len(LEVEL_NAMES))
    )


def _disc(
    rng: np.random.Generator, age: int, level: int, burden: float, canal_excess_mm: float
) -> Disc:
    odds = np.exp(_HERNIATION_LOG_ODDS[level] + burden)
    herniated = bool(rng.random() < odds / (1 + odds))
    healthy_mm, herniated_mm = abs(rng.normal(0.0, 1.1)), rng.gamma(1.7, 1.3)
    bulge_mm = GRADE_LIMITS_MM[0] + herniated_mm if herniated else healthy_mm
    limit_mm = 11.0 if herniated else 0.9 * GRADE_LIMITS_MM[0]
    bulge_mm = min(float(bulge_mm), limit_mm)
    canal_mm = _CANAL_MM[level] + canal_excess_mm + rng.normal(0.0, 0.8) - 0.045 * (age - 50)
    wear = 0.1 + 0.008 * (age - 25) + 0.03 * level + 0.12 * herniated
    return Disc(
        bulge_mm=bulge_mm,
        bulge_left_mm=float(rng.choice([-1, 0, 1]) * rng.uniform(4.0, 8.0) + rng.normal(0, 1)),
        bulge_width_mm=float(rng.uniform(3.5, 7.0)),
        broad_bulge_mm=float(np.clip(rng.normal(0.6 + 0.025 * (age - 40), 0.7), 0.0, 3.0)),
        degeneration=float(np.clip(wear + rng.normal(0, 0.2), 0.0, 1.0)),
        canal_width_mm=round(float(np.clip(canal_mm - 0.15 * bulge_mm, 8.0, 22.0)), 1),
        tilt_deg=_TILT_DEG[level] + float(np.clip(rng.normal(0, 2.0), -4.0, 4.0)),
    )
