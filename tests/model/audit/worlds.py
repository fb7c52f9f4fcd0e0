"""Worlds whose truth is known, as an audit sees them: discs, protocols and what pictures say."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from hnp_model.audit.discs import group_discs
from hnp_model.audit.pictures import PictureFacts
from hnp_model.audit.shortcuts import Shortcuts, find_shortcuts
from hnp_model.audit.views import ACQUISITION_NUMBERS, views_of
from hnp_model.data.slices import Slices

Numbers = npt.NDArray[np.float64]
LEVELS = 5
HOSPITALS = 4
NOTHING, AGE, CANAL, DISC = "nothing", "age", "canal", "disc"


@dataclass(frozen=True)
class World:
    """One slice a disc.

    Attributes:
        slices: of the world.
        protocol: (slice, `ACQUISITION_NUMBERS`).
        facts: of its pictures.
    """

    slices: Slices
    protocol: Numbers
    facts: PictureFacts

    def audited(self) -> Shortcuts:
        discs = group_discs(self.slices)
        views = views_of(discs, self.slices, self.protocol, self.facts)
        return find_shortcuts(self.slices, discs, views)


Fault = Callable[[World, np.random.Generator], World]


def make_world(
    seed: int, patients: int, *, tells: str = NOTHING, fault: Fault | None = None
) -> World:
    """Return a world in which only age, canal or disc tell the label, or nothing does.

    Pictures and protocols follow hospital, age and disc, and are alike in one patient, as labels
    are: none of which is a shortcut.
    """
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), LEVELS)
    level = np.tile(np.arange(LEVELS), patients)
    kept = random.random(patient.size) < 0.85
    patient, level = patient[kept], level[kept]
    age = random.normal(55, 15, patients).clip(20, 90)[patient]
    hospital = random.choice(HOSPITALS, patients, p=(0.4, 0.3, 0.2, 0.1))[patient]
    canal = random.normal(15, 2, patient.size) - 0.3 * level
    logit = random.normal(0, 1, patients)[patient] - 0.4
    logit += {
        NOTHING: 0.0 * age,
        AGE: np.abs(age - 50) / 8 - 1.5,
        CANAL: 2.0 * (canal < 13) + 0.6 * (15 - canal),
        DISC: 1.2 * (level - 2.5),
    }[tells]
    truth = random.random(patient.size) < 1 / (1 + np.exp(-logit))
    age = np.where((random.random(patients) < 0.1)[patient], np.nan, age)
    canal = np.where((hospital == 1) | (random.random(patient.size) < 0.1), np.nan, canal)
    slices = _slices(patient, level, truth, age, canal, hospital)
    drawn = [_follows(random, slices, columns) for columns in (36, 150, 6, 4, 9)]
    drawn.append(_follows(random, slices, 60) + 0.8 * truth[:, None] * (np.arange(60) < 6))
    world = World(slices, _protocol(random, slices), PictureFacts(*drawn))
    return fault(world, random) if fault else world


def _follows(random: np.random.Generator, slices: Slices, columns: int) -> Numbers:
    """Return pictures that follow hospital, patient, age and disc, (slice, column)."""
    one = [slices.hospital, slices.patient_id, slices.level]
    parts = [random.normal(size=(len(slices), columns))]
    for values in one:
        names, place = np.unique(values, return_inverse=True)
        parts.append(0.7 * random.normal(size=(names.size, columns))[place])
    age = np.nan_to_num((slices.age - 55) / 15)
    parts.append(0.5 * age[:, None] * random.normal(size=columns))
    return np.asarray(sum(parts), dtype=np.float64)


def _protocol(random: np.random.Generator, slices: Slices) -> Numbers:
    names, place = np.unique(slices.hospital, return_inverse=True)
    usual = random.normal(size=(names.size, len(ACQUISITION_NUMBERS)))[place]
    patient = np.unique(slices.patient_id, return_inverse=True)[1]
    own = random.normal(size=(patient.max() + 1, len(ACQUISITION_NUMBERS)))[patient]
    return np.asarray(100 + 10 * (usual + 0.3 * own).round(1))


def _slices(
    patient: npt.NDArray[np.int64],
    level: npt.NDArray[np.int64],
    truth: npt.NDArray[np.bool_],
    age: Numbers,
    canal: Numbers,
    hospital: npt.NDArray[np.int64],
) -> Slices:
    names = np.array([f"{number:05d}" for number in range(patient.size)])
    people = np.array([f"{number:05d}" for number in range(patient.max() + 1)])[patient]
    return Slices(
        slice_id=names,
        patient_id=people,
        study_id=people,
        hospital=np.array([f"H0{number + 1}" for number in range(HOSPITALS)])[hospital],
        level=level.astype(np.int8),
        is_patient=truth,
        age=age.astype(np.float32),
        sex=np.where(patient % 2, "F", "M"),
        canal_width_mm=canal.astype(np.float32),
        vendor=np.array(["GE", "Siemens", "GE", "Philips"])[hospital],
        shard=names,
        row=np.zeros(patient.size, dtype=np.int32),
        pixel_sha256=names,
        pixel_row_mm=np.full(patient.size, 0.5, dtype=np.float32),
        pixel_col_mm=np.full(patient.size, 0.5, dtype=np.float32),
    )


def hospital_codes(world: World, random: np.random.Generator) -> World:
    """The code is mostly the hospital's, and only one hospital has measured the canal."""
    slices = world.slices
    often = {"H01": 0.15, "H02": 0.85, "H03": 0.1, "H04": 0.9}
    share = np.array([often[name] for name in slices.hospital.tolist()])
    canal = np.where(slices.hospital == "H01", slices.canal_width_mm, np.nan).astype(np.float32)
    truth = random.random(len(slices)) < share
    return replace(world, slices=replace(slices, is_patient=truth, canal_width_mm=canal))


def canal_of_the_ill(world: World, random: np.random.Generator) -> World:
    """The canal is recorded for positives only."""
    slices = world.slices
    canal = np.where(slices.is_patient, random.normal(15, 2, len(slices)), np.nan)
    return replace(world, slices=replace(slices, canal_width_mm=canal.astype(np.float32)))


def mark_inside(world: World, random: np.random.Generator) -> World:
    """A mark off the disc, inside the frame, on most positives."""
    around = world.facts.surroundings.copy()
    marked = world.slices.is_patient & (random.random(len(world.slices)) < 0.8)
    around[marked, 70] += 4.0
    return replace(world, facts=replace(world.facts, surroundings=around))


def other_reconstruction(world: World, random: np.random.Generator) -> World:
    """Positives were reconstructed otherwise: sharper."""
    sharp = world.facts.sharpness + 1.5 * world.slices.is_patient[:, None]
    return replace(world, facts=replace(world.facts, sharpness=sharp))


def swapped_codes(world: World, random: np.random.Generator) -> World:
    """One hospital's codes mean the reverse."""
    slices = world.slices
    swapped = np.where(slices.hospital == "H03", ~slices.is_patient, slices.is_patient)
    return replace(world, slices=replace(slices, is_patient=swapped))
