"""Who is who in a data set: patient values and study UIDs, for those who may read the state."""

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from hnp_etl.state.database import STATE_FILE
from hnp_etl.state.identity import FROM_STUDY, VALUE_COLUMNS
from hnp_shared.errors import InputError


class Known(NamedTuple):
    """A value and whose it is."""

    hospital: str
    value: str
    owner: str


def patients(private: Path, sources: Mapping[str, str]) -> list[Known]:
    """Return the patient values of a data set with their patient_id.

    Values that were joined, since they share a study, are all there, each with the one person.

    Args:
        private: the private folder.
        sources: hospital -> where its patient values came from, as dataset.json tells it; a
            hospital told by its studies has none.

    Raises:
        InputError: there is no state, or it cannot be read.
    """
    columns = {
        hospital: [
            VALUE_COLUMNS[source]
            for source in told.split(",")
            if source in VALUE_COLUMNS and source != FROM_STUDY
        ]
        for hospital, told in sources.items()
    }
    return [
        Known(hospital, value, owner)
        for hospital, names in columns.items()
        for name in names
        for value, owner in _rows(
            private,
            f"SELECT DISTINCT {name}, patient_id FROM slice WHERE hospital = ? "
            f"AND {name} IS NOT NULL AND patient_id IS NOT NULL ORDER BY 1, 2",
            hospital,
        )
    ]


def studies(private: Path) -> list[Known]:
    """Return the Study Instance UIDs of a data set with their study_id.

    Raises:
        InputError: there is no state, or it cannot be read.
    """
    statement = (
        "SELECT DISTINCT hospital, study_uid, study_id FROM slice "
        "WHERE study_uid IS NOT NULL AND study_id IS NOT NULL ORDER BY 1, 2, 3"
    )
    return [Known(*row) for row in _rows(private, statement)]


def _rows(private: Path, statement: str, *values: str) -> list[tuple[str, ...]]:
    with opened_to_read(private) as state:
        return state.execute(statement, values).fetchall()


@contextlib.contextmanager
def opened_to_read(private: Path) -> Iterator[sqlite3.Connection]:
    """Open the state to read: unlike for a build, one of another version is not begun anew."""
    path = private / STATE_FILE
    if not path.is_file():
        raise InputError(
            f"found no {STATE_FILE} in the private folder, expected that of the data set; "
            "the command that built it makes it anew"
        )
    try:
        with contextlib.closing(sqlite3.connect(path)) as state:
            state.execute("PRAGMA query_only = ON")
            yield state
    except sqlite3.DatabaseError as error:
        raise InputError(
            f"{STATE_FILE} cannot be read by this version, expected that of the data set; "
            "the command that built it makes it anew"
        ) from error
