"""Labels as files: strict, bounded, in any encoding met."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_etl.errors import FileError
from hnp_etl.label_document import Leaf, Number, leaves_from_json, leaves_to_json, parse_label
from hnp_shared.vocabulary import Reason


def outcome(content: bytes) -> Reason | tuple[Leaf, ...]:
    try:
        return parse_label(content)
    except FileError as error:
        return error.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_encodings(encoding: str) -> None:
    (_, leaf) = parse_label('{"나이": "예순"}'.encode(encoding))
    assert (leaf.keys, leaf.values) == (("나이",), ("예순",))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": "\xff\xfe"}', Reason.BAD_ENCODING),
        (b"\xff\xfe\x00", Reason.BAD_ENCODING),
        (b'{"a": "\\ud800"}', Reason.BAD_ENCODING),
        (b'{"\\udfff": 1}', Reason.BAD_ENCODING),
        (b'{"a": ["x", ["\\ud800"]]}', Reason.BAD_ENCODING),
        (b"[" * 65 + b"]" * 65, Reason.TOO_DEEP),
        (b"[" * 100_000, Reason.TOO_DEEP),
        (b'{"a":' * 100_000, Reason.TOO_DEEP),
        (b"", Reason.BAD_JSON),
        (b"{", Reason.BAD_JSON),
        (b"{} x", Reason.BAD_JSON),
        (b'{"a": NaN}', Reason.BAD_JSON),
        (b'{"a": -Infinity}', Reason.BAD_JSON),
        (b"null", Reason.BAD_JSON),
        (b'"text"', Reason.BAD_JSON),
        (b"[]", Reason.BAD_JSON),
        (b"[{}, {}]", Reason.BAD_JSON),
        (b'[["a"]]', Reason.BAD_JSON),
        (b'{"a": 1, "a": 1}', Reason.DUPLICATE_KEY),
        (b'{"x": {"a": 1, "a": 2}}', Reason.DUPLICATE_KEY),
        ('{"각": 1, "\u1100\u1161\u11a8": 1}'.encode(), Reason.DUPLICATE_KEY),
    ],
)
def test_what_is_refused(content: bytes, reason: Reason) -> None:
    assert outcome(content) is reason


def test_brackets_in_text_do_not_nest() -> None:
    content = json.dumps({"note": "[{" * 500 + '\\"'}).encode()
    assert parse_label(content)[1].keys == ("note",)


def test_depth_64_is_allowed() -> None:
    assert parse_label(b'{"a":' * 64 + b"1" + b"}" * 64)[-1].values == ("1",)


@pytest.mark.parametrize("digits", ["1e999", "9" * 5000, "0.1000", "-0"])
def test_numbers_keep_the_digits_they_were_written_with(digits: str) -> None:
    (_, leaf) = parse_label(b'{"a": ' + digits.encode() + b"}")
    assert leaf.values == (digits,)
    assert isinstance(leaf.values[0], Number)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), JSON, max_size=4))
def test_any_object_is_read_or_refused_and_survives_the_state(content: object) -> None:
    found = outcome(json.dumps(content).encode())
    if isinstance(found, tuple):
        assert leaves_from_json(leaves_to_json(found)) == found
    else:
        assert found is Reason.DUPLICATE_KEY  # keys that are equal in NFC


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    found = outcome(content)
    assert isinstance(found, tuple) or found in {
        *(Reason.BAD_ENCODING, Reason.TOO_DEEP, Reason.BAD_JSON, Reason.DUPLICATE_KEY),
    }
