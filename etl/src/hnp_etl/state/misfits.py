"""What does not fit in whose the chosen slices are, by hospital, once that is settled."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile

from hnp_etl.recipes.recipe import Identity
from hnp_etl.state.identity import BY_RULE, FROM_STUDY, VALUE_COLUMNS, Settled
from hnp_shared.notices import Misfit, Notice
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL

FEWEST_OF_ONE = 3
MOST_OF_ONE_SHARE = 0.5
"""So many studies of one patient value, and more than this share of a hospital's, may be those of
many people; so may so many folders of the only value there is."""

_MOST_DEPTH = 4
"""Folders below the one that holds all, of which some may be hospitals."""

_FEWEST_VALUES = 2
"""A folder with fewer patient values is a patient's, not a hospital's."""

_BETWEEN = "FROM slice JOIN file ON file.id = slice.file"


def misfits(state: sqlite3.Connection, settled: Settled, identity: Identity) -> Iterator[Notice]:
    """Yield what does not fit among values, studies and hospitals; slices have their names."""
    yield from settled.notices
    yield from _one_value(state, settled.sources)
    if identity.scope == "hospital":  # otherwise a value, or a study, is one person's everywhere
        yield from _mixed(state, settled.sources)
        yield from _elsewhere(state)
    found = state.execute(
        f"SELECT hospital, count(DISTINCT patient_id) FROM slice WHERE suspect = {BY_RULE} "
        "GROUP BY hospital ORDER BY hospital"
    )
    for hospital, patients in found.fetchall():
        yield Notice(hospital, Misfit.SUSPECT, "", {"patients": patients})


def _one_value(state: sqlite3.Connection, sources: dict[str, str]) -> Iterator[Notice]:
    """Tell of hospitals most of which is one patient value's."""
    largest: dict[str, tuple[int, str]] = {}
    values, total = defaultdict[str, int](int), defaultdict[str, int](int)
    for hospital, patient, studies in state.execute(
        "SELECT hospital, patient, count(DISTINCT study_uid) FROM slice GROUP BY 1, 2 ORDER BY 1, 2"
    ):
        values[hospital] += 1
        total[hospital] += studies
        largest[hospital] = max(largest.get(hospital, (0, "")), (studies, patient))
    for hospital, (studies, patient) in largest.items():
        most = studies >= FEWEST_OF_ONE and studies > MOST_OF_ONE_SHARE * total[hospital]
        if most or values[hospital] == 1:
            folders = len(set(_folders(state, hospital, patient)))
            if most or folders >= FEWEST_OF_ONE:
                counts = {"values": 1, "studies": studies, "of": total[hospital]}
                yield Notice(
                    hospital, Misfit.ONE_VALUE, sources[hospital], {**counts, "folders": folders}
                )


def _folders(state: sqlite3.Connection, hospital: str, patient: str) -> Iterator[bytes]:
    found = state.execute(
        f"SELECT path {_BETWEEN} WHERE slice.hospital = ? AND patient = ?", (hospital, patient)
    )
    for (path,) in found:
        yield path.rpartition(b"/")[0]


def _mixed(state: sqlite3.Connection, sources: dict[str, str]) -> Iterator[Notice]:
    """Tell of values that begin anew in several folders where no folder tells the hospital."""
    source = sources.get(UNKNOWN_HOSPITAL, FROM_STUDY)
    if source == FROM_STUDY:
        return
    unknown = f"{_BETWEEN} WHERE slice.hospital = '{UNKNOWN_HOSPITAL}'"
    ends = state.execute(f"SELECT min(path), max(path) {unknown}").fetchone()
    same = takewhile(lambda pair: pair[0] == pair[1], zip(*map(_parts, ends), strict=False))
    top = len(list(same))
    # depth -> folder -> patient value -> its studies there
    below = [defaultdict[bytes, dict[str, set[str]]](dict) for _ in range(_MOST_DEPTH)]
    column = VALUE_COLUMNS[source]
    for path, value, study in state.execute(f"SELECT path, {column}, study_uid {unknown}"):
        parts = _parts(path)
        for depth, folders in enumerate(below[: len(parts) - top], 1):
            folder = b"/".join(parts[: top + depth])
            folders[folder].setdefault(value, set()).add(study)
    for folders in below:
        values, places = _shared(folders)
        if values:
            counts = {"values": values, "folders": places}
            yield Notice(UNKNOWN_HOSPITAL, Misfit.HOSPITALS_MIXED, source, counts)
            return


def _parts(path: bytes) -> list[bytes]:
    return path.split(b"/")[:-1]


def _shared(folders: dict[bytes, dict[str, set[str]]]) -> tuple[int, int]:
    """Return how many values have different studies in different folders, and in how many."""
    found = defaultdict[str, list[tuple[bytes, set[str]]]](list)
    for folder, values in folders.items():
        if len(values) >= _FEWEST_VALUES:
            for value, studies in values.items():
                found[value].append((folder, studies))
    several = [
        places
        for places in found.values()
        if any(studies != places[0][1] for _, studies in places[1:])
    ]
    return len(several), len({folder for places in several for folder, _ in places})


def _elsewhere(state: sqlite3.Connection) -> Iterator[Notice]:
    """Tell of studies that lie in several hospitals."""
    found = state.execute(
        "SELECT hospital, count(DISTINCT study_uid) FROM slice WHERE study_uid IN "
        "(SELECT study_uid FROM slice GROUP BY 1 HAVING min(hospital) <> max(hospital)) "
        "GROUP BY hospital ORDER BY hospital"
    )
    for hospital, studies in found.fetchall():
        yield Notice(hospital, Misfit.STUDY_ELSEWHERE, "", {"uids": studies})
