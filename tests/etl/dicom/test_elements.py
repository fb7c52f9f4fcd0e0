"""Claims about walking a hostile file: the same facts or a reason, at little cost."""

import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicom_files import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, UNCOMPRESSED, dicom_bytes
from hnp_etl.dicom.header import HeaderFacts, read_header
from hnp_etl.errors import FileError
from hnp_etl.limits import MAX_HEADER_BYTES
from hnp_shared.vocabulary import Reason

UNDEFINED = 0xFFFF_FFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFE_E000, 0xFFFE_E00D, 0xFFFE_E0DD
PIXELS = struct.pack("<HH", 0x7FE0, 0x0010)


def facts_of(content: bytes, size: int | None = None) -> HeaderFacts:
    size = len(content) if size is None else size
    return read_header(lambda start, count: content[start : start + count], size)


def reason_of(content: bytes, size: int | None = None) -> Reason | None:
    try:
        facts_of(content, size)
    except FileError as error:
        return error.reason
    return None


def before_pixels(extra: bytes, content: bytes | None = None) -> bytes:
    content = dicom_bytes() if content is None else content
    at = content.index(PIXELS)
    return content[:at] + extra + content[at:]


def mark(tag: int, length: int = 0) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, length)


def element(tag: int, vr: bytes, length: int, value: bytes = b"") -> bytes:
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length) + value


def sequences(depth: int, *, defined: bool, explicit: bool = True) -> bytes:
    content = b""
    for _ in range(depth):
        item_length = len(content) if defined else UNDEFINED
        item = mark(ITEM, item_length) + content + (b"" if defined else mark(ITEM_END))
        length = len(item) if defined else UNDEFINED
        head = element(0x0040_A730, b"SQ", length) if explicit else mark(0x0040_A730, length)
        content = head + item + (b"" if defined else mark(SEQUENCE_END))
    return content


@pytest.mark.parametrize("defined", [True, False], ids=["defined", "undefined"])
@pytest.mark.parametrize("explicit", [True, False], ids=["explicit", "implicit"])
@pytest.mark.parametrize(
    ("depth", "reason"),
    [(1, None), (64, None), (65, Reason.TOO_DEEP), (199, Reason.TOO_DEEP), (5000, Reason.TOO_DEEP)],
)
def test_sequences_nest_up_to_64_deep(
    depth: int, reason: Reason | None, *, explicit: bool, defined: bool
) -> None:
    content = dicom_bytes(syntax=EXPLICIT if explicit else IMPLICIT)
    nested = sequences(depth, defined=defined, explicit=explicit)
    assert reason_of(before_pixels(nested, content)) == reason


@pytest.mark.parametrize("defined", [True, False], ids=["defined", "undefined"])
def test_a_sequence_changes_no_fact_but_the_offset(*, defined: bool) -> None:
    plain = facts_of(dicom_bytes())
    nested = sequences(3, defined=defined)
    found = facts_of(before_pixels(nested))
    assert found.pixel_offset == (plain.pixel_offset or 0) + len(nested)
    assert found.rows == plain.rows


def test_a_sequence_of_unknown_vr_is_implicit_inside() -> None:
    inside = mark(ITEM, UNDEFINED) + mark(0x0010_0020, 4) + b"ABCD" + mark(ITEM_END)
    extra = element(0x0021_1001, b"UN", UNDEFINED) + inside + mark(SEQUENCE_END)
    assert facts_of(before_pixels(extra)).pixel_length == 40 * 48 * 2


def test_the_compressed_pixels_of_an_icon_are_skipped() -> None:
    fragments = mark(ITEM) + mark(ITEM, 6) + b"\xff\xd8\xff\xfe\x00\xe0" + mark(SEQUENCE_END)
    icon = element(0x7FE0_0010, b"OB", UNDEFINED) + fragments
    item = mark(ITEM, UNDEFINED) + icon + mark(ITEM_END)
    extra = element(0x0088_0200, b"SQ", UNDEFINED) + item + mark(SEQUENCE_END)
    plain = facts_of(dicom_bytes())
    assert facts_of(before_pixels(extra)).pixel_offset == (plain.pixel_offset or 0) + len(extra)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_private_bytes_that_look_like_an_item_are_left_alone(syntax: str) -> None:
    value = mark(ITEM, UNDEFINED) + b"\xff" * 24
    head = element(0x0019_1001, b"UN", 32) if syntax == EXPLICIT else mark(0x0019_1001, 32)
    content = before_pixels(head + value, dicom_bytes(syntax=syntax))
    assert facts_of(content).pixel_length == 40 * 48 * 2


@pytest.mark.parametrize("syntax", UNCOMPRESSED)
def test_a_file_cut_anywhere_tells_the_same_or_gives_a_reason(syntax: str) -> None:
    nested = sequences(2, defined=False, explicit=False)
    extra = element(0x0021_1001, b"UN", UNDEFINED) + nested + mark(SEQUENCE_END)
    content = dicom_bytes(syntax=syntax)
    content = before_pixels(extra, content) if syntax == EXPLICIT else content
    whole = facts_of(content)
    for size in range(min(len(content), 1500)):
        reason: Reason | None = None
        try:
            found = facts_of(content[:size])
        except FileError as error:
            reason = error.reason
        else:
            assert found.syntax in (whole.syntax, None)
            for name in ("rows", "columns", "slope", "patient_id", "image_type", "pixel_offset"):
                # what was not reached is absent, and nothing is half read
                absent = (None, (), 1.0)
                assert getattr(found, name) in (getattr(whole, name), *absent)
        assert reason in (None, Reason.NOT_DICOM, Reason.BAD_HEADER)
        assert (reason is Reason.NOT_DICOM) == (size < 132)


def test_a_file_that_shrinks_while_it_is_read_is_a_bad_header() -> None:
    content = dicom_bytes()
    end = content.index(PIXELS) - 3
    assert reason_of(content[:end], size=len(content)) is Reason.BAD_HEADER


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (element(0x0040_0001, b"OB", 10**6), Reason.BAD_HEADER),
        (element(0x0040_0001, b"SQ", 10**6), Reason.BAD_HEADER),
        (element(0x0040_0001, b"OB", UNDEFINED - 1), Reason.BAD_HEADER),
        (element(0x0040_0001, b"??", 0), Reason.BAD_HEADER),
        (element(0x0040_0001, b"OB", UNDEFINED) + b"junkjunk", Reason.BAD_HEADER),
        (element(0x0040_0001, b"OB", UNDEFINED) + mark(ITEM, UNDEFINED - 1), Reason.BAD_HEADER),
        (element(0x0040_0001, b"SQ", UNDEFINED), Reason.BAD_HEADER),
        (mark(ITEM_END), Reason.BAD_HEADER),
        (mark(SEQUENCE_END), Reason.BAD_HEADER),
        (mark(ITEM), Reason.BAD_HEADER),
        (element(0x0028_3002, b"OB", 0), None),
    ],
)
def test_impossible_elements_are_a_bad_header(extra: bytes, reason: Reason | None) -> None:
    assert reason_of(before_pixels(extra)) is reason


def short(tag: int, vr: bytes, value: bytes) -> bytes:
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value


@pytest.mark.parametrize(
    ("again", "reason"), [(b"P001", None), (b"P002", Reason.BAD_HEADER), (b"", Reason.BAD_HEADER)]
)
def test_a_value_given_twice_must_be_the_same(again: bytes, reason: Reason | None) -> None:
    assert reason_of(before_pixels(short(0x0010_0020, b"LO", again))) is reason


@pytest.mark.parametrize(
    ("inside", "item_length", "reason"),
    [
        (short(0x0008_0050, b"SH", b"AB"), 10, None),
        (short(0x0008_0050, b"SH", b"AB"), 8, Reason.BAD_HEADER),
        (short(0x0008_0050, b"SH", b"AB") + mark(SEQUENCE_END), 18, None),
        (short(0x0008_0050, b"SH", b"AB") + mark(SEQUENCE_END), UNDEFINED, Reason.BAD_HEADER),
    ],
    ids=["whole", "overrun", "superfluous delimiter", "delimiter of something else"],
)
def test_an_item_ends_where_it_says(inside: bytes, item_length: int, reason: Reason | None) -> None:
    item = mark(ITEM, item_length) + inside
    assert reason_of(before_pixels(element(0x0040_A730, b"SQ", len(item)) + item)) is reason


def test_elements_in_a_sequence_stay_there_despite_a_delimiter() -> None:
    other = short(0x0018_1030, b"LO", b"other ")
    item = mark(ITEM, 8 + len(other)) + mark(ITEM_END) + other
    found = facts_of(before_pixels(element(0x0040_A730, b"SQ", len(item)) + item))
    assert found.protocol_text == ""


@pytest.mark.parametrize("vr", [b"LO", b"US"])
def test_pixel_data_are_bytes_or_words(vr: bytes) -> None:
    assert reason_of(before_pixels(short(0x7FE0_0010, vr, b"AB"))) is Reason.BAD_HEADER


def test_a_wanted_value_has_a_bounded_length() -> None:
    head = struct.pack("<HH2sHI", 0x0010, 0x0020, b"UT", 0, 2**16 + 2)
    content = dicom_bytes(PatientID=None)
    at = content.index(struct.pack("<HH", 0x0018, 0x0015))
    changed = content[:at] + head + b"x" * (2**16 + 2) + content[at:]
    assert reason_of(changed) is Reason.BAD_HEADER


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.NOT_DICOM),
        (b"DICM", Reason.NOT_DICOM),
        (b"\0" * 128 + b"DICX" + b"\0" * 100, Reason.NOT_DICOM),
        (dicom_bytes()[132:], Reason.NOT_DICOM),
        (b"\xff" * 128 + dicom_bytes()[128:], None),
        (b"\0" * 128 + b"DICM", None),
    ],
    ids=["empty", "prefix only", "other prefix", "no preamble", "any preamble", "no elements"],
)
def test_dicom_is_told_by_preamble_and_prefix(content: bytes, reason: Reason | None) -> None:
    assert reason_of(content) is reason


def test_a_file_without_a_syntax_or_elements_tells_nothing() -> None:
    facts = facts_of(b"\0" * 128 + b"DICM")
    assert (facts.syntax, facts.rows, facts.pixel_offset) == (None, None, None)


def test_pixels_may_begin_within_the_bound_only() -> None:
    content = dicom_bytes()
    at = content.index(PIXELS)
    length = MAX_HEADER_BYTES  # a private element that would be skipped
    head = content[:at] + element(0x0077_1001, b"OB", length)

    def read_at(start: int, count: int) -> bytes:
        return head[start : start + count].ljust(count, b"\0")

    with pytest.raises(FileError) as caught:
        read_header(read_at, len(head) + length + 100)
    assert caught.value.reason is Reason.BAD_HEADER


def deflated(body: bytes, level: int = 9) -> bytes:
    stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    plain = dicom_bytes(syntax=DEFLATED)
    meta = plain[: facts_of(plain).body_offset]
    return meta + stream.compress(body) + stream.flush()


def test_a_deflate_bomb_is_refused_and_costs_no_more_than_the_bound() -> None:
    bomb = deflated(b"\0" * (MAX_HEADER_BYTES + 10**6))
    assert len(bomb) < 100_000
    tracemalloc.start()
    reason = reason_of(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reason is Reason.BAD_HEADER
    assert peak < 2.5 * MAX_HEADER_BYTES


def test_damaged_deflate_is_a_bad_header() -> None:
    content = dicom_bytes(syntax=DEFLATED)
    start = facts_of(content).body_offset
    assert reason_of(content[:start] + b"\xff" * 50) is Reason.BAD_HEADER


@pytest.mark.parametrize("length", [256, 512, 65536])
def test_deflate_may_store_blocks_of_any_length(length: int) -> None:
    """A stored block of such a length begins with the bytes of a group below 0002."""
    whole = dicom_bytes()
    body = whole[facts_of(whole).body_offset :]
    body = body.ljust(-(-len(body) // length) * length, b"\0") if length < 65536 else body
    blocks = [body[start : start + length] for start in range(0, len(body), length)]
    stored = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block
        for block in blocks
    )
    plain = dicom_bytes(syntax=DEFLATED)
    found = facts_of(plain[: facts_of(plain).body_offset] + stored)
    assert (found.rows, found.columns) == (40, 48)
    assert found.pixel_length == 40 * 48 * 2


def test_a_syntax_that_says_one_thing_and_holds_the_other_is_read() -> None:
    said, meant = dicom_bytes(syntax=IMPLICIT), dicom_bytes(syntax=EXPLICIT)
    meta, body = said[: facts_of(said).body_offset], meant[facts_of(meant).body_offset :]
    assert facts_of(meta + body).rows == 40


@settings(derandomize=True, deadline=None, max_examples=400, database=None)
@given(
    st.sampled_from([EXPLICIT, IMPLICIT, BIG_ENDIAN]),
    st.lists(st.tuples(st.integers(132, 900), st.binary(min_size=1, max_size=6)), max_size=4),
)
def test_any_damage_ends_in_facts_or_a_reason(
    syntax: str, damages: list[tuple[int, bytes]]
) -> None:
    content = bytearray(dicom_bytes(syntax=syntax))
    for at, damage in damages:
        content[at : at + len(damage)] = damage
    assert reason_of(bytes(content)) in (None, Reason.BAD_HEADER, Reason.TOO_DEEP)
