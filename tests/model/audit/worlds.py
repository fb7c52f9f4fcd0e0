"""Worlds whose truth is known, as an audit sees them: discs, protocols and what pictures say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

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
        manifest: numbers of the manifest, each (slice,).
        facts: of its pictures.
    """

    slices: Slices
    manifest: Mapping[str, Numbers]
    facts: PictureFacts

    def audited(self) -> Shortcuts:
        discs = group_discs(self.slices)
        views = views_of(discs, self.slices, self.manifest, self.facts)
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
    drawn.append(np.stack([np.zeros(len(slices)), 1 - 0.2 * random.random(len(slices))], axis=1))
    world = World(slices, _manifest(random, slices), PictureFacts(*drawn))
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


def _manifest(random: np.random.Generator, slices: Slices) -> Mapping[str, Numbers]:
    """Return numbers of the protocol, how slices lie and their range of greys."""

    def like(values: npt.NDArray[Any], columns: int) -> Numbers:
        names, place = np.unique(values, return_inverse=True)
        return random.normal(size=(names.size, columns))[place]

    shape = (slices.patient_id, len(ACQUISITION_NUMBERS))
    protocol = 100 + 10 * (like(slices.hospital, shape[1]) + 0.3 * like(*shape)).round(1)
    person, place, disc = (like(slices.patient_id, 3), like(slices.hospital, 3), slices.level)
    own = random.normal(size=(len(slices), 2))
    return {
        **dict(zip(ACQUISITION_NUMBERS, protocol.T, strict=True)),
        "tilt_deg": np.abs(4.0 * disc + 4 * person[:, 0] + 2 * place[:, 0] + own[:, 0]),
        "slice_position_mm": 35.0 * disc + 60 * person[:, 1] + 4 * own[:, 1],
        "source_min": np.zeros(len(slices)),
        "source_max": np.exp(6 + 0.3 * person[:, 2] + place[:, 2]).round(),
    }


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


def other_tilt(world: World, random: np.random.Generator) -> World:
    """Slices of positives lie steeper."""
    tilt = world.manifest["tilt_deg"] + 6.0 * world.slices.is_patient
    return replace(world, manifest={**world.manifest, "tilt_deg": tilt})


def other_range(world: World, random: np.random.Generator) -> World:
    """Positives come from an export of half as many greys."""
    greys = world.manifest["source_max"] * np.where(world.slices.is_patient, 0.5, 1.0)
    return replace(world, manifest={**world.manifest, "source_max": greys})


def bright_discs(world: World, random: np.random.Generator) -> World:
    """Discs of positives are the brightest of the picture: all the rest is stored darker."""
    factor = np.where(world.slices.is_patient, 3.0, 1.0)
    greys = world.manifest["source_max"] * factor
    facts = replace(world.facts, ends=world.facts.ends / factor[:, None])
    return replace(world, manifest={**world.manifest, "source_max": greys}, facts=facts)
