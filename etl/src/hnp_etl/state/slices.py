"""The images that are chosen, and those that are not, with the first reason."""

import sqlite3
from itertools import islice
from typing import NamedTuple

from hnp_etl.choosing.choose import Candidate, Choice, choose, judge
from hnp_etl.reading.sealed import unpack_candidate, unpack_header, unpack_label
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.chosen import ChosenRow
from hnp_etl.state.database import SINGLE, Row, pages, slice_number
from hnp_etl.state.meanings import judge_images
from hnp_shared.vocabulary import Reason

_IMAGES_AT_A_TIME = 500

_CHOSEN = ("id", "file", "frame", "hospital", *ChosenRow._fields, "seal")
_CHOOSE = f"INSERT INTO slice ({', '.join(_CHOSEN)}) VALUES ({', '.join('?' * len(_CHOSEN))})"
# Images that could be read, with what the recipe makes of the header and, where there is one, of
# the table of series; then the label that belongs to each, if any.
_JUDGED = (
    "FROM file AS image JOIN look USING (id) LEFT JOIN told ON told.image = image.id {more} "
    "WHERE image.kind = 'image' AND image.early IS NULL AND image.facts IS NOT NULL "
)
_REFUSED_BY_HEADER = (
    "INSERT INTO outcome (file, frame, reason) "
    f"SELECT image.id, {SINGLE}, look.refusal {_JUDGED.format(more='')}"
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
                "INSERT INTO outcome (file, frame, reason) VALUES (?, ?, ?)",
                [
                    (image.id, SINGLE, found)
                    for image, found in decided
                    if isinstance(found, Reason)
                ],
            )
            state.executemany(
                _CHOOSE,
                [_slice_row(image, found) for image, found in decided if isinstance(found, Choice)],
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
    wanted: Candidate | Reason
    if image.header is not None:  # a table of series tells what the header may not
        wanted = judge(unpack_header(image.header), image.size, recipe, image.weighting)
    else:
        wanted = unpack_candidate(image.wanted or "")
    refused = Reason.LABEL_REJECTED if image.paired else None
    label = unpack_label(image.label) if image.label else refused
    return choose(wanted, label, recipe.label, path_conflict=bool(image.conflict))


def _slice_row(image: _Undecided, choice: Choice) -> Row:
    chosen = ChosenRow.of(choice)
    number = slice_number(image.id)
    return (number, image.id, SINGLE, image.hospital, *chosen, chosen.seal())
