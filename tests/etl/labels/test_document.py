"""Claims about reading a label's JSON: strict, bounded, and numbers as they were written."""

import codecs
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_etl.errors import FileError
from hnp_etl.labels.document import (
    Leaf,
    Number,
    Scalar,
    leaves_from_json,
    leaves_to_json,
    parse_label,
)
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import Reason

MODEST = settings(derandomize=True, deadline=None, max_examples=150, database=None)


def reason_of(content: bytes) -> Reason | None:
    try:
        parse_label(content)
    except FileError as error:
        return error.reason
    return None


def values(content: bytes) -> dict[tuple[str, ...], tuple[Scalar, ...]]:
    return {leaf.keys: leaf.values for leaf in parse_label(content) if leaf.readable and leaf.keys}


def test_values_come_with_the_keys_that_lead_to_them() -> None:
    content = b'{"a": 1, "b": {"c": "x", "d": [1, "2"]}, "e": null, "f": true}'
    assert values(content) == {
        ("a",): ("1",),
        ("b", "c"): ("x",),
        ("b", "d"): ("1", "2"),
        ("e",): (None,),
        ("f",): (True,),
    }


def test_nan_as_python_writes_a_missing_value_is_null() -> None:
    assert values(b'{"a": NaN, "b": [3, NaN]}') == {("a",): (None,), ("b",): ("3", None)}


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'{"a": Infinity}', "Infinity is no JSON number"),
        (b'{"a": -Infinity}', "-Infinity is no JSON number"),
        (b'{"a": 1,\n "b" 2}', "no valid JSON, line 2, column 6: Expecting ':' delimiter"),
        (b"// labels\n{}", "no valid JSON, line 1, column 1: Expecting value"),
        (b"[{}, {}]", "found a list of length 2, expected an object or a list of one object"),
        (b"null", "found a single value, expected an object or a list of one object"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(content: bytes, detail: str) -> None:
    with pytest.raises(FileError) as caught:
        parse_label(content)
    assert (caught.value.reason, caught.value.what) == (Reason.BAD_JSON, detail)


def test_numbers_keep_the_digits_they_were_written_with() -> None:
    for written in ["1.50", "1e3", "-0", "12345678901234567890", "0.1000"]:
        ((value,),) = values(f'{{"a": {written}}}'.encode()).values()
        assert value == written
        assert isinstance(value, Number)


def test_a_list_of_one_object_is_that_object() -> None:
    assert values(b'[{"a": 1}]') == values(b'{"a": 1}')


def test_objects_and_lists_that_hold_objects_are_places_not_values() -> None:
    leaves = {leaf.keys: leaf.readable for leaf in parse_label(b'{"a": {"b": 1}, "c": [{"d": 2}]}')}
    assert leaves == {
        (): False,
        ("a",): False,
        ("a", "b"): True,
        ("c",): False,
        ("c", "d"): True,
    }


def test_objects_in_a_list_are_all_read() -> None:
    found = [
        leaf for leaf in parse_label(b'{"c": [{"d": 1}, {"d": 2}]}') if leaf.keys == ("c", "d")
    ]
    assert [leaf.values for leaf in found] == [("1",), ("2",)]


@pytest.mark.parametrize(
    "content",
    [
        "나이".join(['{"', '": 3}']).encode(),
        codecs.BOM_UTF8 + '{"나이": 3}'.encode(),
        '{"나이": 3}'.encode("utf-16"),
        codecs.BOM_UTF16_BE + '{"나이": 3}'.encode("utf-16-be"),
        '{"나이": 3}'.encode("cp949"),
        '{"\u1102\u1161\u110b\u1175": 3}'.encode(),
        b'{"\\ub098\\uc774": 3}',
    ],
    ids=["utf-8", "utf-8 bom", "utf-16 le", "utf-16 be", "cp949", "nfd", "escaped"],
)
def test_encodings_that_occur_are_read(content: bytes) -> None:
    assert values(content) == {("나이",): ("3",)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": "\xff\xff"}', Reason.BAD_ENCODING),
        (codecs.BOM_UTF16_LE + b"{\0}", Reason.BAD_ENCODING),
        (b'{"a": "\\ud800"}', Reason.BAD_ENCODING),
        (b'{"a": ["\\ud800"]}', Reason.BAD_ENCODING),
        (b'{"a": {"b": [1, [2, "\\udfff"]]}}', Reason.BAD_ENCODING),
        (b'{"\\udc80": 1}', Reason.BAD_ENCODING),
        (b"", Reason.BAD_JSON),
        (b"  \n", Reason.BAD_JSON),
        (b"{", Reason.BAD_JSON),
        (b'{"a": 1} x', Reason.BAD_JSON),
        (b"{'a': 1}", Reason.BAD_JSON),
        (b'{"a": 01}', Reason.BAD_JSON),
        (b'{"a": Infinity}', Reason.BAD_JSON),
        (b'{"a": -Infinity}', Reason.BAD_JSON),
        (b'{"a": "\n"}', Reason.BAD_JSON),
        (b"\0{}", Reason.BAD_JSON),
        (b"[]", Reason.BAD_JSON),
        (b'[{"a": 1}, {"a": 2}]', Reason.BAD_JSON),
        (b"[1]", Reason.BAD_JSON),
        (b'[["a"]]', Reason.BAD_JSON),
        (b'"a"', Reason.BAD_JSON),
        (b"null", Reason.BAD_JSON),
        (b'{"a": 1, "a": 1}', Reason.DUPLICATE_KEY),
        (b'{"a": 1, "\\u0061": 2}', Reason.DUPLICATE_KEY),
        ('{"각": 1, "\u1100\u1161\u11a8": 2}'.encode(), Reason.DUPLICATE_KEY),
        (b'{"x": {"a": 1, "a": 2}}', Reason.DUPLICATE_KEY),
        (b'{"x": {"a": 1}, "y": {"a": 2}}', None),
        (b'{"a": 1, "A": 2}', None),
        (b'{"a": "\\ud83d\\ude00"}', None),
        (b'{"a": "\\u0000"}', None),
        (b"{}", None),
    ],
)
def test_what_is_no_label_is_refused_by_its_reason(content: bytes, reason: Reason | None) -> None:
    assert reason_of(content) == reason


@pytest.mark.parametrize(
    "written", ["9" * 5000, "-" + "9" * 5000, "0." + "9" * 5000, "1e999", "-1e999", "1e-99999"]
)
def test_no_number_is_too_long_or_too_large_to_be_read(written: str) -> None:
    assert values(f'{{"a": {written}}}'.encode()) == {("a",): (written,)}


def nested(depth: int, opening: str, closing: str) -> bytes:
    return (opening * depth + "1" + closing * depth).encode()


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ('{"a":[', "]}")])
def test_64_levels_are_read_and_65_are_too_deep(opening: str, closing: str) -> None:
    levels = 1 if closing == "}" else 2
    assert reason_of(nested(64 // levels, opening, closing)) is None
    assert reason_of(nested(64 // levels + 1, opening, closing)) is Reason.TOO_DEEP


def test_a_million_levels_are_too_deep_closed_or_not() -> None:
    assert reason_of(b"[" * 10**6) is Reason.TOO_DEEP
    assert reason_of(nested(10**5, "[", "]")) is Reason.TOO_DEEP


def test_brackets_in_texts_and_side_by_side_are_not_depth() -> None:
    assert reason_of(b'{"a": "' + b"[{" * 500 + b'"}') is None
    assert reason_of(b'{"a": "\\"' + b"[" * 500 + b'"}') is None
    assert reason_of(b'{"a": [' + b"[]," * 500 + b"[]]}") is None


@pytest.mark.parametrize("end", [b"", b"\\", b'"', b'"}'])
def test_a_text_of_quotes_costs_linear_time(end: bytes) -> None:
    content = b'{"a":"' + b"[" * 65 + b'\\"' * 200_000 + end
    started = time.perf_counter()
    assert reason_of(content) in (Reason.BAD_JSON, None)
    assert time.perf_counter() - started < 2  # a quadratic scan takes minutes


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=10,
)


@MODEST
@given(st.dictionaries(st.sampled_from("abcd"), json_values, max_size=4))
def test_leaves_come_back_from_the_state_as_they_were(label: dict[str, object]) -> None:
    leaves = parse_label(json.dumps(label).encode())
    again = leaves_from_json(leaves_to_json(leaves))
    assert again == leaves
    assert types(again) == types(leaves)


def types(leaves: tuple[Leaf, ...]) -> list[list[type]]:
    return [[type(value) for value in leaf.values] for leaf in leaves]


@MODEST
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), json_values, max_size=4))
def test_any_object_is_read_unless_two_keys_are_one(label: dict[str, object]) -> None:
    same = len({nfc(key) for key in label}) < len(label)
    assert reason_of(json.dumps(label).encode()) is (Reason.DUPLICATE_KEY if same else None)


@MODEST
@given(st.binary(max_size=40) | st.text(st.sampled_from('{}[]":,\\ud8e1 ')).map(str.encode))
def test_any_bytes_give_leaves_or_a_reason(content: bytes) -> None:
    assert reason_of(content) in {
        *(None, Reason.BAD_ENCODING, Reason.BAD_JSON, Reason.DUPLICATE_KEY, Reason.TOO_DEEP),
    }


def test_errors_never_show_a_value() -> None:
    for content in (b'{"id": "SECRET', b'{"SECRET": 1, "SECRET": 2}', b'{"a": "SECRET\\ud800"}'):
        with pytest.raises(FileError) as caught:
            parse_label(content)
        assert "SECRET" not in str(caught.value)
