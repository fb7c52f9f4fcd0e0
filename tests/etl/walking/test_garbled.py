"""Claims about names garbled in unpacking: known words are found in them, other names stay."""

import unicodedata

import pytest

from hnp_etl.recipes.recipe import Layout
from hnp_etl.walking.garbled import readings
from hnp_etl.walking.paths import PathReader

IMAGES, LABELS = "1.Training/원천데이터/TS_DLD", "1.Training/라벨링데이터/TL_DLD"

WAYS = [
    ("cp949", "utf-8"),
    ("cp949", "cp437"),
    ("cp949", "cp850"),
    ("cp949", "latin-1"),
    ("cp949", "cp1252"),
    ("utf-8", "cp437"),
    ("utf-8", "latin-1"),
    ("utf-8", "cp1252"),
]
"""Encoding of a packed name, and the one it was taken for; the first leaves bytes as they were."""


def garbled(name: str, packed_in: str, taken_for: str) -> str:
    raw = name.encode(packed_in)
    if taken_for == "cp1252":  # five of its bytes stay control characters
        return "".join(
            bytes((byte,)).decode(
                "latin-1" if 0x80 <= byte <= 0x9F and not known(byte) else "cp1252"
            )
            for byte in raw
        )
    return unicodedata.normalize("NFC", raw.decode(taken_for, "surrogateescape"))


def known(byte: int) -> bool:
    return byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)


@pytest.mark.parametrize(("packed_in", "taken_for"), WAYS)
def test_known_words_are_found_in_garbled_names(packed_in: str, taken_for: str) -> None:
    reader = PathReader(Layout())
    name = garbled(IMAGES, packed_in, taken_for)
    image = reader.facts(f"set/{name}/H01/C004/a.dcm")
    label = reader.facts(f"set/{LABELS}/H01/C004/a.json")
    assert image.keys.trunk == label.keys.trunk
    assert reader.garbled == {name.split("/")[1]}
    assert reader.told_by(name.split("/")[1]) == {"side"}


def test_a_folder_of_corrections_is_known_by_its_garbled_mark() -> None:
    raw = garbled("H01_수정", "cp949", "utf-8")
    facts = PathReader(Layout()).facts(f"set/{raw}/C004/a.dcm")
    assert facts.shadows == ("set/H01/C004/a.dcm",)


def test_raw_names_pair_with_the_same_names_in_utf8() -> None:
    reader = PathReader(Layout())
    raw = garbled("H01_부산/환자", "cp949", "utf-8")
    image = reader.facts(f"set/원천데이터/{raw}/C004/영상.dcm")
    label = reader.facts("set/라벨링데이터/H01_부산/환자/C004/영상.json")
    assert image.keys.trunk == label.keys.trunk
    assert reader.garbled == set()  # they tell nothing else than they did


@pytest.mark.parametrize("name", ["AVALIAÇÃO H01", "Ärzte", "원천데이터", "영상é", "scan", "图像"])
def test_a_name_that_tells_no_more_when_read_otherwise_stays(name: str) -> None:
    reader = PathReader(Layout())
    image = reader.facts(f"set/{name}/C004/a.dcm")
    label = reader.facts(f"set/{name}/C004/a.json")
    assert image.keys == label.keys
    assert reader.garbled == set()


def test_what_reads_as_something_else_than_korean_is_no_reading() -> None:
    assert readings("naïve café") == readings("scan") == readings("\udcff\udcff") == ()
