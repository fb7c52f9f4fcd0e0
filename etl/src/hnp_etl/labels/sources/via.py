"""VGG Image Annotator 2: its project, its JSON and its CSV of annotations. Pure.

Source: VIA's documentation of version 2. Attributes have the names that the project gave them:
the recipe's level and code columns, or one that holds a class.
"""

from collections.abc import Mapping
from functools import lru_cache, partial

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Json
from hnp_etl.labels.sources.annotated import (
    Mark,
    Picture,
    attributes_of,
    objects_of,
    pictures_to_json,
    text_of,
)
from hnp_etl.labels.sources.annotated_files import label_sets
from hnp_etl.labels.sources.csv_lines import csv_sheet
from hnp_etl.labels.sources.header import column_name
from hnp_etl.labels.sources.tool_json import read_tool_json, refusal
from hnp_etl.limits import Limits
from hnp_etl.recipes.grammar import bare
from hnp_shared.vocabulary import Reason

__all__ = ["label_sets", "read"]

_CLASS_NAMES = frozenset(["class", "classname", "label", "labels", "name", "type", "category"])
"""Names of attributes, as `bare` gives them, that hold a class."""

_EXPECTED = "a VIA 2 project, or its annotations as JSON or CSV"
_COLUMNS = ("filename", "fileattributes", "regionattributes")


def read(content: bytes, limits: Limits) -> str:
    """Return the files of an export with the attributes of their regions and of themselves.

    Raises:
        FileError: why the file cannot be used.
    """
    start = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    pictures = _of_json(content, limits) if start in (b"{", b"[") else _of_csv(content, limits)
    return pictures_to_json(pictures)


def _of_json(content: bytes, limits: Limits) -> list[Picture]:
    root = read_tool_json(content, limits)
    files = root.get("_via_img_metadata", root) if isinstance(root, dict) else None
    found = objects_of(files) if isinstance(files, dict) else []
    named = [each for each in found if "filename" in each]
    if isinstance(files, dict) and {"metadata", "view", "file"} <= files.keys():
        raise refusal(root, f"{_EXPECTED}: this is one of VIA 3")
    if files is None or (files and not named):
        raise refusal(root, _EXPECTED)
    return [_picture(each) for each in named]


def _picture(file: Mapping[str, Json]) -> Picture:
    regions = [_mark(each.get("region_attributes")) for each in objects_of(file.get("regions"))]
    marks = (_mark(file.get("file_attributes")), *regions)
    return Picture(text_of(file.get("filename")), tuple(mark for mark in marks if mark != Mark()))


def _of_csv(content: bytes, limits: Limits) -> list[Picture]:
    """Return the files of a CSV export: a line a region, what is said of all of it in each.

    Raises:
        FileError: BAD_VALUE; a column is missing.
    """
    lines = csv_sheet(content).lines
    head = [bare(column_name(cell)).lstrip("#") for cell in (lines[0].cells if lines else ())]
    if not set(_COLUMNS) <= set(head):
        raise FileError(Reason.BAD_VALUE, f"found a table of other columns, expected {_EXPECTED}")
    places = [head.index(name) for name in _COLUMNS]
    found: dict[str, dict[Mark, None]] = {}
    wrong: dict[str, str] = {}
    read = lru_cache(maxsize=4096)(partial(_marks, limits=limits))  # most lines say the same
    lost: list[Picture] = []
    for number, cells in lines[1:]:
        if len(cells) != len(head):
            what = f"(line {number}) has {len(cells)} columns, the header {len(head)}"
            lost.append(Picture(None, (), what))
            continue
        name, *told = (str(cells[place] or "").strip() for place in places)
        marks = found.setdefault(name, {})
        try:
            marks |= dict.fromkeys(mark for text in told for mark in read(text))
        except FileError as error:
            wrong[name] = f"(line {number}) holds attributes that are {error.what}"
    pictures = (
        Picture(name or None, tuple(marks), wrong.get(name)) for name, marks in found.items()
    )
    return [*pictures, *lost]


def _marks(text: str, limits: Limits) -> tuple[Mark, ...]:
    """Return what a cell says of a file or of one of its regions, as JSON."""
    mark = _mark(read_tool_json(text.encode(), limits)) if text else Mark()
    return () if mark == Mark() else (mark,)


def _mark(attributes: Json) -> Mark:
    """Return a mark; the attribute that holds its class is known by its name."""
    told = list(attributes_of(attributes))
    classes = [text_of(value) for name, value in told if bare(name) in _CLASS_NAMES]
    rest = [(name, value) for name, value in told if bare(name) not in _CLASS_NAMES]
    return Mark(tuple(each for each in classes if each), tuple(rest))
