"""What a run knows of the discs of its val: thresholds and prediction sets are made from it.

Kept as val-discs.csv, one row a disc, patients by number and no id.
"""

import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.units import Labelled, Numbers, Scores, UnitName, pool_discs
from hnp_model.runs.run_folder import RunFolder
from hnp_shared.errors import InputError

VAL_DISCS_FILE = "val-discs.csv"
COLUMNS = ("patient", "is_patient", "probability", "probability_calibrated_apart")


@dataclass(frozen=True, slots=True, eq=False)
class ValDiscs:
    """The discs of val; every array is (disc,).

    Attributes:
        patient: number of the patient, from 0 without gaps.
        truth: whether it is herniated.
        probability: what the run says of it, as its thresholds take it.
        apart: calibrated, by what was settled on val without this patient.
    """

    patient: npt.NDArray[np.int64]
    truth: npt.NDArray[np.bool_]
    probability: Numbers
    apart: Numbers

    def scores(self, unit: UnitName) -> Scores:
        """Return what the run says of discs or patients, by descending probability."""
        found = self if unit == "level" else self.by_patient()
        order = np.argsort(-found.probability, kind="stable")
        return Scores(found.probability[order], found.truth[order], found.patient[order])

    def by_patient(self) -> "ValDiscs":
        """Return patients in the place of discs: the maximum of each."""
        count = int(self.patient.max(initial=-1)) + 1
        probability, apart = np.zeros(count), np.zeros(count)
        np.maximum.at(probability, self.patient, self.probability)
        np.maximum.at(apart, self.patient, self.apart)
        truth = np.bincount(self.patient, weights=self.truth, minlength=count) > 0
        return ValDiscs(np.arange(count), truth, probability, apart)

    @classmethod
    def of(cls, val: Labelled, probability: Numbers, apart: Numbers) -> "ValDiscs":
        """Put slices together.

        Args:
            val: the slices of val.
            probability: (slice,), what the run says.
            apart: (slice,), calibrated, settled without the slice's patient.
        """
        plain, scored = pool_discs(val, probability), pool_discs(val, apart)
        truth = np.bincount(plain.disc, weights=val.is_patient) > 0
        return cls(plain.patient.astype(np.int64), truth, plain.probability, scored.probability)


def write_val_discs(folder: RunFolder, discs: ValDiscs) -> None:
    """Keep what later predictions and evaluations choose by."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    columns = (discs.patient, discs.truth.astype(int), discs.probability, discs.apart)
    writer.writerows(zip(*(column.tolist() for column in columns), strict=True))
    folder.write(VAL_DISCS_FILE, text.getvalue().encode())


def read_val_discs(folder: RunFolder) -> ValDiscs | None:
    """Return the discs of val; None when the run is of an older version.

    Raises:
        InputError: the file is damaged.
        StorageError: it could not be read.
    """
    if not folder.has(VAL_DISCS_FILE):
        return None
    lines = folder.read(VAL_DISCS_FILE).decode("utf-8", "replace").splitlines()
    try:
        return _parse(lines)
    except (ValueError, KeyError, TypeError, OverflowError, csv.Error) as error:
        raise InputError(
            f"{VAL_DISCS_FILE} is damaged or was not written by hnp-train fit"
        ) from error


def _parse(lines: list[str]) -> ValDiscs:
    rows = list(csv.DictReader(lines))
    patient = np.array([int(row["patient"]) for row in rows], dtype=np.int64)
    truth = np.array([{"0": False, "1": True}[row["is_patient"]] for row in rows], dtype=np.bool_)
    told = [np.array([float(row[name]) for row in rows]) for name in COLUMNS[2:]]
    if not all(((one >= 0) & (one <= 1)).all() for one in told):
        raise ValueError("a probability lies between 0 and 1")
    numbers = np.unique(patient)
    if not np.array_equal(numbers, np.arange(numbers.size)):
        raise ValueError("patients are numbered from 0")
    return ValDiscs(patient, truth, *told)
