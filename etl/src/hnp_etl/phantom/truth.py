"""The truth about a phantom, a table of one row per axial T2 slice of a disc."""

import csv
import io
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.measures import measure
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.planted import Reading
from hnp_shared.vocabulary import LEVEL_NAMES


@dataclass(frozen=True, slots=True)
class TruthRow:
    """What is true of one axial T2 slice of a disc.

    Attributes:
        path: of the image, relative to the tree, `/` between.
        level: the disc's name.
        is_patient: 1 for a herniated disc, else 0, whatever the label says.
        bulge_mm: how far the disc's margin stands out at one place, beyond the rest of it.
        age: in years.
        zone: `central`, `paracentral` or `foraminal`, of the bulge, herniated or not.
        side: `left`, `right` or `middle`, the patient's.
        broad_bulge_mm: how far the whole posterior margin stands out.
        displacement_mm: how far the margin stands out in this slice, at its furthest.
        sac_depth_mm: front to back in the midline; sac_area_mm2 likewise in this slice.
        sac_indentation_mm: the most by which the sac's front is pushed back.
        nucleus_signal: on T2, 1 for that of fluid.
        grade: of degeneration, 1 to 5.
        label_code: what the label says.
        is_flipped: 1 when the label is wrong on purpose.
        is_marked: 1 when the slice carries the planted shortcut.
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
    zone: str
    side: str
    broad_bulge_mm: float
    displacement_mm: float
    sac_depth_mm: float
    sac_area_mm2: float
    sac_indentation_mm: float
    nucleus_signal: float
    grade: int
    label_code: int
    is_flipped: int
    is_marked: int


def truth_row(patient: Patient, level: int, cut: AxialCut, reading: Reading, path: str) -> TruthRow:
    """Return what is true of the slice at ``path``."""
    disc, measures = patient.discs[level], measure(patient, cut)
    return TruthRow(
        path=path,
        patient=patient.patient_number,
        level=LEVEL_NAMES[level],
        is_patient=int(disc.is_patient),
        bulge_mm=round(disc.bulge_mm, 3),
        canal_width_mm=disc.canal_width_mm,
        age=patient.age,
        sex=patient.sex,
        hospital=patient.hospital,
        zone=disc.zone,
        side=disc.side,
        broad_bulge_mm=round(disc.broad_bulge_mm, 3),
        displacement_mm=round(measures.displacement_mm, 3),
        sac_depth_mm=round(measures.sac_depth_mm, 3),
        sac_area_mm2=round(measures.sac_area_mm2, 1),
        sac_indentation_mm=round(measures.sac_indentation_mm, 3),
        nucleus_signal=round(measures.nucleus_signal, 3),
        grade=disc.grade,
        label_code=reading.code,
        is_flipped=int(reading.is_flipped),
        is_marked=int(reading.is_marked),
    )


def truth_bytes(rows: Sequence[TruthRow]) -> bytes:
    """Return the table as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(TruthRow))
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue().encode()


def truth_path_of(directory: Path) -> Path:
    """Return where the table about the tree in ``directory`` lies."""
    return _beside(directory, "csv")


def masks_path_of(directory: Path) -> Path:
    """Return where the masks of the tree in ``directory`` lie."""
    return _beside(directory, "npz")


def _beside(directory: Path, suffix: str) -> Path:
    named = directory if directory.name not in ("", "..") else directory.absolute()
    return named.with_name(f"{named.name}.truth.{suffix}")
