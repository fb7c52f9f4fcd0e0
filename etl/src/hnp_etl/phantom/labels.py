"""What the label of an image says, in the spelling of its hospital.

Every spelling is one that the built-in recipe reads, but for those in NEEDS_RECIPE.
"""

import codecs
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hnp_etl.phantom.people import ABSENT_CODE, Patient
from hnp_shared.vocabulary import LEVEL_NAMES

Json = dict[str, "Json"] | list["Json"] | str | float | None


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


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a label tells.

    Attributes:
        canal_width_mm: None on an image that is no axial slice of a disc.
        codes: by level.
        stem: of the image file.
    """

    patient: str
    age: int
    sex: str
    canal_width_mm: float | None
    codes: tuple[int, ...]
    stem: str


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
    facts = _Facts(patient.patient_number, patient.age, patient.sex, canal_mm, tuple(codes), stem)
    key = _HOSPITAL_STYLES[patient.hospital] if style is LabelStyle.DEFAULT else style
    spell, encode = _SPELLINGS[key]
    return encode(json.dumps(spell(facts), ensure_ascii=False, indent=2) + "\n")


def _plain(facts: _Facts) -> Json:
    return _with(facts, {})


def _nested(facts: _Facts) -> Json:
    width = "NA" if facts.canal_width_mm is None else f"{facts.canal_width_mm}mm"
    names = [name.replace("-", "-L") for name in LEVEL_NAMES[:-1]] + ["L5-S1"]
    return {
        "info": {
            "file_name": f"{facts.stem}.dcm",
            "PatientID": facts.patient,
            "PatientAge": f"{facts.age:03d}Y",
            "PatientSex": f"{facts.sex} ",
        },
        "annotation": {
            "Spinal_Canal_Width": width,
            "disc": _coded(names, [str(code) for code in facts.codes]),
        },
    }


def _korean(facts: _Facts) -> Json:
    return {
        "환자번호": facts.patient,
        "나이": f"{facts.age}세",
        "성별": {"F": "여", "M": "남"}[facts.sex],
        "척추관폭": "" if facts.canal_width_mm is None else str(facts.canal_width_mm),
        **_coded([name.replace("-", "/") for name in LEVEL_NAMES], facts.codes),
    }


def _listed(facts: _Facts) -> Json:
    names = [f"l{place}_l{place + 1}" for place in range(1, len(LEVEL_NAMES))] + ["L5S1"]
    return [
        {
            "filename": facts.stem,
            "pid": facts.patient,
            "Gender": {"F": "Female", "M": "Male"}[facts.sex],
            "Patient_Age": str(facts.age),
            "Canal_Width": -1 if facts.canal_width_mm is None else facts.canal_width_mm,
            "labels": _coded(names, [[code] for code in facts.codes]),
        }
    ]


def _korean_nested(facts: _Facts) -> Json:
    width = None if facts.canal_width_mm is None else f"{facts.canal_width_mm} mm"
    names = [name.replace("-", "_") for name in LEVEL_NAMES]
    return {
        "파일명": f"{facts.stem}.dcm",
        "환자": {
            "환자ID": facts.patient,
            "연령": facts.age,
            "성별": {"F": "여성", "M": "남성"}[facts.sex],
        },
        "척추관": width,
        "판독": _coded(names, facts.codes),
    }


def _texts(facts: _Facts) -> Json:
    width = "" if facts.canal_width_mm is None else str(facts.canal_width_mm)
    return {
        "Subject_ID": facts.patient,
        "Age": str(facts.age),
        "Sex": facts.sex.lower(),
        "Spinal_Cord": width,
        **_coded(LEVEL_NAMES, [str(code) for code in facts.codes]),
    }


def _twice(facts: _Facts) -> Json:
    again = _coded([name.replace("-", "_L") for name in LEVEL_NAMES[:-1]], facts.codes[:-1])
    return _with(facts, {"Gender": facts.sex, "환자번호": facts.patient, **again})


def _decades(facts: _Facts) -> Json:
    return _with(facts, {"Age": f"{facts.age // 10 * 10}대"})


def _several(facts: _Facts) -> Json:
    """Return codes as lists, a patient's with the normal one before it."""
    both: list[Json] = [[1, code] if 1 < code < ABSENT_CODE else [code] for code in facts.codes]
    return _with(facts, _coded(LEVEL_NAMES, both))


def _no_patient(facts: _Facts) -> Json:
    return {key: value for key, value in _with(facts, {}).items() if key != "Patient_ID"}


def _centimetres(facts: _Facts) -> Json:
    width = facts.canal_width_mm
    return _with(facts, {"Spinal_Canal": None if width is None else round(width / 10, 2)})


def _sex_numbers(facts: _Facts) -> Json:
    return _with(facts, {"Sex": {"M": 1, "F": 2}[facts.sex]})


def _shifted(facts: _Facts) -> Json:
    codes = [1 if code == ABSENT_CODE else code + 1 for code in facts.codes]
    return _with(facts, _coded(LEVEL_NAMES, codes))


def _letters(facts: _Facts) -> Json:
    names = [f"disc_{name.replace('-', '_L')}_grade" for name in LEVEL_NAMES]
    names[-1] = names[-1].replace("_LS", "_S")
    return {
        "pt_no": facts.patient,
        "pt_age": facts.age,
        "pt_sex": facts.sex,
        "canal_mm": facts.canal_width_mm,
        **_coded(names, [None if code == ABSENT_CODE else "-ABCDE"[code] for code in facts.codes]),
    }


def _with(facts: _Facts, changes: dict[str, Json]) -> dict[str, Json]:
    return {
        "Patient_ID": facts.patient,
        "Age": facts.age,
        "Sex": facts.sex,
        "Spinal_Canal": facts.canal_width_mm,
        **_coded(LEVEL_NAMES, facts.codes),
        **changes,
    }


def _coded(names: Sequence[str], codes: Sequence[Json]) -> dict[str, Json]:
    return dict(zip(names, codes, strict=True))


def _utf8(text: str) -> bytes:
    return text.encode()


def _utf8_marked(text: str) -> bytes:
    return codecs.BOM_UTF8 + text.encode()


def _utf16(text: str) -> bytes:
    return codecs.BOM_UTF16_LE + text.encode("utf-16-le")


def _cp949(text: str) -> bytes:
    return text.encode("cp949")


_SPELLINGS: dict[LabelStyle, tuple[Callable[[_Facts], Json], Callable[[str], bytes]]] = {
    LabelStyle.FLAT: (_plain, _utf8),
    LabelStyle.NESTED: (_nested, _utf8),
    LabelStyle.BOM: (_korean, _utf8_marked),
    LabelStyle.LIST: (_listed, _utf8),
    LabelStyle.CP949: (_korean_nested, _cp949),
    LabelStyle.TEXT: (_texts, _utf8),
    LabelStyle.UTF16: (_plain, _utf16),
    LabelStyle.TWICE: (_twice, _utf8),
    LabelStyle.DECADES: (_decades, _utf8),
    LabelStyle.SEVERAL: (_several, _utf8),
    LabelStyle.NO_PATIENT: (_no_patient, _utf8),
    LabelStyle.CENTIMETRES: (_centimetres, _utf8),
    LabelStyle.SEX_NUMBERS: (_sex_numbers, _utf8),
    LabelStyle.SHIFTED: (_shifted, _utf8),
    LabelStyle.LETTERS: (_letters, _utf8),
}
_HOSPITAL_STYLES = {
    "H01": LabelStyle.FLAT,
    "H02": LabelStyle.NESTED,
    "H03": LabelStyle.BOM,
    "H04": LabelStyle.LIST,
    "H06": LabelStyle.CP949,
}
