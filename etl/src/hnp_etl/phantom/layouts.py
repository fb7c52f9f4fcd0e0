"""How a phantom's folders are named, pure.

The dated layouts are those in which Korean public sets of these years were delivered.
"""

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
}


def folders_of(layout: TreeLayout, patient: Patient) -> tuple[PurePosixPath, PurePosixPath]:
    """Return the folders of a patient's images and labels, relative to the tree."""
    tail = PurePosixPath(patient.hospital, PROCEDURE)
    if layout is TreeLayout.FLAT:
        return tail, tail
    names = _NAMES[layout]
    validation = patient.partition == VALIDATION
    top = PurePosixPath(names.top, names.partitions[validation])
    mark = "V" if validation else "T"
    return top / names.images / f"{mark}S_DLD" / tail, top / names.labels / f"{mark}L_DLD" / tail
