"""How a phantom's folders are named, pure.

The dated layouts are those in which Korean public sets of these years were delivered, the odd one
has their slips and patches; the last two are of places that follow no such habit.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

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


FOREIGN = frozenset({TreeLayout.SITES, TreeLayout.BARE})
"""Layouts without the procedure that the built-in recipe asks for."""


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
_SUFFIXES = {TreeLayout.SITES: ".IMA", TreeLayout.BARE: ""}


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


def stem_of(layout: TreeLayout, patient: Patient, place: str) -> str:
    """Return the name of an image without suffix; ``place`` is its series and number."""
    if layout in _SUFFIXES:  # no hospital in it: the same names in training and validation
        return f"{patient.patient_number}_{place}"
    return f"DLD_{patient.hospital}_{PROCEDURE}_{patient.patient_number}_{place}"


def suffix_of(layout: TreeLayout) -> str:
    """Return the suffix of images."""
    return _SUFFIXES.get(layout, ".dcm")


def _apart(path: PurePosixPath) -> PurePosixPath:
    """Return a path as macOS writes it, letters and signs apart (NFD)."""
    return PurePosixPath(unicodedata.normalize("NFD", str(path)))
