"""The short way and the careful way through a header end in the same facts, or the same reason."""

import random
import struct

import pytest

from dicom_files import BIG_ENDIAN, DEFLATED, IMPLICIT, dicom_bytes
from etl.dicom.test_elements import before_pixels, element, facts_of, sequences
from fuzz_damage import damage_dicom
from hnp_etl.dicom.element_walk import Walker
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

PRIVATE = element(0x0009_1010, b"UN", 8, b"\xfe\xff\x00\xe0\0\0\0\0")
LONG = element(0x0029_1010, b"OB", 70_000, bytes(70_000))
ODD = struct.pack("<HHI", 0x0029, 0x1020, 4) + b"Test"
ODD += struct.pack("<HH2sH", 0x0029, 0x1021, b"??", 4) + b"Test"
TEXT = struct.pack("<HH2sH", 0x0010, 0x4000, b"LT", 6) + b"abcdef"
SEEDS = {
    "explicit": dicom_bytes(),
    "implicit": dicom_bytes(syntax=IMPLICIT),
    "big endian": dicom_bytes(syntax=BIG_ENDIAN),
    "deflated": dicom_bytes(syntax=DEFLATED),
    "defined sequences": before_pixels(sequences(3, defined=True)),
    "undefined sequences": before_pixels(sequences(3, defined=False)),
    "implicit sequences": before_pixels(
        sequences(3, defined=True, explicit=False), dicom_bytes(syntax=IMPLICIT)
    ),
    "long and private": before_pixels(TEXT + LONG + PRIVATE),
    "private without representations": before_pixels(PRIVATE + TEXT + ODD),
}


def outcome(content: bytes) -> HeaderFacts | Reason:
    try:
        return facts_of(content)
    except FileError as error:
        return error.reason


def carefully(content: bytes) -> HeaderFacts | Reason:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Walker, "_hurry", lambda _walker, _group: False)
        return outcome(content)


@pytest.mark.parametrize("name", SEEDS)
def test_a_sound_header_reads_alike_both_ways(name: str) -> None:
    found = outcome(SEEDS[name])
    assert isinstance(found, HeaderFacts)
    assert found == carefully(SEEDS[name])


@pytest.mark.parametrize("name", SEEDS)
def test_a_damaged_header_ends_alike_both_ways(name: str) -> None:
    dice = random.Random(name)
    for _ in range(400):
        content = damage_dicom(SEEDS[name], dice)
        assert outcome(content) == carefully(content)


@pytest.mark.parametrize("name", ["explicit", "implicit", "defined sequences", "long and private"])
def test_most_elements_take_the_short_way(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    careful: list[int] = []
    head = Walker._head

    def counted(walker: Walker) -> tuple[int, bytes, int]:
        careful.append(walker.position)
        return head(walker)

    monkeypatch.setattr(Walker, "_head", counted)
    facts_of(SEEDS[name])
    assert len(careful) < 12
