"""The target that reads exports of annotation tools, and what it starts from."""

import contextlib
import json
from collections.abc import Iterator

from hnp_etl.errors import FileError
from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources.rows import LabelFile, reader_of
from hnp_etl.limits import Limits
from hnp_etl.recipes.loading import load_recipe

TOOLS = ("labelme", "coco", "cvat", "via", "label-studio")
_BOUNDS = Limits(label_bytes=2**20)
_RECIPES = [load_recipe("generic").label.model_copy(update={"source": source}) for source in TOOLS]


def read_export(content: bytes) -> None:
    """Read bytes as an export of each of the tools.

    Raises:
        FileError: they are none of one of them.
    """
    refused: FileError | None = None
    for recipe in _RECIPES:
        source = reader_of(recipe)
        try:
            text = source.read(content, _BOUNDS)
        except FileError as error:
            refused = error
            continue
        for whole in source.label_sets([LabelFile(1, "a/b", text)], recipe):
            for entry in whole.entries:
                if entry.leaves is not None:
                    with contextlib.suppress(FileError):  # costs that entry only
                        LabelReader(recipe).read(entry.leaves)
    if refused is not None:
        raise refused


def exports() -> Iterator[bytes]:
    """Yield a small export of each tool."""
    shape = {"label": "L4-5:3", "points": [[1, 2.5], [3, 4]], "flags": {"3": True}}
    yield json.dumps(
        {"shapes": [shape], "imagePath": "..\\a.png", "flags": {"L4-5": True}}
    ).encode()
    yield json.dumps(
        {
            "images": [{"id": 1, "file_name": "P/a.png", "frame": 2}],
            "annotations": [{"image_id": 1, "category_id": 2, "attributes": {"grade": "3"}}],
            "categories": [{"id": 2, "name": "L4-5", "supercategory": "3"}],
        }
    ).encode()
    box = '<box label="L4-5:3"><attribute name="grade">3</attribute></box><tag label="1"/>'
    yield f'<annotations><image name="영/a">{box}</image></annotations>'.encode()
    region = {"region_attributes": {"level": "L4-5", "class": {"3": True}}}
    yield json.dumps({"a": {"filename": "a", "regions": [region], "file_attributes": {}}}).encode()
    yield b'filename,file_attributes,region_attributes\na,"{}","{""level"": ""L4-5:3""}"\n'
    answer = {"result": [{"id": "r", "from_name": "level", "value": {"choices": ["L4-5:3"]}}]}
    yield json.dumps([{"data": {"image": "/data/?d=%EC"}, "annotations": [answer]}]).encode()
