"""What the label of an image says, in the spelling of its hospital.

Every spelling is one that the built-in recipe reads, but for those in NEEDS_RECIPE.
"""

import codecs
import json
from collections.abc import Callable
from enum import StrEnum

from hnp_etl.phantom import spellings
from hnp_etl.phantom.people import ABSENT_CODE, Patient
from hnp_etl.phantom.spellings import Json, Told


class LabelStyle(StrEnum):
    """How label files are spelt; by default each hospital has its own style."""

    DEFAULT = "default"
    FLAT = "flat"
    NESTED = "nested"
    LIST = "list"
    CP949 = "cp949"
    BOM = "bom"
    TEXT = "text"
    UTF16 = "utf16"
    TWICE = "twice"
    DECADES = "decades"
    SEVERAL = "several"
    NO_PATIENT = "no-patient"
    CENTIMETRES = "centimetres"
    SEX_NUMBERS = "sex-numbers"
    SHIFTED = "shifted"
    LETTERS = "letters"


NEEDS_RECIPE = frozenset(
    {LabelStyle.CENTIMETRES, LabelStyle.SEX_NUMBERS, LabelStyle.SHIFTED, LabelStyle.LETTERS}
)
"""Styles that mean something else than the built-in recipe takes them for."""


def label_bytes(
    patient: Patient,
    shown: tuple[int, int] | None,
    stem: str,
    style: LabelStyle = LabelStyle.DEFAULT,
) -> bytes:
    """Return the label file of an image.

    Args:
        patient: who is shown.
        shown: level, 0..4, and its code, when the image is an axial slice of a disc.
        stem: of the image file.
        style: of the file.
    """
    codes, canal_mm = [ABSENT_CODE] * len(patient.discs), None
    if shown is not None:
        codes[shown[0]] = shown[1]
        canal_mm = patient.discs[shown[0]].canal_width_mm
    facts = Told(patient.patient_number, patient.age, patient.sex, canal_mm, tuple(codes), stem)
    key = _HOSPITAL_STYLES[patient.hospital] if style is LabelStyle.DEFAULT else style
    spell, encode = _SPELLINGS[key]
    return encode(json.dumps(spell(facts), ensure_ascii=False, indent=2) + "\n")


def _utf8(text: str) -> bytes:
    return text.encode()


def _utf8_marked(text: str) -> bytes:
    return codecs.BOM_UTF8 + text.encode()


def _utf16(text: str) -> bytes:
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


def _cp949(text: str) -> bytes:
    return text.encode("cp949")


_SPELLINGS: dict[LabelStyle, tuple[Callable[[Told], Json], Callable[[str], bytes]]] = {
    LabelStyle.FLAT: (spellings.plain, _utf8),
    LabelStyle.NESTED: (spellings.nested, _utf8),
    LabelStyle.BOM: (spellings.korean, _utf8_marked),
    LabelStyle.LIST: (spellings.listed, _utf8),
    LabelStyle.CP949: (spellings.korean_nested, _cp949),
    LabelStyle.TEXT: (spellings.texts, _utf8),
    LabelStyle.UTF16: (spellings.plain, _utf16),
    LabelStyle.TWICE: (spellings.twice, _utf8),
    LabelStyle.DECADES: (spellings.decades, _utf8),
    LabelStyle.SEVERAL: (spellings.several, _utf8),
    LabelStyle.NO_PATIENT: (spellings.no_patient, _utf8),
    LabelStyle.CENTIMETRES: (spellings.centimetres, _utf8),
    LabelStyle.SEX_NUMBERS: (spellings.sex_numbers, _utf8),
    LabelStyle.SHIFTED: (spellings.shifted, _utf8),
    LabelStyle.LETTERS: (spellings.letters, _utf8),
}
_HOSPITAL_STYLES = {
    "H01": LabelStyle.FLAT,
    "H02": LabelStyle.NESTED,
    "H03": LabelStyle.BOM,
    "H04": LabelStyle.LIST,
    "H06": LabelStyle.CP949,
}
