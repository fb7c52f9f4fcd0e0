"""How a phantom's folders are named, pure.

The dated layouts are those in which Korean public sets of these years were delivered, the odd one
has their slips and patches; the others are of places that follow no such habit. RSNA 2024 and
Mendeley (Sudirman) are sibling sets, with a folder a series.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from hnp_etl.phantom.handed_over import Labels
from hnp_etl.phantom.people import VALIDATION, Patient

PROCEDURE = "C004"
"""Measurement code of the lumbar MRI."""

_TITLE = "103.퇴행성 척추질환 데이터"


class TreeLayout(StrEnum):
    """How images and labels lie to each other."""

    AIHUB = "aihub"
    FLAT = "flat"
    KOREAN_2021 = "korean-2021"
    KOREAN_2022 = "korean-2022"
    KOREAN_2023 = "korean-2023"
    KOREAN_ODD = "korean-odd"
    NFD = "nfd"
    SITES = "sites"
    BARE = "bare"
    RSNA = "rsna-2024"
    MENDELEY = "mendeley"


FOREIGN = frozenset({TreeLayout.SITES, TreeLayout.BARE, TreeLayout.RSNA, TreeLayout.MENDELEY})
"""Layouts without the procedure that the built-in recipe asks for."""

HANDED_OVER = {TreeLayout.RSNA: Labels.RSNA, TreeLayout.MENDELEY: Labels.NONE}
"""Layouts that come with labels of their own kind, or with none."""


@dataclass(frozen=True, slots=True)
class _Names:
    """Folder names of a layout with two trees.

    Attributes:
        top: folders above the partition.
        partitions: for training and for validation.
    """

    top: str
    partitions: tuple[str, str]
    images: str
    labels: str


_FIRST_STUDY = 4_003_253
_NUMBER_STEP, _NUMBER_CYCLE = 29, 101
"""A prime cycle: every instance below it has a number of its own."""

_NUMBERED = ("1.Training", "2.Validation")
_PLAIN = ("Training", "Validation")
_NAMES = {
    TreeLayout.AIHUB: _Names("", _NUMBERED, "원천데이터", "라벨링데이터"),
    TreeLayout.KOREAN_2021: _Names(f"{_TITLE}/01.데이터", _NUMBERED, "원천데이터", "라벨링데이터"),
    TreeLayout.KOREAN_2022: _Names(
        "01-1.정식개방데이터", _PLAIN, "01.원천데이터", "02.라벨링데이터"
    ),
    TreeLayout.KOREAN_2023: _Names(
        "3.개방데이터/1.데이터", _PLAIN, "01.원천데이터", "02.라벨링데이터"
    ),
    TreeLayout.KOREAN_ODD: _Names(
        "01. 데이터", ("1,Training", "Validation_2"), "원천데이터", "01. 라벨링테이터_0828_ADD"
    ),
}
_NAMES[TreeLayout.NFD] = _NAMES[TreeLayout.KOREAN_2021]
_SUFFIXES = {TreeLayout.SITES: ".IMA", TreeLayout.BARE: "", TreeLayout.MENDELEY: ".ima"}


def paths_of(
    layout: TreeLayout, patient: Patient, series: int, instance: int
) -> tuple[PurePosixPath, PurePosixPath]:
    """Return the paths of an image and of the label of its own, relative to the tree."""
    if layout in HANDED_OVER:
        path = _series_path(layout, patient, series, instance)
        return path, path.with_suffix(".json")
    images, labels = folders_of(layout, patient)
    stem = _stem_of(layout, patient, f"{series:02d}_{instance:03d}")
    return images / f"{stem}{_SUFFIXES.get(layout, '.dcm')}", labels / f"{stem}.json"


def folders_of(layout: TreeLayout, patient: Patient) -> tuple[PurePosixPath, PurePosixPath]:
    """Return the folders of a patient's images and labels, relative to the tree."""
    tail = PurePosixPath(patient.hospital, PROCEDURE)
    if layout is TreeLayout.FLAT:
        return tail, tail
    if layout is TreeLayout.BARE:
        return (both := PurePosixPath(patient.hospital, "MR", patient.patient_number)), both
    if layout is TreeLayout.SITES:
        top = PurePosixPath(patient.partition[:5], f"site-{patient.hospital[-1]}")
        return top / "scans", top / "findings"
    names = _NAMES[layout]
    validation = patient.partition == VALIDATION
    top = PurePosixPath(names.top, names.partitions[validation])
    mark = "V" if validation else "T"
    images, labels = (
        top / side / f"{mark}{letter}_DLD" / tail
        for side, letter in ((names.images, "S"), (names.labels, "L"))
    )
    return (_apart(images), _apart(labels)) if layout is TreeLayout.NFD else (images, labels)


def _series_path(layout: TreeLayout, patient: Patient, series: int, instance: int) -> PurePosixPath:
    if layout is TreeLayout.MENDELEY:
        study = PurePosixPath("01_MRI_Data", f"{patient.index + 1:04d}", "L-SPINE")
        return study / f"SERIES_{series:04d}" / f"{instance:04d}.ima"
    study_number = _FIRST_STUDY + patient.index
    # numbered across, not along: an instance number is no position
    number = instance * _NUMBER_STEP % _NUMBER_CYCLE
    folder = PurePosixPath("train_images", f"{study_number}", f"{study_number}{series:02d}")
    return folder / f"{number}.dcm"


def _stem_of(layout: TreeLayout, patient: Patient, place: str) -> str:
    if layout in _SUFFIXES:  # no hospital in it: the same names in training and validation
        return f"{patient.patient_number}_{place}"
    return f"DLD_{patient.hospital}_{PROCEDURE}_{patient.patient_number}_{place}"


def _apart(path: PurePosixPath) -> PurePosixPath:
    """Return a path as macOS writes it, letters and signs apart (NFD)."""
    return PurePosixPath(unicodedata.normalize("NFD", str(path)))
