"""A private element without a known value representation costs nothing where the next one fits."""

import struct

import pytest

from dicom_files import BIG_ENDIAN, dicom_bytes
from etl.dicom.test_elements import (
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    before_pixels,
    deflated,
    element,
    facts_of,
    mark,
    short,
)
from hnp_etl.dicom.header import read_header
from hnp_etl.dicom.odd_element import MAX_ODD_ELEMENTS
from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

TAG = 0x0029_1010
PIXELS = struct.pack("<HH", 0x7FE0, 0x0010)


def implicit(tag: int, value: bytes) -> bytes:
    return mark(tag, len(value)) + value


def long(tag: int, vr: bytes, value: bytes) -> bytes:
    return element(tag, vr, len(value), value)


def detail_of(content: bytes) -> str:
    with pytest.raises(FileError) as caught:
        facts_of(content)
    assert caught.value.reason is Reason.BAD_HEADER
    return caught.value.what


ODD = {
    "implicit": implicit(TAG, b"Test"),
    "implicit and empty": implicit(TAG, b""),
    "implicit and long": implicit(TAG, bytes(70_000)),
    "implicit and odd": implicit(TAG, b"odd"),
    "dashes": short(TAG, b"--", b"Test"),
    "question marks": short(TAG, b"??", b"Test"),
    "zeros": short(TAG, b"\0\0", b"Test"),
    "zeros and empty": short(TAG, b"\0\0", b""),
    "unknown, short": short(TAG, b"OX", b"Test"),
    "unknown, long": long(TAG, b"OX", b"Test"),
    "unknown, long and large": long(TAG, b"ZZ", bytes(70_000)),
    "small letters": short(TAG, b"lo", b"Test"),
    "a whole group": b"".join(implicit(TAG + at, b"Test") for at in range(40)),
    "two forms": implicit(TAG, b"Test") + short(TAG + 1, b"--", b"Test"),
    "a value that looks like an element": implicit(TAG, short(0x0010_0020, b"LO", b"P002")),
    "an implicit sequence": mark(TAG, UNDEFINED)
    + mark(ITEM, UNDEFINED)
    + implicit(0x0010_0020, b"P002")
    + mark(ITEM_END)
    + mark(SEQUENCE_END),
}


@pytest.mark.parametrize("name", ODD)
def test_it_changes_no_fact_but_the_offset(name: str) -> None:
    plain = facts_of(dicom_bytes())
    offset = (plain.pixel_offset or 0) + len(ODD[name])
    assert facts_of(before_pixels(ODD[name])) == plain._replace(pixel_offset=offset)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("defined", [True, False], ids=["defined", "undefined"])
def test_it_may_end_an_item(name: str, *, defined: bool) -> None:
    item = mark(ITEM, len(ODD[name]) if defined else UNDEFINED) + ODD[name]
    item += b"" if defined else mark(ITEM_END)
    sequence = element(0x0040_A730, b"SQ", len(item) if defined else UNDEFINED) + item
    sequence += b"" if defined else mark(SEQUENCE_END)
    assert facts_of(before_pixels(sequence)).pixel_length == 40 * 48 * 2


def test_it_may_lie_in_a_big_endian_data_set() -> None:
    content = dicom_bytes(syntax=BIG_ENDIAN)
    at = content.index(struct.pack(">HH", 0x7FE0, 0x0010))
    for head in (
        struct.pack(">HHI", 0x29, 0x1010, 4),
        struct.pack(">HH2sH", 0x29, 0x1010, b"--", 4),
    ):
        found = facts_of(content[:at] + head + b"Test" + content[at:])
        assert found.rows == 40
        assert found.pixel_length == 40 * 48 * 2


def test_it_may_lie_in_a_deflated_data_set() -> None:
    whole = before_pixels(ODD["implicit"])
    assert facts_of(deflated(whole[facts_of(whole).body_offset :])).rows == 40


def test_it_may_be_the_last_element_of_a_file() -> None:
    content = dicom_bytes()
    header = content[: content.index(PIXELS)]
    assert facts_of(header + ODD["implicit"]).rows == 40


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (implicit(TAG, b"Test")[:-1], "element 00291010 has no value representation"),
        (
            short(TAG, b"OX", b"Test") + b"\0",
            "element 00291010 has an unknown value representation",
        ),
        (short(0x0028_2110, b"--", b"Test"), "element 00282110 has no value representation"),
        # by one form the group 002B follows, by the other one 002D, which the former holds
        (
            short(TAG, b"\x0c\0", b"") + short(0x002D_0010, b"LO", b"abcd"),
            "element 00291010 has no value representation",
        ),
    ],
    ids=["nothing follows", "nothing follows, unknown", "not private", "two may follow"],
)
def test_where_the_next_does_not_fit_the_element_is_named(odd: bytes, told: str) -> None:
    assert detail_of(before_pixels(odd)) == told


def test_no_value_is_told() -> None:
    assert "SECRET" not in detail_of(before_pixels(implicit(0x0028_2110, b"SECRET^NAME")))


def test_a_header_of_nothing_else_is_refused_soon() -> None:
    reads = 0
    many = b"".join(implicit(TAG + at, b"Test") for at in range(MAX_ODD_ELEMENTS))
    assert facts_of(before_pixels(many)).rows == 40
    content = before_pixels(many + implicit(TAG + MAX_ODD_ELEMENTS, b"Test"))

    def read_at(start: int, count: int) -> bytes:
        nonlocal reads
        reads += 1
        return content[start : start + count]

    assert "no value representation" in detail_of(content)
    with pytest.raises(FileError):
        read_header(read_at, len(content))
    assert reads < 100


@pytest.mark.parametrize("vr", [b"UT", b"UN", b"LO"])
def test_a_spacing_is_read_in_any_text_form(vr: bytes) -> None:
    content = dicom_bytes()
    at = content.index(struct.pack("<HH2s", 0x0028, 0x0030, b"DS"))
    (length,) = struct.unpack_from("<H", content, at + 6)
    value = content[at + 8 : at + 8 + length]
    written = short(0x0028_0030, vr, value) if vr == b"LO" else long(0x0028_0030, vr, value)
    found = facts_of(content[:at] + written + content[at + 8 + length :])
    assert (found.row_mm, found.column_mm) == (0.5, 0.5)
