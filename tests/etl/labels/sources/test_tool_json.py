"""Claims about the JSON of annotation tools: outlines cost nothing, words stay as they are."""

import json

import pytest

from hnp_etl.errors import FileError
from hnp_etl.labels.document import read_json
from hnp_etl.labels.sources.tool_json import read_tool_json
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason


def test_lists_of_coordinates_are_emptied_and_nothing_else_is() -> None:
    root = {
        "points": [[1.5, -2], [3e2, 4]],
        "one": [3],
        "words": ["[1, 2]", "a\\"],
        'a "quoted" [1,2]': "[3, 4]",
    }
    found = read_tool_json(json.dumps(root).encode("utf-8-sig"), Limits())
    assert found == {**root, "points": [[], []], "one": ["3"]}


def test_a_set_of_many_images_is_no_large_label() -> None:
    content = b"[" + b",".join([b'{"image":1234}'] * 220_000) + b"]"
    with pytest.raises(FileError) as error:
        read_json(content)
    assert error.value.reason is Reason.TOO_LARGE
    found = read_tool_json(content, Limits())
    assert isinstance(found, list)
    assert len(found) == 220_000


def test_text_of_half_a_pair_is_told_not_kept() -> None:
    with pytest.raises(FileError) as error:
        read_tool_json(b'{"\\ud800": 1}', Limits())
    assert error.value.reason is Reason.BAD_ENCODING
