"""Small data sets, written with the contract's own writers."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_shared.dataset_info import DatasetInfo, NamedFile, write_info
from hnp_shared.ledger import LedgerRow, write_ledger
from hnp_shared.manifest import ManifestRow, write_manifest
from hnp_shared.shards import Images, write_shard
from hnp_shared.vocabulary import LEVEL_NAMES, SCHEMA_VERSION

PATIENTS_A_SHARD = 16


@dataclass(frozen=True)
class Plan:
    """What a synthetic data set looks like."""

    patients: int = 48
    levels: int = 2
    slices_a_level: int = 2
    side: int = 32
    hospitals: tuple[str, ...] = ("H01", "H02", "H03")
    positive_share: float = 0.5
    uint16: bool = False
    labelled: bool = True
    confirmed: bool = True
    pixels_id: str = "0123456789abcdef"
    hospital_shares: tuple[float, ...] = ()
    """Positive discs of each hospital, in place of `positive_share`: a planted shortcut."""
    bright_border: bool = False
    """Whether positives have a brighter border: another planted shortcut."""
    marked: bool = False
    """Whether positives have a mark off the disc, inside the frame."""
    smoothed: bool = False
    """Whether negatives were reconstructed with a softer filter."""
    bright_disc: bool = False
    """Whether a bright disc rescales all the rest of the picture."""
    full_range: bool = False
    """Whether each picture was exported from 0 to 1000, however bright its disc is."""
    twins: bool = False
    """Whether the first two patients share an image."""
    seed: int = 0
    first_patient: int = 0
    key: str = ""
    """Another one gives the same patients other ids."""
    noise: float = 0.0
    """What is added to every image: copies that are nearly the same."""
    codes: tuple[tuple[str, str], ...] = (("1", "normal"), ("2", "patient"))
    canal: tuple[str, str] = ("width", "mm")
    graded: bool = False
    """Whether every other positive disc has code 3."""
    rare_code: str = ""
    """What the label of the last patient's first disc says in the place of its code."""


def write_dataset(folder: Path, plan: Plan) -> Path:
    """Write a data set and return its folder."""
    (folder / "shards").mkdir(parents=True)
    (folder / "tables").mkdir()
    rows, images = draw_slices(plan)
    files: dict[str, NamedFile] = {}
    placed: list[ManifestRow] = []
    for patients in _shard_plans(rows):
        members = [number for number, row in enumerate(rows) if row.patient_id in patients]
        stored: Images = images[members]
        if plan.uint16:
            stored = np.rint(stored * 65535).astype(np.uint16)
        ids = [rows[number].slice_id for number in members]
        shard = write_shard(folder / "shards", stored, ids)
        files[f"shards/{shard.name}"] = NamedFile(shard.sha256, shard.size)
        placed += [
            replace(rows[number], shard=shard.name, row=position)
            for position, number in enumerate(members)
        ]
    manifest = write_manifest(folder / "tables", placed)
    ledger = write_ledger(folder / "tables", _ledger(placed))
    for table in (manifest, ledger):
        files[f"tables/{table.name}"] = NamedFile(table.sha256, table.size)
    info = DatasetInfo(
        schema_version=SCHEMA_VERSION,
        dataset_id=manifest.sha256[:16],
        pixels_id=plan.pixels_id,
        key_id=_keyed(plan.key, "hnp key")[:8] if plan.key else "89abcdef",
        tool="synthetic 0",
        recipe={
            "name": "synthetic",
            "confirmed": plan.confirmed,
            "label": {
                "codes": dict(plan.codes),
                "canal": dict(zip(("quantity", "unit"), plan.canal, strict=True)),
            },
        },
        identity=dict.fromkeys(plan.hospitals, "label"),
        states={"accepted": len(placed)},
        reasons={},
        manifest=f"tables/{manifest.name}",
        ledger=f"tables/{ledger.name}",
        files=files,
    )
    write_info(folder, info)
    return folder


def draw_slices(plan: Plan) -> tuple[list[ManifestRow], npt.NDArray[np.float32]]:
    """Return sorted rows and their images, (slice, row, column); positives have a bright spot."""
    random, chance = np.random.default_rng(plan.seed), np.random.default_rng(plan.seed + 1)
    rows: list[ManifestRow] = []
    images: list[npt.NDArray[np.float32]] = []
    for patient in range(plan.first_patient, plan.first_patient + plan.patients):
        person = _person(random, patient, plan)
        for level in range(plan.levels):
            positive = bool(random.random() < _positive_share(plan, patient))
            for number in range(plan.slices_a_level):
                image, brightest = _image(random, plan.side, positive), 1.0
                worse = plan.graded and positive and bool((patient + level) % 2)
                if plan.bright_border and positive:
                    image[[0, 1, -2, -1]] += np.float32(0.2)
                if plan.marked and positive:
                    image[5:8, -8:-5] = 0.9
                if plan.smoothed and not positive:
                    image[1:-1] = (image[:-2] + 2 * image[1:-1] + image[2:]) / 4
                if plan.bright_disc:
                    image, brightest = _rescaled(image, positive)
                if plan.twins and patient == plan.first_patient + 1 and not (level or number):
                    image = images[0]
                if plan.noise:
                    image = image + plan.noise * chance.random(image.shape, dtype=np.float32)
                row = _row(person, level, number, image, positive if plan.labelled else None)
                source_max = 1000.0 if plan.full_range else 1000.0 * brightest
                row = replace(row, source_max=source_max)
                rows.append(_coded(row, plan, patient, level, worse=worse))
                images.append(image)
    return rows, np.stack(images)


def _coded(row: ManifestRow, plan: Plan, patient: int, level: int, *, worse: bool) -> ManifestRow:
    if row.label_code is None:
        return row
    if plan.rare_code and patient == plan.patients - 1 and not level:
        return replace(row, label_code=plan.rare_code, is_patient=True)
    return replace(row, label_code="3") if worse else row


@dataclass(frozen=True)
class _Person:
    patient_id: str
    hospital: str
    age: float | None
    sex: str | None
    canal_width_mm: float | None
    vendor: str | None


def _person(random: np.random.Generator, number: int, plan: Plan) -> _Person:
    return _Person(
        patient_id=_keyed(plan.key, str(number)) if plan.key else f"{number:032x}",
        hospital=plan.hospitals[number % len(plan.hospitals)],
        age=None if number % 11 == 10 else float(random.integers(20, 90)),
        sex=(None, "F", "M", "F", "M")[number % 5],
        canal_width_mm=None if number % 7 == 6 else float(random.normal(15, 2)),
        vendor=("Siemens", "GE", None)[number % 3],
    )


def _keyed(key: str, value: str) -> str:
    return hashlib.sha256(f"{key} {value}".encode()).hexdigest()[:32]


def _positive_share(plan: Plan, patient: int) -> float:
    if not plan.hospital_shares:
        return plan.positive_share
    return plan.hospital_shares[patient % len(plan.hospitals)]


def _image(random: np.random.Generator, side: int, positive: bool) -> npt.NDArray[np.float32]:
    image = random.random((side, side), dtype=np.float32) * np.float32(0.5)
    if positive:
        corner = int(random.integers(side // 4, side // 2))
        image[corner : corner + side // 6, corner : corner + side // 6] = 1.0
    return image


def _rescaled(
    image: npt.NDArray[np.float32], positive: bool
) -> tuple[npt.NDArray[np.float32], float]:
    """Return a picture with a bright middle, stored from 0 to 1, and how bright that is."""
    middle = slice(image.shape[0] // 2 - 3, image.shape[0] // 2 + 3)
    image[middle, middle] = 3.0 if positive else 0.8
    scaled: npt.NDArray[np.float32] = (image - image.min()) / np.ptp(image)
    return scaled, float(image.max())


def _row(
    person: _Person,
    level: int,
    number: int,
    image: npt.NDArray[np.float32],
    is_patient: bool | None,
) -> ManifestRow:
    labelled = is_patient is not None
    digest = hashlib.sha256(f"{person.patient_id} {level} {number}".encode()).hexdigest()[:30]
    return ManifestRow(
        slice_id=f"{level}{number}{digest}",
        patient_id=person.patient_id,
        study_id=person.patient_id,
        series_id=person.patient_id,
        hospital=person.hospital,
        partition=None,
        level=level if labelled else None,
        level_name=LEVEL_NAMES[level] if labelled else None,
        label_code=("2" if is_patient else "1") if labelled else None,
        is_patient=is_patient,
        age=person.age,
        sex=person.sex,
        canal_width_mm=person.canal_width_mm,
        shard="",
        row=0,
        pixel_sha256=hashlib.sha256(image.tobytes()).hexdigest(),
        source_rows=512,
        source_cols=512,
        pixel_row_mm=0.5,
        pixel_col_mm=0.5,
        slice_thickness_mm=4.0,
        slice_position_mm=float(level * 30 + number * 4),
        tilt_deg=5.0,
        echo_time_ms=100.0,
        repetition_time_ms=4000.0,
        field_strength_t=1.5,
        vendor=person.vendor,
        source_min=0.0,
        source_max=1000.0,
        weighting_from="tags",
        flags=(),
    )


def _shard_plans(rows: Sequence[ManifestRow]) -> list[set[str]]:
    patients = sorted({row.patient_id for row in rows})
    return [
        set(patients[first : first + PATIENTS_A_SHARD])
        for first in range(0, len(patients), PATIENTS_A_SHARD)
    ]


def _ledger(rows: Sequence[ManifestRow]) -> list[LedgerRow]:
    if max(Counter(row.slice_id for row in rows).values()) > 1:
        raise ValueError("slice ids must be unique")
    return [
        LedgerRow(row.slice_id, "image", row.hospital, "accepted", None, row.slice_id)
        for row in sorted(rows, key=lambda row: row.slice_id)
    ]
