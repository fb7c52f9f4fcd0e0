"""The JSON of annotation tools: as strict and bounded as a label, but for outlines. Pure."""

import re

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Json, encoding_of, read_json
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

# A string, which stays, whatever it holds, or a list of two numbers or more: "[12.5, 3e2]".
_POINTS = re.compile(
    r'("[^"\\]*+(?:\\.[^"\\]*+)*+"?)|\[[\s\d.eE+\-]*+,[\s\d.,eE+\-]*+\]', re.DOTALL
)

_LETTERS_A_VALUE = 6
"""Of a large export: numbers of images and categories, not words, are most of what is left."""


def read_tool_json(content: bytes, limits: Limits) -> Json:
    """Return what a JSON export holds; lists of coordinates are emptied before they are counted.

    Outlines are most of such a file, and no word of a label.

    Raises:
        FileError: BAD_ENCODING, TOO_DEEP, BAD_JSON, DUPLICATE_KEY or TOO_LARGE.
    """
    text = content.decode(encoding_of(content))
    emptied = _POINTS.sub(lambda found: found[1] or "[]", text).encode()
    return read_json(emptied, limits.depth, _LETTERS_A_VALUE)


def refusal(found: Json, expected: str) -> FileError:
    """Return that a file is no such export, with the kind of its root; never a key of it."""
    kind = "an object" if isinstance(found, dict) else "a list"
    what = kind if isinstance(found, (dict, list)) else "a single value"
    return FileError(Reason.BAD_JSON, f"found {what} of another form, expected {expected}")
