"""COCO: images, categories, and annotations that join them. Pure.

Source: COCO data format, cocodataset.org; CVAT, Roboflow and others add `attributes`.
"""

from collections.abc import Mapping

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
from hnp_etl.labels.sources.tool_json import read_tool_json, refusal
from hnp_etl.limits import Limits
from hnp_etl.recipes.grammar import whole
from hnp_shared.vocabulary import Reason

__all__ = ["label_sets", "read"]

_LISTS = ("images", "annotations", "categories")
_OF_COCO = frozenset(
    [
        *(
            "id",
            "width",
            "height",
            "file_name",
            "license",
            "flickr_url",
            "coco_url",
            "date_captured",
        ),
        *(
            "image_id",
            "category_id",
            "segmentation",
            "area",
            "bbox",
            "iscrowd",
            "score",
            "attributes",
        ),
    ]
)
"""Keys that the format has itself; others are attributes that somebody added."""


def read(content: bytes, limits: Limits) -> str:
    """Return the images with the annotations that are theirs.

    Raises:
        FileError: why the file cannot be used.
    """
    root = read_tool_json(content, limits)
    if not isinstance(root, dict) or not all(isinstance(root.get(key), list) for key in _LISTS):
        raise refusal(root, "a COCO file: lists `images`, `annotations` and `categories`")
    classes = {_id(each): _classes(each) for each in objects_of(root["categories"])}
    marks, lost = dict[str, list[Mark]](), list[Mark]()
    for image in objects_of(root["images"]):
        if _id(image) in marks:
            raise FileError(Reason.DUPLICATE_KEY, "found two images with one id")
        told = tuple(attributes_of(dict(image), _OF_COCO))
        marks[_id(image)] = [Mark((), told)] if told else []
    for each in objects_of(root["annotations"]):
        told = (*attributes_of(dict(each), _OF_COCO), *attributes_of(each.get("attributes")))
        mark = Mark(classes.get(_id(each, "category_id"), ()), told)
        marks.get(_id(each, "image_id"), lost).append(mark)
    pictures = [
        Picture(text_of(image.get("file_name")), tuple(marks[_id(image)]))
        for image in objects_of(root["images"])
    ]
    return pictures_to_json([*pictures, Picture(None, tuple(lost))])


def _classes(category: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the name of a category and of the one above it, which may be the disc."""
    names = (text_of(category.get(key)) for key in ("name", "supercategory"))
    return tuple(name for name in names if name and name.casefold() != "none")


def _id(found: Mapping[str, Json], key: str = "id") -> str:
    """Return a number of an image or a category; other programs make it a float or a text."""
    return whole(text_of(found.get(key)) or "")
