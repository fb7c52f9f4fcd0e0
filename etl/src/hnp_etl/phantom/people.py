"""Invented patients and the truth about their discs, pure: a seed makes them all."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count as counting

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

CENTRAL_WITHIN_MM, PARACENTRAL_WITHIN_MM = 3.0, 11.0
"""A bulge nearer to the midline is central, paracentral; a farther one lies in the foramen."""

_PLACES_MM = ((0.0, 2.5), (3.5, 9.0), (13.0, 17.5))
_PLACE_SHARES = (0.3, 0.5, 0.2)
"""Central, paracentral, foraminal: from the midline to either side."""

_GRADES = 5

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

    @property
    def zone(self) -> str:
        """Where the bulge lies: `central`, `paracentral` or `foraminal`."""
        away_mm = abs(self.bulge_left_mm)
        if away_mm < CENTRAL_WITHIN_MM:
            return "central"
        return "paracentral" if away_mm < PARACENTRAL_WITHIN_MM else "foraminal"

    @property
    def side(self) -> str:
        """The patient's side on which the bulge lies: `left`, `right` or `middle`."""
        if abs(self.bulge_left_mm) < CENTRAL_WITHIN_MM:
            return "middle"
        return "left" if self.bulge_left_mm > 0 else "right"

    @property
    def grade(self) -> int:
        """Degeneration in five steps, 1 for a bright nucleus."""
        return 1 + min(int(self.degeneration * _GRADES), _GRADES - 1)


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

    @property
    def is_ill(self) -> bool:
        """Whether any disc is herniated."""
        return any(disc.is_patient for disc in self.discs)


def make_patients(seed: int, count: int, ill_patients: float | None = None) -> Iterator[Patient]:
    """Yield ``count`` patients; the first ones are the same for any count.

    Args:
        seed: makes the people.
        count: how many.
        ill_patients: chance that somebody has a herniated disc; None lets the discs decide, by
            which nine of ten have one.
    """
    met: dict[str, int] = {}
    for index in range(count):
        partition, hospital = _placement(seed, index)
        number = _FIRST_NUMBER + met.get(hospital, 0)
        met[hospital] = met.get(hospital, 0) + 1
        placement = (hospital, partition, f"{number:06d}")
        yield _person(seed, index, placement, ill_patients)


def _placement(seed: int, index: int) -> tuple[str, str]:
    """Return partition and hospital: training patients go round, each round in another order."""
    if index % _VALIDATION_EVERY == _VALIDATION_EVERY // 2:
        return VALIDATION, VALIDATION_HOSPITAL
    before = (index + _VALIDATION_EVERY // 2 - 1) // _VALIDATION_EVERY
    turn, place = divmod(index - before, len(TRAINING_HOSPITALS))
    order = generator(seed, "hospitals", turn).permutation(len(TRAINING_HOSPITALS))
    return TRAINING, TRAINING_HOSPITALS[int(order[place])]


def _person(
    seed: int, index: int, placement: tuple[str, str, str], ill_patients: float | None
) -> Patient:
    """Return a patient, drawn anew until as ill or healthy as the share has it.

    So the ill are like the ill of any phantom, and the healthy like its healthy ones: younger.
    """
    drawn = _patient(generator(seed, "patient", index), index, placement)
    if ill_patients is None:
        return drawn
    ill = bool(generator(seed, "ill", index).random() < ill_patients)
    again = counting(1)
    while drawn.is_ill != ill:
        drawn = _patient(generator(seed, "patient", index, next(again)), index, placement)
    return drawn


def _patient(rng: np.random.Generator, index: int, placement: tuple[str, str, str]) -> Patient:
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
    left_mm, width_mm = _bulge_place(rng)
    canal_mm = _CANAL_MM[level] + canal_excess_mm + rng.normal(0.0, 0.8) - 0.045 * (age - 50)
    bulge_mm = _bulge_mm(rng, herniated)
    wear = 0.1 + 0.008 * (age - 25) + 0.03 * level + 0.12 * herniated
    degeneration = float(np.clip(wear + rng.normal(0, 0.2), 0.0, 1.0))
    broad_mm = 0.4 + 0.015 * (age - 40) + 1.4 * degeneration + rng.normal(0, 0.9)
    return Disc(
        bulge_mm=bulge_mm,
        bulge_left_mm=left_mm,
        bulge_width_mm=width_mm,
        broad_bulge_mm=float(np.clip(broad_mm, 0.0, 4.0)),
        degeneration=degeneration,
        canal_width_mm=round(float(np.clip(canal_mm - 0.15 * bulge_mm, 8.0, 22.0)), 1),
        tilt_deg=_TILT_DEG[level] + float(np.clip(rng.normal(0, 2.0), -4.0, 4.0)),
    )


def _bulge_mm(rng: np.random.Generator, herniated: bool) -> float:
    """Return a focal bulge on its side of the first limit, often near it."""
    healthy_mm, beyond_mm = abs(rng.normal(0.0, 1.3)), rng.gamma(1.5, 1.3)
    if herniated:
        return min(GRADE_LIMITS_MM[0] + float(beyond_mm), 11.0)
    return min(float(healthy_mm), 0.95 * GRADE_LIMITS_MM[0])


def _bulge_place(rng: np.random.Generator) -> tuple[float, float]:
    """Return how far left of the midline a bulge lies, and its width, in mm."""
    near_mm, far_mm = _PLACES_MM[int(rng.choice(len(_PLACES_MM), p=_PLACE_SHARES))]
    side = 1.0 if rng.random() < 0.5 else -1.0
    return side * float(rng.uniform(near_mm, far_mm)), float(rng.uniform(3.5, 6.5))
