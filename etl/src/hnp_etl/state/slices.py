"""The images that are chosen, and those that are not, with the first reason."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from hnp_etl.choosing.choose import Candidate, Choice, choose, judge
from hnp_etl.reading.sealed import unpack_candidate, unpack_frame, unpack_label
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.chosen import ChosenRow
from hnp_etl.state.database import SINGLE, Row, pages, slice_number
from hnp_etl.state.meanings import judge_images
from hnp_shared.vocabulary import Reason

_IMAGES_AT_A_TIME = 500

_CHOSEN = ("id", "file", "frame", "hospital", *ChosenRow._fields, "seal")
_CHOOSE = f"INSERT INTO slice ({', '.join(_CHOSEN)}) VALUES ({', '.join('?' * len(_CHOSEN))})"
# Slices of images that could be read, with what the recipe makes of the header and, where there is
# one, of the table of series; then the label that belongs to each, if any.
_JUDGED = (
    "FROM file AS image JOIN look USING (id) LEFT JOIN told ON told.image = image.id {more} "
    "WHERE image.kind = 'image' AND image.early IS NULL AND image.facts IS NOT NULL "
)
_REFUSED_BY_HEADER = (
    "INSERT INTO outcome (file, frame, reason, detail) "
    f"SELECT image.id, look.frame, look.refusal, look.detail {_JUDGED.format(more='')}"
    "AND look.refusal IS NOT NULL AND told.image IS NULL"
)
_UNDECIDED = (
    "SELECT image.id, look.frame, image.hospital, image.conflict, pair.label IS NOT NULL, "
    "label.facts, look.wanted, told.weighting, "
    "CASE WHEN told.image IS NULL THEN NULL ELSE image.facts END, image.size "
    + _JUDGED.format(
        more="LEFT JOIN pair ON pair.image = image.id AND pair.frame = look.frame "
        "LEFT JOIN label ON label.id = pair.label"
    )
    + "AND (look.refusal IS NULL OR told.image IS NOT NULL) "
)
_SINGLE = f"{_UNDECIDED} AND look.frame = {SINGLE} AND image.id > ?"
_OF_MANY = f"{_UNDECIDED} AND look.frame > {SINGLE} AND image.id = ? ORDER BY look.frame"
# A label of a whole file that holds several frames: whether there is one, and what it says.
_OF_FILE = (
    "SELECT 1, label.facts FROM pair JOIN label ON label.id = pair.label "
    f"WHERE pair.image = ? AND pair.frame = {SINGLE}"
)


class _Undecided(NamedTuple):
    """A row of `_UNDECIDED`; the two sealed texts of the header stand for each other."""

    id: int
    frame: int
    hospital: str
    conflict: int
    paired: int
    label: str | None
    wanted: str | None
    weighting: str | None
    header: str | None
    size: int


_Decided = tuple[_Undecided, Choice | Reason, str | None]


def choose_all(state: sqlite3.Connection, recipe: Recipe) -> None:
    """Decide on every image that could be read; refusals become outcomes."""
    judge_images(state, recipe)
    with state:
        state.execute("DELETE FROM outcome")
        state.execute("DELETE FROM slice")
        state.execute(_REFUSED_BY_HEADER)
    decided = _decided(state, recipe)
    while page := list(islice(decided, _IMAGES_AT_A_TIME)):
        with state:
            state.executemany(
                "INSERT INTO outcome (file, frame, reason, detail) VALUES (?, ?, ?, ?)",
                [
                    (image.id, image.frame, found, detail)
                    for image, found, detail in page
                    if isinstance(found, Reason)
                ],
            )
            state.executemany(
                _CHOOSE,
                [_slice_row(image, found) for image, found, _ in page if isinstance(found, Choice)],
            )


def _decided(state: sqlite3.Connection, recipe: Recipe) -> Iterator[_Decided]:
    """Yield what becomes of each slice that its header has not refused, and a detail in words."""
    for image in map(_Undecided._make, pages(state, _SINGLE)):
        yield image, _decide(image, _wanted(image, recipe), recipe), None
    many = "SELECT DISTINCT id FROM look WHERE frame > ? ORDER BY id"
    for (file,) in state.execute(many, (SINGLE,)).fetchall():
        frames = [_Undecided._make(row) for row in state.execute(_OF_MANY, (file,)).fetchall()]
        whole = state.execute(_OF_FILE, (file,)).fetchone()
        yield from _frames_decided(frames, whole, recipe)


def _frames_decided(
    frames: Sequence[_Undecided], whole: tuple[int, str | None] | None, recipe: Recipe
) -> Iterator[_Decided]:
    """Yield what becomes of the frames of one file.

    A label that names no frame is that of the only one which is wanted; of several it may be any.
    """
    wanted = [_wanted(each, recipe) for each in frames]
    several = sum(isinstance(each, Candidate) for each in wanted)
    for image, found in zip(frames, wanted, strict=True):
        detail = None
        if whole is not None and not image.paired and isinstance(found, Candidate):
            if several == 1:
                image = image._replace(paired=whole[0], label=whole[1])  # noqa: PLW2901
            else:
                detail = f"its label names none of its {several} wanted frames"
        yield image, _decide(image, found, recipe), detail


def slices_per_patient(state: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return patient ids with their number of slices, ascending."""
    return state.execute(
        "SELECT patient_id, count(*) FROM slice GROUP BY patient_id ORDER BY patient_id"
    ).fetchall()


def _wanted(image: _Undecided, recipe: Recipe) -> Candidate | Reason:
    if image.header is None:
        return unpack_candidate(image.wanted or "")
    # a table of series tells what the header may not
    return judge(unpack_frame(image.header, image.frame), image.size, recipe, image.weighting)


def _decide(image: _Undecided, wanted: Candidate | Reason, recipe: Recipe) -> Choice | Reason:
    refused = Reason.LABEL_REJECTED if image.paired else None
    label = unpack_label(image.label) if image.label else refused
    return choose(wanted, label, recipe.label, path_conflict=bool(image.conflict))


def _slice_row(image: _Undecided, choice: Choice) -> Row:
    chosen = ChosenRow.of(choice)
    number = slice_number(image.id, image.frame)
    return (number, image.id, image.frame, image.hospital, *chosen, chosen.seal())
