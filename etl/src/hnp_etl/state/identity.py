"""Who chosen slices belong to: which values are one person, and the pseudonyms of all."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from hnp_etl.choosing.joining import Member, Study, join_values
from hnp_etl.private.pseudonyms import (
    patient_parts,
    pseudonym,
    series_parts,
    slice_name,
    study_parts,
)
from hnp_etl.recipes.recipe import Identity
from hnp_etl.state.database import Row, pages, write_many
from hnp_shared.notices import Misfit, Notice
from hnp_shared.vocabulary import Reason

MAX_AGE_SPREAD_YEARS = 20
MAX_STUDIES = 20
"""A patient value with more than these is no single person's, or not of a single hospital."""

FROM_STUDY = "study"
"""Identity source where no patient value is present in every slice of a hospital."""

VALUE_COLUMNS = {"label": "label_patient", "dicom": "dicom_patient", FROM_STUDY: "study_uid"}
"""Identity source -> column of `slice`."""

BY_RULE, BY_JOINING = 1, 2
"""Why a slice is suspect: its patient is no single person, or was not joined with others."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Whose the slices are.

    Attributes:
        sources: hospital -> `label`, `dicom` or `study`.
        notices: what was decided against what the values say, by hospital.
    """

    sources: dict[str, str]
    notices: tuple[Notice, ...]


def identify(state: sqlite3.Connection, identity: Identity) -> Settled:
    """Settle where patient values come from and which values are one person."""
    sources: dict[str, str] = {}
    notices: list[Notice] = []
    counts = state.execute(
        "SELECT hospital, count(*), count(label_patient), count(dicom_patient) FROM slice "
        "GROUP BY hospital ORDER BY hospital"
    ).fetchall()
    for hospital, total, with_label, with_dicom in counts:
        present = {"label": with_label, "dicom": with_dicom, FROM_STUDY: total}
        full = [present[each] == total for each in (*identity.patient, FROM_STUDY)].index(True)
        sources[hospital] = source = (*identity.patient, FROM_STUDY)[full]
        notices += (
            Notice(hospital, Misfit.VALUE_MISSING, each, {"slices": present[each], "of": total})
            for each in identity.patient[:full]
            if present[each]
        )
        with state:
            state.execute(
                f"UPDATE slice SET patient = {VALUE_COLUMNS[source]}, by_study = ? "
                "WHERE hospital = ?",
                (source == FROM_STUDY, hospital),
            )
    with state:
        state.execute(
            "INSERT INTO outcome (file, frame, reason) "
            "SELECT file, frame, ? FROM slice WHERE patient IS NULL",
            (Reason.MISSING_FIELD,),
        )
        state.execute("DELETE FROM slice WHERE patient IS NULL")
    notices += _tell_apart(state, sources, identity)
    notices += _unite(state, sources, identity)
    return Settled(sources, tuple(notices))


def name_all(state: sqlite3.Connection, key: bytes, identity: Identity) -> None:
    """Give every chosen slice its pseudonyms, and mark patients that cannot be one person."""

    @lru_cache(maxsize=4096)
    def named(*parts: str) -> str:
        return pseudonym(key, *parts)

    def ids(row: Row) -> Row:
        number, path, frame, hospital, patient, study_uid, series_uid = row
        person = patient_parts("" if identity.scope == "all" else hospital, patient)
        study = study_parts(person, study_uid or "")
        series = series_parts(study, series_uid or "")
        text = path.decode("utf-8", "surrogateescape")
        return (
            named(*person),
            named(*study),
            named(*series),
            slice_name(key, text, frame),
            number,
        )

    rows = pages(
        state,
        "SELECT slice.id, path, frame, slice.hospital, patient, study_uid, series_uid "
        "FROM slice JOIN file ON file.id = slice.file WHERE slice.id > ?",
    )
    write_many(
        state,
        "UPDATE slice SET patient_id = ?, study_id = ?, series_id = ?, slice_id = ? WHERE id = ?",
        map(ids, rows),
    )
    with state:
        state.execute(
            f"UPDATE slice SET suspect = {BY_RULE} WHERE suspect = 0 AND patient_id IN "
            "(SELECT patient_id FROM slice GROUP BY patient_id HAVING min(sex) <> max(sex) "
            "OR max(age) - min(age) > ? OR count(DISTINCT study_id) > ?)",
            (MAX_AGE_SPREAD_YEARS, MAX_STUDIES),
        )


def scope_of(identity: Identity) -> str:
    """Return the column of `slice` within which one value means one person."""
    return "''" if identity.scope == "all" else "hospital"


def _tell_apart(
    state: sqlite3.Connection, sources: dict[str, str], identity: Identity
) -> Iterator[Notice]:
    """Let each study be a person where a header's value is that of several people."""
    scope = scope_of(identity)
    with state:
        state.execute("DELETE FROM renamed")
        # A row is a value that cannot be one person's; sex and age are what labels say.
        state.execute(
            f"INSERT INTO renamed SELECT {scope}, patient, NULL, {BY_JOINING} FROM slice "
            f"WHERE hospital IN ({_from_dicom(sources)}) GROUP BY 1, 2 "
            "HAVING count(DISTINCT study_uid) > 1 "
            "AND (min(sex) <> max(sex) OR max(age) - min(age) > ?)",
            (MAX_AGE_SPREAD_YEARS,),
        )
        theirs = (
            f"hospital IN ({_from_dicom(sources)}) "
            f"AND ({scope}, patient) IN (SELECT place, patient FROM renamed)"
        )
        found = state.execute(
            "SELECT hospital, count(DISTINCT patient), count(DISTINCT study_uid) FROM slice "
            f"WHERE {theirs} GROUP BY hospital ORDER BY hospital"
        ).fetchall()
        state.execute(
            f"UPDATE slice SET suspect = {BY_JOINING}, by_study = study_uid IS NOT NULL, "
            f"patient = coalesce(study_uid, patient) WHERE {theirs}"
        )
    for hospital, values, studies in found:
        counts = {"values": values, "studies": studies}
        yield Notice(hospital, Misfit.TOLD_BY_STUDY, "dicom", counts)


def _from_dicom(sources: dict[str, str]) -> str:
    names = (hospital for hospital, source in sources.items() if source == "dicom")
    return ", ".join("'{}'".format(name.replace("'", "''")) for name in names)


def _unite(
    state: sqlite3.Connection, sources: dict[str, str], identity: Identity
) -> Iterator[Notice]:
    """Join the values that share a study, and mark those that should and were not."""
    scope = scope_of(identity)
    shared: dict[Study, list[Member]] = {}
    for place, study, *member in state.execute(
        f"SELECT DISTINCT {scope}, study_uid, hospital, patient FROM slice "
        f"WHERE ({scope}, study_uid) IN (SELECT {scope}, study_uid FROM slice "
        "WHERE study_uid IS NOT NULL GROUP BY 1, 2 HAVING min(patient) <> max(patient)) "
        "ORDER BY 1, 2, 4, 3"
    ):
        shared.setdefault((place, study), []).append(Member(*member))
    totals = dict(
        state.execute("SELECT hospital, count(DISTINCT patient) FROM slice GROUP BY hospital")
        if shared
        else ()
    )
    found = join_values(shared, totals)
    with state:
        state.execute("DELETE FROM renamed")
    renamed = (
        (*value, becomes, BY_JOINING * (value in found.apart))
        for value, becomes in found.becomes.items()
    )
    write_many(state, "INSERT INTO renamed VALUES (?, ?, ?, ?)", renamed)
    theirs = f"FROM renamed WHERE place = {scope} AND renamed.patient = slice.patient"
    with state:
        state.execute(
            f"UPDATE slice SET suspect = max(suspect, (SELECT renamed.suspect {theirs})), "
            f"patient = (SELECT becomes {theirs}) "
            f"WHERE ({scope}, patient) IN (SELECT place, patient FROM renamed)"
        )
    for hospital, count in found.refused.items():
        counts = {"values": count.values, "of": totals[hospital], "uids": count.studies}
        yield Notice(hospital, Misfit.NOT_JOINED, sources[hospital], counts)
    for hospital, count in found.joined.items():
        counts = {"values": count.values, "patients": count.patients, "uids": count.studies}
        yield Notice(hospital, Misfit.JOINED, sources[hospital], counts)
