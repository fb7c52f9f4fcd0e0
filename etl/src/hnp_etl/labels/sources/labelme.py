"""Exports of labelme, and of tools that write its form: one JSON file an image, beside it. Pure.

Source: labelme's `LabelFile`: keys `imagePath`, `shapes`, `flags`; X-AnyLabeling adds `attributes`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from os.path import commonpath

from hnp_etl.labels.document import Json
from hnp_etl.labels.sources.annotated import (
    Mark,
    Picture,
    attributes_of,
    flags_of,
    objects_of,
    pictures_from_json,
    pictures_to_json,
    text_of,
)
from hnp_etl.labels.sources.annotated_entries import MarkReader
from hnp_etl.labels.sources.annotated_files import label_set
from hnp_etl.labels.sources.rows import LabelFile, LabelSet
from hnp_etl.labels.sources.tool_json import read_tool_json, refusal
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Label

_SHAPE_KEYS = frozenset(
    ["label", "points", "group_id", "shape_type", "flags", "attributes", "mask"]
)
# "/data/a.png", "C:\a.png", "\\server\a.png": of another machine's folders.
_ABSOLUTE = re.compile(r"[\\/]|[A-Za-z]:")


def read(content: bytes, limits: Limits) -> str:
    """Return the shapes of an image, and the flags that hold for all of it.

    Raises:
        FileError: why the file cannot be used.
    """
    root = read_tool_json(content, limits)
    if not isinstance(root, dict) or not isinstance(root.get("shapes"), list):
        raise refusal(root, "a labelme file: an object with `shapes` and `imagePath`")
    marks = [Mark(tuple(flags_of(root.get("flags"))), tuple(attributes_of(root.get("attributes"))))]
    marks += [_shape(shape) for shape in objects_of(root["shapes"])]
    said = tuple(mark for mark in marks if mark != Mark())
    return pictures_to_json([Picture(text_of(root.get("imagePath")), said)])


def label_sets(files: Iterable[LabelFile], recipe: Label) -> Iterator[LabelSet]:
    """Yield what every file says of its image.

    Its path is one from the folder of the file. All files may lie in a folder of their own, beside
    those of the images: so an image is looked for below the folder that they have in common too.
    """
    reader, met = MarkReader(recipe), list(files)
    shared = commonpath([file.folder for file in met]) if met else ""
    for file in met:
        pictures = pictures_from_json(file.text)
        named = ((each, _paths(each.name or "", file.folder, shared)) for each in pictures)
        yield label_set(file.number, named, reader, recipe)


def _shape(shape: dict[str, Json] | object) -> Mark:
    if not isinstance(shape, dict):
        return Mark()
    label = text_of(shape.get("label"))
    classes = (*([label] if label else []), *flags_of(shape.get("flags")))
    told = (*attributes_of(shape, _SHAPE_KEYS), *attributes_of(shape.get("attributes")))
    return Mark(classes, told)


def _paths(named: str, folder: str, shared: str) -> Sequence[str]:
    r"""Return by which paths an image may be found that a file in a folder names.

    >>> _paths("..\\img\\a.png", "src/P01/json", "src/P01")
    ('src/P01/img/a.png', 'img/a.png')
    >>> _paths("a.png", "src/json/P01", "src/json")
    ('src/json/P01/a.png', 'P01/a.png')
    """
    if _ABSOLUTE.match(named):
        return (named,)
    parts = folder.split("/")
    for part in named.replace("\\", "/").split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in ("", ".", ".."):
            parts.append(part)
    above = shared.split("/") if shared else []
    below = parts[len(above) :] if parts[: len(above)] == above else []
    return tuple("/".join(each) for each in (parts, below) if each)
