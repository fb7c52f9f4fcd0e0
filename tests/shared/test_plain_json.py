"""JSON from outside is bounded: it can be walked, written and handed to the system."""

import pytest

from hnp_shared.plain_json import MOST_DEPTH, MOST_VALUES, plain_json


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 900 + b"]" * 900,
        b'{"a":' * (MOST_DEPTH + 1) + b"1" + b"}" * (MOST_DEPTH + 1),
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"1e999",
        b"9" * 5000,
        b'"a\\u0000b"',
        b'{"a\\u0000b": 1}',
        b'"\\ud800"',
        b'"' + b"x" * 5000 + b'"',
        b"[" + b"[]," * MOST_VALUES + b"1]",
        b"",
        b"\0",
    ],
    ids=lambda content: str(content[:12]),
)
def test_what_no_reader_of_ours_could_bear_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        plain_json(content)


def test_other_json_is_read_as_it_is() -> None:
    assert plain_json('{"한글": [1, 2.5, null, true, "a\\nb"]}') == {
        "한글": [1, 2.5, None, True, "a\nb"]
    }
