"""Files that could not be read or decoded in this build, and sources in which nothing is left."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hnp_etl.state.database import pages
from hnp_etl.walking.paths import path_bytes
from hnp_shared.notices import Misfit, Notice
from hnp_shared.vocabulary import UNCACHED_REASONS, Flag, Reason

_WITHOUT_LABEL = (Reason.NO_LABEL, Reason.LABEL_REJECTED)
"""What becomes of an image whose label cannot be read, or lies where nobody can look."""

_BEYOND_LEVEL = (Reason.CODE_UNMAPPED, Reason.LEVEL_AMBIGUOUS, Reason.MISSING_FIELD)
_AT_A_DISC = ", ".join(f"'{reason}'" for reason in _BEYOND_LEVEL)
"""Reasons of images whose label names a disc, though they are no slices."""

_UNCACHED = ", ".join(f"'{reason}'" for reason in sorted(UNCACHED_REASONS))


def paths(state: sqlite3.Connection) -> Iterator[str]:
    """Yield the path of every file that was lost, whether met, read or decoded."""
    found = pages(
        state,
        "SELECT DISTINCT file.id, path FROM file LEFT JOIN outcome ON outcome.file = file.id "
        f"WHERE file.id > ? AND coalesce(early, refusal, outcome.reason) IN ({_UNCACHED})",
    )
    for _, path in found:
        yield _text(path)


def has_closed_folder(state: sqlite3.Connection) -> bool:
    """Tell whether something could not be looked at: it may be a folder of many files."""
    found = state.execute("SELECT 1 FROM file WHERE early = ? LIMIT 1", (Reason.UNREADABLE,))
    return found.fetchone() is not None


class LostImage(NamedTuple):
    """An image as far as it is known: `frame` is None where nobody could look."""

    path: str
    frame: int | None


def images(state: sqlite3.Connection, *, hidden: bool) -> Iterator[LostImage]:
    """Yield every image that was lost, or is of no use because its label was.

    Args:
        state: the opened state.
        hidden: whether labels may lie where nobody could look.
    """
    label = state.execute(
        "SELECT 1 FROM file WHERE kind = 'label' "
        f"AND coalesce(early, refusal) IN ({_UNCACHED}) LIMIT 1"
    ).fetchone()
    lost = [f"'{reason}'" for reason in UNCACHED_REASONS]
    if hidden or label:
        lost += [f"'{reason}'" for reason in _WITHOUT_LABEL]
    found = state.execute(
        "SELECT path, outcome.frame FROM file LEFT JOIN outcome ON outcome.file = file.id "
        f"WHERE kind = 'image' AND coalesce(early, refusal, outcome.reason) IN ({', '.join(lost)})"
    )
    for path, frame in found:
        yield LostImage(_text(path), frame)


def met_images(state: sqlite3.Connection) -> Iterator[LostImage]:
    """Yield every image met, of whatever frames."""
    for _, path in pages(state, "SELECT id, path FROM file WHERE id > ? AND kind = 'image'"):
        yield LostImage(_text(path), None)


def hidden_losses(state: sqlite3.Connection) -> Iterator[Notice]:
    """Yield, by hospital, losses that look like a choice: their reasons are of filtered files.

    No label there leads to a disc, though images get as far as that, or some name it as nobody
    knows it; images that somebody labelled count as another region; or labels of slices tell a disc
    more that did not count.
    """
    found = state.execute(
        "SELECT file.hospital, count(*) FROM outcome JOIN file ON file.id = outcome.file "
        f"WHERE reason = '{Reason.NO_LEVEL}' AND file.hospital NOT IN (SELECT hospital FROM slice) "
        "AND file.hospital NOT IN (SELECT at_disc.hospital FROM outcome AS later "
        "JOIN file AS at_disc ON at_disc.id = later.file "
        f"WHERE later.reason IN ({_AT_A_DISC})) GROUP BY 1 ORDER BY 1"
    )
    without = dict(found.fetchall())
    for hospital, labels in without.items():
        yield Notice(hospital, Misfit.NO_LEVEL, "", {"labels": labels})
    found = state.execute(
        "SELECT file.hospital, count(DISTINCT label.id) FROM outcome "
        "JOIN file ON file.id = outcome.file JOIN pair ON pair.image = file.id "
        f"JOIN label ON label.id = pair.label WHERE reason = '{Reason.NO_LEVEL}' "
        "AND label.facts IS NOT NULL AND label.detail IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    for hospital, labels in found.fetchall():
        if hospital not in without:
            yield Notice(hospital, Misfit.UNKNOWN_LEVEL, "", {"labels": labels})
    found = state.execute(
        "SELECT hospital, count(DISTINCT file.id) FROM outcome "
        "JOIN file ON file.id = outcome.file JOIN pair ON pair.image = file.id "
        f"WHERE reason = '{Reason.NOT_LUMBAR}' GROUP BY 1 ORDER BY 1"
    )
    for hospital, images in found.fetchall():
        yield Notice(hospital, Misfit.NOT_LUMBAR, "", {"images": images})
    found = state.execute(
        "SELECT hospital, count(DISTINCT label.id) FROM slice JOIN pair ON pair.image = slice.file "
        "AND pair.frame IN (0, slice.frame) JOIN label ON label.id = pair.label "
        "WHERE label.facts IS NOT NULL AND label.detail IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    for hospital, labels in found.fetchall():
        yield Notice(hospital, Misfit.PASSED_OVER, "", {"labels": labels})
    found = state.execute(  # labels of images that their header lets in
        "SELECT hospital, count(DISTINCT label.id) FROM file JOIN pair ON pair.image = file.id "
        "JOIN look ON look.id = file.id AND look.refusal IS NULL "
        "JOIN label ON label.id = pair.label "
        f"""WHERE label.facts LIKE '%"flags": [%"{Flag.TRANSITIONAL}"%' GROUP BY 1 ORDER BY 1"""
    )
    for hospital, labels in found.fetchall():
        yield Notice(hospital, Misfit.TRANSITIONAL, "", {"labels": labels})


def empty_sources(state: sqlite3.Connection, labels: Sequence[str]) -> list[str]:
    """Return the labels of sources below which no file was met."""
    return [label for label in labels if not _any_below(state, label)]


def _any_below(state: sqlite3.Connection, label: str) -> bool:
    low, high = path_bytes(f"{label}/"), path_bytes(f"{label}0")  # "0" follows "/" in ASCII
    found = state.execute(
        "SELECT 1 FROM file WHERE path = ? OR path >= ? AND path < ? LIMIT 1",
        (path_bytes(label), low, high),
    )
    return found.fetchone() is not None


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
