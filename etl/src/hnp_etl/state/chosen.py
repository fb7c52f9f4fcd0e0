"""What is known of a chosen slice, as a row of the table `slice`."""

import zlib
from typing import NamedTuple

import numpy as np

from hnp_etl.choosing.choose import Choice
from hnp_etl.reading.sealed import DamagedRecordError
from hnp_shared.vocabulary import Flag


class ChosenRow(NamedTuple):
    """Columns of `slice` that are settled when an image is chosen, by their names.

    Attributes:
        position_mm: along the slice's normal, as it will be stored.
        flags: joined by commas.
    """

    label_patient: str | None
    dicom_patient: str | None
    study_uid: str | None
    series_uid: str | None
    position_mm: float | None
    tilt_deg: float | None
    weighting_from: str
    level: int | None
    code: str | None
    is_patient: int | None
    age: float | None
    sex: str | None
    canal_width_mm: float | None
    flags: str

    @classmethod
    def of(cls, choice: Choice) -> "ChosenRow":
        """Return the row of a choice."""
        wanted, label = choice.wanted, choice.label
        position = wanted.slice_position_mm
        return cls(
            label_patient=label.patient,
            dicom_patient=wanted.patient_id,
            study_uid=wanted.study_uid,
            series_uid=wanted.series_uid,
            position_mm=_real(None if position is None else _as_stored(position)),
            tilt_deg=_real(wanted.tilt_deg),
            weighting_from=wanted.weighting_from,
            level=label.level,
            code=label.code,
            is_patient=None if label.is_patient is None else int(label.is_patient),
            age=_real(label.age),
            sex=label.sex,
            canal_width_mm=_real(label.canal_width_mm),
            flags=",".join(choice.flags),
        )

    def seal(self) -> int:
        """Return the row's checksum: SQLite would not notice a flipped bit."""
        return zlib.crc32(repr(tuple(self)).encode("utf-8", "surrogatepass"))

    def check(self, seal: int) -> None:
        """Pass when the row is as it was written.

        Raises:
            DamagedRecordError: it is not.
        """
        if self.seal() != seal:
            raise DamagedRecordError("a remembered slice was damaged")

    def flag_set(self) -> set[Flag]:
        """Return the flags."""
        return {Flag(flag) for flag in self.flags.split(",") if flag}


def _as_stored(value: float) -> float:
    """Return what a float32 column makes of a number: slices are sorted as they are told."""
    with np.errstate(over="ignore"):  # a position of 1e300 mm is nobody's, and no reason to warn
        return float(np.float32(value))


def _real(value: float | None) -> float | None:
    """Return a number as SQLite gives it back: always a float, without the sign of a zero."""
    return None if value is None or value != value else float(value) + 0.0  # noqa: PLR0124  # NaN


CHOSEN_COLUMNS = ", ".join(ChosenRow._fields)
