"""A phantom on the disk: images and labels in the delivered layout, the truth beside them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from pathlib import Path, PurePosixPath

from hnp_etl.phantom.acquisition import acquire
from hnp_etl.phantom.dicom import Image, dicom_bytes
from hnp_etl.phantom.labels import label_bytes
from hnp_etl.phantom.people import VALIDATION, Patient, make_patients
from hnp_etl.phantom.scanners import SeriesKind, scanner_of
from hnp_etl.phantom.study import Planned, plan_study
from hnp_etl.pixels import use_one_plain_thread
from hnp_shared.errors import OutputError, StorageError
from hnp_shared.progress import track
from hnp_shared.vocabulary import LEVEL_NAMES

PROCEDURE = "C004"
"""Measurement code of the lumbar MRI."""

_ROLE = "the phantom"


class TreeLayout(StrEnum):
    """How images and labels lie to each other."""

    AIHUB = "aihub"
    FLAT = "flat"


@dataclass(frozen=True, slots=True)
class PhantomConfig:
    """What to make.

    Attributes:
        directory: of the tree; the truth lies beside it.
    """

    directory: Path
    patients: int
    seed: int = 0
    layout: TreeLayout = TreeLayout.AIHUB


@dataclass(frozen=True, slots=True)
class TruthRow:
    """What is true of one axial T2 slice of a disc.

    Attributes:
        path: of the image, relative to the tree, `/` between.
        level: the disc's name.
        is_patient: 1 for a herniated disc, else 0.
        bulge_mm: how far the disc's margin stands out at its highest.
    """

    path: str
    patient: str
    level: str
    is_patient: int
    bulge_mm: float
    canal_width_mm: float
    age: int
    sex: str
    hospital: str


@dataclass(frozen=True, slots=True)
class PhantomReport:
    """What was made.

    Attributes:
        images: number of DICOM files; as many labels.
        truth: one row per axial T2 slice of a disc.
    """

    patients: int
    images: int
    truth: tuple[TruthRow, ...]
    truth_path: Path

    def summary(self) -> str:
        """Return one line for people."""
        positive = sum(row.is_patient for row in self.truth)
        plural = "" if self.patients == 1 else "s"
        return (
            f"{self.images} images with labels of {self.patients} patient{plural}; "
            f"{len(self.truth)} axial T2 slices of discs, {positive} of them herniated; "
            f"truth in {self.truth_path}"
        )


def write_phantom(config: PhantomConfig) -> PhantomReport:
    """Write a phantom; the same config gives the same bytes.

    Raises:
        OutputError: the directory holds something.
        StorageError: a file could not be written.
    """
    _refuse_occupied(config.directory)
    use_one_plain_thread()  # or bytes would depend on what the process did before
    images = 0
    truth: list[TruthRow] = []
    people = make_patients(config.seed, config.patients)
    try:
        for patient in track(people, "drawing", total=config.patients, unit="patient"):
            for planned in plan_study(config.seed, patient):
                path = _write_image(config, patient, planned)
                images += 1
                truth.extend(_truth(patient, planned, path))
        truth_path = truth_path_of(config.directory)
        truth_path.write_bytes(_table(truth))
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    return PhantomReport(config.patients, images, tuple(truth), truth_path)


def truth_path_of(directory: Path) -> Path:
    """Return where the truth about the tree in ``directory`` lies."""
    absolute = directory.absolute()
    return absolute.with_name(f"{absolute.name}.truth.csv")


def _refuse_occupied(directory: Path) -> None:
    try:
        occupied = directory.is_symlink() or any(directory.iterdir())
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise OutputError(f"{directory} is a file, expected a new or empty folder") from None
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    if occupied:
        raise OutputError(f"{directory} is not empty, expected a new or empty folder")


def _write_image(config: PhantomConfig, patient: Patient, planned: Planned) -> PurePosixPath:
    """Write an image and its label; return the image's path below the tree."""
    scanner = scanner_of(patient)
    pixels = acquire(config.seed, patient, planned, scanner)
    stem = _stem(patient, planned)
    image_folder, label_folder = _folders(config.layout, patient)
    image = Image(config.seed, patient, scanner, planned, pixels)
    _write(config.directory / image_folder / f"{stem}.dcm", dicom_bytes(image))
    label = label_bytes(patient, planned.level, stem)
    _write(config.directory / label_folder / f"{stem}.json", label)
    return image_folder / f"{stem}.dcm"


def _stem(patient: Patient, planned: Planned) -> str:
    place = f"{planned.series_number:02d}_{planned.instance_number:03d}"
    return f"DLD_{patient.hospital}_{PROCEDURE}_{patient.patient_number}_{place}"


def _folders(layout: TreeLayout, patient: Patient) -> tuple[PurePosixPath, PurePosixPath]:
    """Return the folders of images and of labels, relative to the tree."""
    tail = PurePosixPath(patient.hospital, PROCEDURE)
    if layout is TreeLayout.FLAT:
        return tail, tail
    part, mark = ("2.Validation", "V") if patient.partition == VALIDATION else ("1.Training", "T")
    top = PurePosixPath(part)
    return top / "원천데이터" / f"{mark}S_DLD" / tail, top / "라벨링데이터" / f"{mark}L_DLD" / tail


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _truth(patient: Patient, planned: Planned, path: PurePosixPath) -> Iterator[TruthRow]:
    if planned.kind is not SeriesKind.T2_AXIAL or planned.level is None:
        return
    disc = patient.discs[planned.level]
    yield TruthRow(
        path=str(path),
        patient=patient.patient_number,
        level=LEVEL_NAMES[planned.level],
        is_patient=int(disc.is_patient),
        bulge_mm=round(disc.bulge_mm, 3),
        canal_width_mm=disc.canal_width_mm,
        age=patient.age,
        sex=patient.sex,
        hospital=patient.hospital,
    )


def _table(rows: list[TruthRow]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(TruthRow))
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue().encode()
