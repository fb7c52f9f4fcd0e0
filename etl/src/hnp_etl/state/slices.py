"""Chosen slices: who they belong to, in which order they lie, and what became of their pixels."""

import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from hnp_etl.choosing.choose import Choice, Wanted, choose, judge
from hnp_etl.private.pseudonyms import patient_parts, pseudonym, series_parts, study_parts
from hnp_etl.reading.sealed import unpack_header, unpack_label, unpack_wanted
from hnp_etl.recipes.recipe import Identity, Recipe
from hnp_etl.state.chosen import ChosenRow
from hnp_etl.state.database import Row, pages, write_many
from hnp_etl.state.meanings import judge_images
from hnp_shared.vocabulary import Reason

MAX_AGE_SPREAD_YEARS = 20
MAX_STUDIES = 20
"""A patient value with more than these is no single person's, or not of a single hospital."""

_IMAGES_AT_A_TIME = 500

FROM_STUDY = "study"
"""Identity source where no patient value is present in every slice of a hospital."""

_CHOSEN = ("id", "hospital", *ChosenRow._fields, "seal")
_CHOOSE = f"INSERT INTO slice ({', '.join(_CHOSEN)}) VALUES ({', '.join('?' * len(_CHOSEN))})"
_JUDGED = (
    "FROM file AS image JOIN look USING (id) LEFT JOIN told ON told.image = image.id {more} "
    "WHERE image.kind = 'image' AND image.early IS NULL AND image.facts IS NOT NULL "
)
_REFUSED_BY_HEADER = (
    f"INSERT INTO outcome SELECT image.id, look.refusal {_JUDGED.format(more='')}"
    "AND look.refusal IS NOT NULL AND told.image IS NULL"
)
_UNDECIDED = (
    "SELECT image.id, image.hospital, image.conflict, pair.label IS NOT NULL, label.facts, "
    "look.wanted, told.weighting, CASE WHEN told.image IS NULL THEN NULL ELSE image.facts END, "
    "image.size "
    + _JUDGED.format(
        more="LEFT JOIN pair ON pair.image = image.id LEFT JOIN label ON label.id = pair.label"
    )
    + "AND image.id > ? AND (look.refusal IS NULL OR told.image IS NOT NULL)"
)

_IDENTITY_COLUMNS = {"label": "label_patient", "dicom": "dicom_patient"}


def choose_all(state: sqlite3.Connection, recipe: Recipe) -> None:
    """Decide on every image that could be read; refusals become outcomes."""
    judge_images(state, recipe)
    with state:
        state.execute("DELETE FROM outcome")
        state.execute("DELETE FROM slice")
        state.execute(_REFUSED_BY_HEADER)
    undecided = map(_Undecided._make, pages(state, _UNDECIDED))
    while page := list(islice(undecided, _IMAGES_AT_A_TIME)):
        decided = [(image, _decide(image, recipe)) for image in page]
        with state:
            state.executemany(
                "INSERT INTO outcome VALUES (?, ?)",
                [(image.id, found) for image, found in decided if isinstance(found, Reason)],
            )
            state.executemany(
                _CHOOSE,
                [_slice_row(image, found) for image, found in decided if isinstance(found, Choice)],
            )


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
            "INSERT INTO outcome SELECT id, ? FROM slice WHERE patient IS NULL",
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
        "FROM slice JOIN file USING (id) WHERE slice.id > ?",
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


def slices_per_patient(state: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return patient ids with their number of slices, ascending."""
    return state.execute(
        "SELECT patient_id, count(*) FROM slice GROUP BY patient_id ORDER BY patient_id"
    ).fetchall()


class _Undecided(NamedTuple):
    """A row of `_UNDECIDED`; the two sealed texts of the header stand for each other."""

    id: int
    hospital: str
    conflict: int
    paired: int
    label: str | None
    wanted: str | None
    weighting: str | None
    header: str | None
    size: int


def _decide(image: _Undecided, recipe: Recipe) -> Choice | Reason:
    wanted: Wanted | Reason
    if image.header is not None:  # a table of series tells what the header may not
        wanted = judge(unpack_header(image.header), image.size, recipe, image.weighting)
    else:
        wanted = unpack_wanted(image.wanted or "")
    refused = Reason.LABEL_REJECTED if image.paired else None
    label = unpack_label(image.label) if image.label else refused
    return choose(wanted, label, recipe.label, path_conflict=bool(image.conflict))


def _slice_row(image: _Undecided, choice: Choice) -> Row:
    chosen = ChosenRow.of(choice)
    return (image.id, image.hospital, *chosen, chosen.seal())


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
