"""Where slices came from, as the build met it, for what is written beside them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from hnp_etl.state.people import opened_to_read


class SliceSource(NamedTuple):
    """The source of one slice.

    Attributes:
        path: as the contract writes paths.
        raw: bytes of the path on the disk, where it lay.
        frame: 0 in a single-frame file.
        sop_uid: None where the header had none; likewise the others.
        patient: as the header has it.
    """

    slice_id: str
    path: str
    raw: bytes
    frame: int
    sop_uid: str | None
    study_uid: str | None
    series_uid: str | None
    patient: str | None


def slice_sources(private: Path, wanted: Iterable[str]) -> dict[str, SliceSource]:
    """Return slice_id -> source, of those that the state knows.

    Raises:
        InputError: there is no state, or it cannot be read.
    """
    ids = frozenset(wanted)
    with opened_to_read(private) as state:
        rows = state.execute(
            "SELECT slice_id, path, raw, frame, uid, study_uid, series_uid, dicom_patient "
            "FROM slice JOIN file ON file.id = slice.file WHERE slice_id IS NOT NULL"
        )
        return {
            slice_id: SliceSource(slice_id, path.decode("utf-8", "surrogateescape"), *rest)
            for slice_id, path, *rest in rows
            if slice_id in ids
        }
