"""Exports of annotation tools as label files: entries by the names of images. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence

from hnp_etl.errors import FileError
from hnp_etl.labels.sources.annotated import Picture, pictures_from_json
from hnp_etl.labels.sources.annotated_entries import MarkReader
from hnp_etl.labels.sources.entry import SUFFIX, Entry, entries, entry_key
from hnp_etl.labels.sources.rows import LabelFile, LabelSet
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import Reason

# "scan.dcm.png": a picture that was named after all of the image that it was made of.
_PICTURE = re.compile(r"(?i)(\.(?:dcm|dicom|ima))\.(?:jpe?g|png|bmp|tiff?|webp)$")
_SUFFIX = re.compile(r"(?i)\.(?:jpe?g|png|bmp|tiff?|webp)$")


def label_sets(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what every export says by itself; its images may lie anywhere."""
    reader = MarkReader(recipe)
    for file in files:
        named = ((each, (each.name or "",)) for each in pictures_from_json(file.text))
        yield label_set(file.number, named, reader, recipe)


def label_set(
    number: int,
    named: Iterable[tuple[Picture, Sequence[str]]],
    reader: MarkReader,
    recipe: Label,
) -> LabelSet:
    """Return what one export says; an image that is wrong, or named nowhere, costs itself.

    Args:
        number: of the file.
        named: pictures, each with the paths by which its image may be found.
        reader: of their marks.
        recipe: how names are understood.
    """
    found: list[Entry] = []
    faults: list[FileError] = []
    for count, (picture, paths) in enumerate(named, 1):
        place = f"image {count}"
        if picture.name is None:
            if picture.wrong or picture.marks:
                what = f"{place} {picture.wrong or 'has no name'}"
                faults.append(FileError(Reason.BAD_VALUE, what))
            continue
        keys = tuple(dict.fromkeys(image_key(path, recipe) for path in paths))
        if picture.wrong:
            found += (Entry(key, None, Reason.BAD_VALUE, place, picture.wrong) for key in keys)
        else:
            found += reader.entries(picture, keys, place)
    kept = entries(found, recipe)
    refused = faults[0] if faults and not kept else None
    told = tuple(fault.what for fault in faults)
    return LabelSet(number, (number,), kept, refused=refused, faults=told)


def image_key(path: str, recipe: Label) -> str:
    """Return by what the image is found that an export names so."""
    text = _PICTURE.sub(r"\1", path.strip())
    if recipe.table.key == "uid":
        text = SUFFIX.sub("", _SUFFIX.sub("", re.split(r"[\\/]", text)[-1]))
    return entry_key(text, recipe)
