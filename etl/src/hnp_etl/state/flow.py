"""How many images, studies and patients of each hospital are left after each gate."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from hnp_etl.reading.sealed import reason_of
from hnp_etl.state.database import EXCLUDED
from hnp_etl.state.identity import FROM_STUDY
from hnp_etl.state.rows import FURTHEST
from hnp_shared.flow import GATES, Flow, Left, last_gate

_AT_A_TIME = 1000
_IMAGES = (  # every image met: why it is no slice, and whose it is, as far as it was read
    "SELECT file.hospital, EXISTS "
    "(SELECT 1 FROM slice JOIN sample USING (id) WHERE slice.file = file.id), "
    f"coalesce(early, file.refusal, ({FURTHEST})), "
    # all frames of a file are of one study
    "(SELECT study FROM look WHERE look.id = file.id LIMIT 1), "
    "(SELECT patient FROM look WHERE look.id = file.id LIMIT 1), "
    "(SELECT max(label.patient) FROM pair JOIN label ON label.id = pair.label "
    "WHERE pair.image = file.id), "
    "(SELECT max(patient) FROM slice WHERE slice.file = file.id) "
    f"FROM file WHERE file.kind = 'image' AND early IS NOT '{EXCLUDED}'"
)
_PERSONS = (  # a value as it was read -> the value that counts as that person's
    "SELECT DISTINCT hospital, dicom_patient, label_patient, patient FROM slice"
)

Counts = Counter[tuple[str, int]]
"""By hospital and gate."""


class _Image(NamedTuple):
    hospital: str
    accepted: int
    reason: str | None
    study: str | None
    from_dicom: str | None
    by_label: str | None
    person: str | None

    def value(self, source: str | None) -> str | None:
        """Return its patient value, as it was read."""
        return {"dicom": self.from_dicom, "label": self.by_label}.get(source or "")


class _Furthest:
    """The last gate that any image of a study, or of a patient, has passed."""

    def __init__(self) -> None:
        self._gates: dict[tuple[str, str], int] = {}

    def note(self, hospital: str, value: str | None, gate: int) -> None:
        if value is not None:
            thing = (hospital, value)
            self._gates[thing] = max(gate, self._gates.get(thing, 0))

    def counts(self) -> Counts:
        return Counter((hospital, gate) for (hospital, _), gate in self._gates.items())


def flow_of(state: sqlite3.Connection, sources: Mapping[str, str]) -> Flow:
    """Count what is left after each gate, before any table is written.

    Args:
        state: after shards are built.
        sources: hospital -> where its patient values came from; only those that chose slices.
    """
    persons = _persons(state, sources)
    files, studies, patients = Counter[tuple[str, int]](), _Furthest(), _Furthest()
    for image in _images(state):
        gate = last_gate(None if image.accepted else reason_of(image.reason or ""))
        files[image.hospital, gate] += 1
        studies.note(image.hospital, image.study, gate)
        value = image.value(sources.get(image.hospital))
        person = image.person or persons.get((image.hospital, value or ""), value)
        patients.note(image.hospital, person, gate)
    by_study, by_patient = studies.counts(), patients.counts()
    return {
        hospital: {
            name: Left(
                files=_left(files, hospital, gate),
                studies=_left(by_study, hospital, gate),
                patients=(
                    _left(by_patient, hospital, gate)
                    if sources.get(hospital, FROM_STUDY) != FROM_STUDY
                    else None
                ),
            )
            for gate, name in enumerate(GATES)
        }
        for hospital in sorted({hospital for hospital, _ in files})
    }


def _left(counts: Counts, hospital: str, gate: int) -> int:
    return sum(counts[hospital, each] for each in range(gate, len(GATES)))


def _persons(state: sqlite3.Connection, sources: Mapping[str, str]) -> dict[tuple[str, str], str]:
    found = state.execute(_PERSONS)
    return {
        (hospital, value): person
        for hospital, from_dicom, by_label, person in found
        if (value := by_label if sources[hospital] == "label" else from_dicom)
    }


def _images(state: sqlite3.Connection) -> Iterator[_Image]:
    cursor = state.execute(_IMAGES)
    for batch in iter(partial(cursor.fetchmany, _AT_A_TIME), []):
        yield from map(_Image._make, batch)
