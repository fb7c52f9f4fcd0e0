"""What does not fit in whose the chosen slices are, by hospital, once that is settled."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from heapq import nlargest
from itertools import groupby, takewhile
from operator import itemgetter

from hnp_etl.recipes.recipe import Identity
from hnp_etl.state.identity import BY_RULE, FROM_STUDY, VALUE_COLUMNS, Settled
from hnp_shared.notices import Misfit, Notice
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL

FEWEST_OF_ONE = 3
MOST_CONSTANTS = 3
"""One patient value with so many studies may be a constant; a hospital has few of these."""

MOST_SHARE = 0.5
"""More of a hospital than this is too much: for constants, or for values that begin anew."""

_MOST_DEPTH = 4
"""Folders below the one that holds all, of which some may be hospitals."""

_FEWEST_VALUES = 2
"""A folder with fewer patient values is a patient's, not a hospital's."""

_BETWEEN = "FROM slice JOIN file ON file.id = slice.file"


def misfits(state: sqlite3.Connection, settled: Settled, identity: Identity) -> Iterator[Notice]:
    """Yield what does not fit among values, studies and hospitals; slices have their names."""
    yield from settled.notices
    values = state.execute(
        "SELECT hospital, patient, count(DISTINCT study_uid) FROM slice GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for hospital, group in groupby(values, key=itemgetter(0)):
        source, studies = settled.sources[hospital], {value: count for _, value, count in group}
        yield from _constants(state, hospital, source, studies)
        if identity.scope == "hospital" and source != FROM_STUDY:
            yield from _mixed(state, hospital, source, studies)
    if identity.scope == "hospital":  # otherwise a study is one person's wherever it lies
        yield from _elsewhere(state)
    found = state.execute(
        f"SELECT hospital, count(DISTINCT patient_id) FROM slice WHERE suspect = {BY_RULE} "
        "GROUP BY hospital ORDER BY hospital"
    )
    for hospital, patients in found.fetchall():
        yield Notice(hospital, Misfit.SUSPECT, "", {"patients": patients})


def _constants(
    state: sqlite3.Connection, hospital: str, source: str, studies: dict[str, int]
) -> Iterator[Notice]:
    """Tell of the few patient values that most of a hospital has."""
    largest = nlargest(MOST_CONSTANTS, studies.items(), key=lambda each: (each[1], each[0]))
    constants = [value for value, count in largest if count >= FEWEST_OF_ONE]
    theirs, total = sum(studies[value] for value in constants), sum(studies.values())
    if theirs <= MOST_SHARE * total:
        if len(studies) > 1:
            return
        constants, theirs = list(studies), total  # the only value there is
    folders = {folder for value in constants for folder in _folders(state, hospital, value)}
    if theirs >= FEWEST_OF_ONE or len(folders) >= FEWEST_OF_ONE:
        counts = {"values": len(constants), "studies": theirs, "of": total}
        yield Notice(hospital, Misfit.ONE_VALUE, source, {**counts, "folders": len(folders)})


def _folders(state: sqlite3.Connection, hospital: str, patient: str) -> Iterator[bytes]:
    found = state.execute(
        f"SELECT path {_BETWEEN} WHERE slice.hospital = ? AND patient = ?", (hospital, patient)
    )
    for (path,) in found:
        yield path.rpartition(b"/")[0]


def _mixed(
    state: sqlite3.Connection, hospital: str, source: str, studies: dict[str, int]
) -> Iterator[Notice]:
    """Tell of values that begin anew in several folders of what counts as one hospital.

    Where folders tell the hospital, a patient may come back: there it takes most of the values.
    """
    here, column = f"{_BETWEEN} WHERE slice.hospital = ?", VALUE_COLUMNS[source]
    least = 0.0
    if hospital != UNKNOWN_HOSPITAL:
        least = MOST_SHARE * len(studies)
        if sum(count > 1 for count in studies.values()) <= least:  # the usual case costs nothing
            return
    ends = state.execute(f"SELECT min(path), max(path) {here}", (hospital,)).fetchone()
    same = takewhile(lambda pair: pair[0] == pair[1], zip(*map(_parts, ends), strict=False))
    top = len(list(same))
    # depth -> folder -> patient value -> its studies there
    below = [defaultdict[bytes, dict[str, set[str]]](dict) for _ in range(_MOST_DEPTH)]
    for path, value, study in state.execute(
        f"SELECT path, {column}, study_uid {here}", (hospital,)
    ):
        parts = _parts(path)
        for depth, folders in enumerate(below[: len(parts) - top], 1):
            folder = b"/".join(parts[: top + depth])
            folders[folder].setdefault(value, set()).add(study)
    for folders in below:
        values, places = _shared(folders)
        if values > least:
            counts = {"values": values, "folders": places}
            yield Notice(hospital, Misfit.HOSPITALS_MIXED, source, counts)
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
