"""How labels are handed over when not as one file an image: tables and files a folder, pure."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import PurePosixPath

from hnp_etl.phantom.people import Patient
from hnp_shared.vocabulary import LEVEL_NAMES

TABLE_NAME, STUDY_NAME = "labels.csv", "labels.json"
_RSNA_CONDITION = "Spinal Canal Stenosis"
_RSNA_SEVERITIES = ("Normal/Mild", "Severe")
"""Of a code 1, and of a higher one."""
_RSNA_LEVELS = ("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")

File = tuple[PurePosixPath, bytes]


class Labels(StrEnum):
    """How labels reach a reader; the names are those of the recipe's `[label] source`."""

    JSON = "json"
    TABLE = "table"
    STUDY_JSON = "study-json"
    RSNA = "rsna"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An axial image of a disc.

    Attributes:
        path: of the image, relative to the tree.
        code: 1 normal, 2 to 5 patient.
        wanted: whether it is T2, the kind that RSNA's coordinates name.
    """

    path: PurePosixPath
    patient: Patient
    level: int
    code: int
    wanted: bool


def label_files(handed: Labels, images: Sequence[Labelled], series: Sequence[str]) -> list[File]:
    """Return path and content of the files that label all images.

    Args:
        handed: how; `json` and `none` have no such files.
        images: what is labelled, in the order of the tree.
        series: folder and description of each series, tab between; for RSNA only.
    """
    if handed is Labels.TABLE:
        return [(PurePosixPath(TABLE_NAME), _csv([_row(each) for each in images]))]
    if handed is Labels.STUDY_JSON:
        return list(_study_files(images))
    return list(_rsna_files(images, series)) if handed is Labels.RSNA else []


def _row(image: Labelled) -> dict[str, object]:
    patient = image.patient
    return {
        "path": str(image.path),
        "level": LEVEL_NAMES[image.level],
        "code": image.code,
        "Patient_ID": patient.patient_number,
        "Age": patient.age,
        "Sex": patient.sex,
        "Spinal_Canal": patient.discs[image.level].canal_width_mm,
    }


def _study_files(images: Sequence[Labelled]) -> Iterator[File]:
    """Yield one file in each folder of images, about all images in it."""
    for folder, group in groupby(images, key=lambda each: each.path.parent):
        rows = [{**_row(each), "path": each.path.name} for each in group]
        text = json.dumps({"images": rows}, ensure_ascii=False, indent=1)
        yield folder / STUDY_NAME, text.encode()


def _rsna_files(images: Sequence[Labelled], series: Sequence[str]) -> Iterator[File]:
    """Yield the three tables of RSNA 2024, of which the first holds severities by study."""
    told = [each for each in images if each.wanted]
    yield PurePosixPath("train.csv"), _csv(list(_severities(told)))
    places = [
        {
            **_ids(each.path.parent),
            "instance_number": each.path.stem,
            "condition": _RSNA_CONDITION,
            "level": _RSNA_LEVELS[each.level],
            "x": 1,
            "y": 2,
        }
        for each in told
    ]
    yield PurePosixPath("train_label_coordinates.csv"), _csv(places)
    described = [line.partition("\t") for line in series]
    kinds = [
        {**_ids(PurePosixPath(folder)), "series_description": text} for folder, _, text in described
    ]
    yield PurePosixPath("train_series_descriptions.csv"), _csv(kinds)


def _severities(images: Sequence[Labelled]) -> Iterator[dict[str, object]]:
    for study, group in groupby(images, key=lambda each: each.path.parts[-3]):
        codes = {each.level: each.code for each in group}
        columns = [f"{_RSNA_CONDITION} {level}" for level in _RSNA_LEVELS]
        named = [re.sub(r"[ /]", "_", column).lower() for column in columns]
        severities = [_RSNA_SEVERITIES[codes[level] > 1] for level in range(len(_RSNA_LEVELS))]
        yield {"study_id": study, **dict(zip(named, severities, strict=True))}


def _ids(folder: PurePosixPath) -> dict[str, object]:
    return {"study_id": folder.parts[-2], "series_id": folder.parts[-1]}


def _csv(rows: Sequence[dict[str, object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
