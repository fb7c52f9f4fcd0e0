"""Labels of slices that no point names, by the discs that points of their study show."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from hnp_etl.choosing.disc_reach import DiscPoint, level_reached, point_mm
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.labels.sources.entry import Entry
from hnp_etl.labels.sources.match import path_key
from hnp_etl.labels.sources.rows import LabelSet, Pointed
from hnp_etl.reading.sealed import unpack_header
from hnp_etl.recipes.label_table import Label

_IMAGES = (
    "SELECT path, name, facts FROM file "
    "WHERE kind = 'image' AND early IS NULL AND facts IS NOT NULL ORDER BY path"
)

Images = Mapping[str, HeaderFacts]
"""study/series/instance -> what its header tells, of one study."""


def with_reached(state: sqlite3.Connection, found: LabelSet, recipe: Label) -> Iterator[Entry]:
    """Yield the entries of images that are named, then those of slices near a disc."""
    named = set[str]()
    for entry in found.entries:
        named.add(entry.key)
        yield entry
    if found.label_at is None or not found.points:
        return
    points: dict[str, list[Pointed]] = {}
    for each in found.points:
        points.setdefault(each.image.partition("/")[0], []).append(each)
    for study, images in _studies(state, points):
        discs = list(_discs(images, points[study]))
        for image, facts in images.items():
            level = level_reached(facts, discs, recipe.rsna.reach_mm)
            if level is not None and f"path {image}" not in named:
                named.add(f"path {image}")  # a copy elsewhere has the same name
                yield found.label_at(image, level)


def _discs(images: Images, points: Sequence[Pointed]) -> Iterator[DiscPoint]:
    for each in points:
        facts = images.get(each.image)
        place = point_mm(facts, each.x, each.y) if facts is not None else None
        if facts is not None and place is not None:
            yield DiscPoint(each.level, place, each.aside, facts.space_uid)


def _studies(
    state: sqlite3.Connection, wanted: Mapping[str, object]
) -> Iterator[tuple[str, Images]]:
    """Yield the images of each study folder that points name."""
    rows = state.execute(_IMAGES)
    for folder, group in groupby(rows, key=lambda row: row[0].rsplit(b"/", 2)[0]):
        study = path_key(_text(folder).rpartition("/")[2])
        images = {}
        for path, name, facts in group:
            series = _text(path).split("/")[-2:-1]
            if study in wanted and series:
                told = unpack_header(facts)
                if not told.per_frame:
                    images[path_key(f"{study}/{series[0]}/{_text(name)}")] = told
        if images:
            yield study, images


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
