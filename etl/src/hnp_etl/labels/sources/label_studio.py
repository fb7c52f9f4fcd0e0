"""Label Studio's JSON export: a list of tasks, each with the annotations of its readers. Pure.

Source: Label Studio's documentation, "Export annotations", JSON. Predictions are no labels, and
what a reader skipped says nothing.
"""

import re
from collections.abc import Iterator, Mapping

from hnp_etl.labels.document import Json, Scalar
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

__all__ = ["label_sets", "read"]

_EXPECTED = "an export `JSON` of Label Studio: a list of tasks with `data` and `annotations`"
_DATA_KEYS = ("image", "img", "url", "dicom", "file", "path")
"""Names of a task's data by which most label configurations mean its image."""

# "/data/upload/3/0a1b2c3d-scan.png": eight digits are put before the name of what is uploaded.
_UPLOADED = re.compile(r"(?:^|/)upload/(?:.*/)?[0-9a-f]{8}-([^/]+)$")
_NUMBERED = re.compile(r"^[0-9a-f]{8}-([^/]+)$")

_SERVER = re.compile(r"^[a-z][a-z0-9+.-]*://[^/]*", re.IGNORECASE)
_ASKED = re.compile(r"[?&]d=([^&]*)")
_ENCODED = re.compile(rb"%([0-9A-Fa-f]{2})")


def read(content: bytes, limits: Limits) -> str:
    """Return the tasks' images, once for each annotation.

    Raises:
        FileError: why the file cannot be used.
    """
    root = read_tool_json(content, limits)
    tasks = objects_of(root) if isinstance(root, list) else []
    known = [each for each in tasks if isinstance(each.get("data"), dict) and _answers(each)]
    if not isinstance(root, list) or (root and not known):
        raise refusal(root, _EXPECTED)
    return pictures_to_json(picture for task in known for picture in _pictures(task))


def _answers(task: Mapping[str, Json]) -> list[Json]:
    """Return the lists of annotations of a task; before version 1.0 they were completions."""
    return [task[key] for key in ("annotations", "completions") if key in task]


def _pictures(task: Mapping[str, Json]) -> Iterator[Picture]:
    name, data = _image_of(task), task.get("data")
    beside = tuple(attributes_of(data, _named_as_image(data)))
    for answers in _answers(task):
        for answer in objects_of(answers):
            if answer.get("was_cancelled") is True or answer.get("skipped") is True:
                continue
            marks = tuple(_marks(answer.get("result")))
            if marks:
                yield Picture(name, (Mark((), beside), *marks) if beside else marks)


def _marks(result: Json) -> Iterator[Mark]:
    """Yield what is said of each region, and of the whole image."""
    found: dict[str, tuple[list[str], list[tuple[str, Scalar]]]] = {}
    for each in objects_of(result):
        value = each.get("value")
        if not isinstance(value, dict):
            continue
        region = text_of(each.get("id")) if "x" in value or "points" in value else None
        if region is None and text_of(each.get("parentID")):
            region = text_of(each.get("parentID"))
        if region is None and text_of(each.get("id")) in found:
            region = text_of(each.get("id"))
        classes, attributes = found.setdefault(region or "", ([], []))
        more, told = _said(text_of(each.get("from_name")) or "", value)
        classes += more
        attributes += told
    for classes, attributes in found.values():
        if classes or attributes:
            yield Mark(tuple(classes), tuple(attributes))


def _said(control: str, value: Mapping[str, Json]) -> tuple[list[str], list[tuple[str, Scalar]]]:
    """Return what one control tells: labels of a region as classes, any other as an attribute."""
    classes = list[str]()
    told = list[tuple[str, Scalar]]()
    for kind, stated in value.items():
        if kind.endswith("labels") and isinstance(stated, list):
            classes += [text for each in stated if (text := text_of(each))]
        elif kind in ("choices", "taxonomy", "text", "number", "rating"):
            texts = [text for each in _leaves(stated) if (text := text_of(each))]
            told += [(control, text) for text in texts]
            classes += texts if kind == "choices" else []
    return classes, told


def _leaves(stated: Json) -> Iterator[Json]:
    """Yield single values; of a path through a taxonomy its last step."""
    for each in stated if isinstance(stated, list) else [stated]:
        yield each[-1] if isinstance(each, list) and each else each


def _named_as_image(data: Json) -> list[str]:
    """Return the key of the image in a task's data: a usual name, or the only address there."""
    keys = list(data) if isinstance(data, dict) else []
    usual = [key for name in _DATA_KEYS for key in keys if key.casefold() == name]
    if usual or not isinstance(data, dict):
        return usual[:1]
    return [key for key in keys if "/" in (text_of(data[key]) or "")][:1]


def _image_of(task: Mapping[str, Json]) -> str | None:
    """Return the path of the image of a task, without what an upload or a server put before it.

    >>> _image_of({"data": {"image": "/data/upload/3/0a1b2c3d-P01_004.png"}})
    'P01_004.png'
    >>> _image_of({"data": {"image": "/data/local-files/?d=P01/%EC%98%81%EC%83%81.png"}})
    'P01/영상.png'
    """
    data = task.get("data")
    keys = _named_as_image(data)
    address = text_of(data[keys[0]]) if keys and isinstance(data, dict) else None
    if address is None:
        upload = text_of(task.get("file_upload"))
        return _NUMBERED.sub(r"\1", upload) if upload else None
    asked = _ASKED.search(address)
    path = _decoded(asked[1] if asked else _SERVER.sub("", address.partition("?")[0]))
    uploaded = _UPLOADED.search(path)
    return uploaded[1] if uploaded else path


def _decoded(path: str) -> str:
    """Return a path of a URL as it was before bytes of it were written as `%EC`."""
    raw = path.encode("utf-8", "replace")
    found = _ENCODED.sub(lambda each: bytes([int(each[1], 16)]), raw)
    return found.decode("utf-8", "replace").replace("\0", "")
