"""Who chosen slices belong to: which values are one person, and the pseudonyms of all."""

import sqlite3
from dataclasses import dataclass
from functools import lru_cache

from hnp_etl.private.pseudonyms import patient_parts, pseudonym, series_parts, study_parts
from hnp_etl.recipes.recipe import Identity
from hnp_etl.state.database import Row, pages, write_many
from hnp_shared.vocabulary import Reason

MAX_AGE_SPREAD_YEARS = 20
MAX_STUDIES = 20
"""A patient value with more than these is no single person's, or not of a single hospital."""

FROM_STUDY = "study"
"""Identity source where no patient value is present in every slice of a hospital."""

_IDENTITY_COLUMNS = {"label": "label_patient", "dicom": "dicom_patient"}


def identify(state: sqlite3.Connection, identity: Identity) -> dict[str, str]:
    """Settle where patient values come from and which values are one person.

    Returns:
        Hospital -> `label`, `dicom` or `study`.
    """
    sources: dict[str, str] = {}
    counts = state.execute(
        "SELECT hospital, count(*), count(label_patient), count(dicom_patient) FROM slice "
        "GROUP BY hospital ORDER BY hospital"
    ).fetchall()
    for hospital, total, with_label, with_dicom in counts:
        present = {"label": with_label == total, "dicom": with_dicom == total}
        sources[hospital] = next(
            (source for source in identity.patient if present[source]), FROM_STUDY
        )
        column = _IDENTITY_COLUMNS.get(sources[hospital], "study_uid")
        with state:
            state.execute(f"UPDATE slice SET patient = {column} WHERE hospital = ?", (hospital,))
    with state:
        state.execute(
            "INSERT INTO outcome (file, frame, reason) "
            "SELECT file, frame, ? FROM slice WHERE patient IS NULL",
            (Reason.MISSING_FIELD,),
        )
        state.execute("DELETE FROM slice WHERE patient IS NULL")
    _unite(state, identity)
    return sources


def name_all(state: sqlite3.Connection, key: bytes, identity: Identity) -> None:
    """Give every chosen slice its pseudonyms, and mark patients that cannot be one person."""

    @lru_cache(maxsize=4096)
    def named(*parts: str) -> str:
        return pseudonym(key, *parts)

    def ids(row: Row) -> Row:
        number, path, hospital, patient, study_uid, series_uid = row
        person = patient_parts("" if identity.scope == "all" else hospital, patient)
        study = study_parts(person, study_uid or "")
        series = series_parts(study, series_uid or "")
        text = path.decode("utf-8", "surrogateescape")
        return (
            named(*person),
            named(*study),
            named(*series),
            pseudonym(key, "slice", text),
            number,
        )

    rows = pages(
        state,
        "SELECT slice.id, path, slice.hospital, patient, study_uid, series_uid "
        "FROM slice JOIN file ON file.id = slice.file WHERE slice.id > ?",
    )
    write_many(
        state,
        "UPDATE slice SET patient_id = ?, study_id = ?, series_id = ?, slice_id = ? WHERE id = ?",
        map(ids, rows),
    )
    with state:
        state.execute(
            "UPDATE slice SET suspect = 1 WHERE patient_id IN (SELECT patient_id FROM slice "
            "GROUP BY patient_id HAVING min(sex) <> max(sex) OR max(age) - min(age) > ? "
            "OR count(DISTINCT study_id) > ?)",
            (MAX_AGE_SPREAD_YEARS, MAX_STUDIES),
        )


@dataclass(slots=True)
class _Union:
    """Disjoint sets of patient values; the smallest by bytes names a set."""

    parent: dict[tuple[str, str], tuple[str, str]]

    def root(self, value: tuple[str, str]) -> tuple[str, str]:
        while (above := self.parent.get(value, value)) != value:
            value = above
        return value

    def join(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        first, second = sorted(
            (self.root(one), self.root(other)),
            key=lambda value: value[1].encode("utf-8", "surrogateescape"),
        )
        if first != second:
            self.parent[second] = first


def _unite(state: sqlite3.Connection, identity: Identity) -> None:
    scope = "''" if identity.scope == "all" else "hospital"
    shared = state.execute(
        f"SELECT DISTINCT {scope}, study_uid, patient FROM slice WHERE ({scope}, study_uid) IN "
        f"(SELECT {scope}, study_uid FROM slice WHERE study_uid IS NOT NULL "
        "GROUP BY 1, 2 HAVING min(patient) <> max(patient)) ORDER BY 1, 2, 3"
    ).fetchall()
    union, last = _Union({}), None
    for place, study, patient in shared:
        if last is not None and last[:2] == (place, study):
            union.join((place, last[2]), (place, patient))
        last = (place, study, patient)
    renamed = [(union.root(value)[1], *value) for value in union.parent]
    write_many(
        state,
        f"UPDATE slice SET patient = ? WHERE {scope} = ? AND patient = ?",
        iter(renamed),
    )
