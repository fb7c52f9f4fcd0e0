"""How labels are spelt: the same facts under the keys and in the types of other places, pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hnp_etl.phantom.people import ABSENT_CODE
from hnp_shared.vocabulary import LEVEL_NAMES

Json = dict[str, "Json"] | list["Json"] | str | float | None


@dataclass(frozen=True, slots=True)
class Told:
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


def plain(facts: Told) -> Json:
    """Return the facts as the built-in recipe spells them."""
    return _with(facts, {})


def nested(facts: Told) -> Json:
    """Return the facts in two objects, sizes with their unit."""
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


def korean(facts: Told) -> Json:
    """Return the facts under Korean keys."""
    return {
        "환자번호": facts.patient,
        "나이": f"{facts.age}세",
        "성별": {"F": "여", "M": "남"}[facts.sex],
        "척추관폭": "" if facts.canal_width_mm is None else str(facts.canal_width_mm),
        **_coded([name.replace("-", "/") for name in LEVEL_NAMES], facts.codes),
    }


def listed(facts: Told) -> Json:
    """Return the facts as a list of one object."""
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


def korean_nested(facts: Told) -> Json:
    """Return the facts in Korean objects."""
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


def texts(facts: Told) -> Json:
    """Return the facts as texts."""
    width = "" if facts.canal_width_mm is None else str(facts.canal_width_mm)
    return {
        "Subject_ID": facts.patient,
        "Age": str(facts.age),
        "Sex": facts.sex.lower(),
        "Spinal_Cord": width,
        **_coded(LEVEL_NAMES, [str(code) for code in facts.codes]),
    }


def twice(facts: Told) -> Json:
    """Return the facts with some keys in two spellings that agree."""
    again = _coded([name.replace("-", "_L") for name in LEVEL_NAMES[:-1]], facts.codes[:-1])
    return _with(facts, {"Gender": facts.sex, "환자번호": facts.patient, **again})


def decades(facts: Told) -> Json:
    """Return the facts with the age as a decade."""
    return _with(facts, {"Age": f"{facts.age // 10 * 10}대"})


def several(facts: Told) -> Json:
    """Return the facts with codes as lists."""
    both: list[Json] = [[1, code] if 1 < code < ABSENT_CODE else [code] for code in facts.codes]
    return _with(facts, _coded(LEVEL_NAMES, both))


def no_patient(facts: Told) -> Json:
    """Return the facts without a patient number."""
    return {key: value for key, value in _with(facts, {}).items() if key != "Patient_ID"}


def centimetres(facts: Told) -> Json:
    """Return the facts with the canal in cm."""
    width = facts.canal_width_mm
    return _with(facts, {"Spinal_Canal": None if width is None else round(width / 10, 2)})


def sex_numbers(facts: Told) -> Json:
    """Return the facts with the sex as a number."""
    return _with(facts, {"Sex": {"M": 1, "F": 2}[facts.sex]})


def shifted(facts: Told) -> Json:
    """Return the facts with codes that mean something else."""
    codes = [1 if code == ABSENT_CODE else code + 1 for code in facts.codes]
    return _with(facts, _coded(LEVEL_NAMES, codes))


def letters(facts: Told) -> Json:
    """Return the facts under other keys, with letters for codes and nothing for absent."""
    names = [f"disc_{name.replace('-', '_L')}_grade" for name in LEVEL_NAMES]
    names[-1] = names[-1].replace("_LS", "_S")
    return {
        "pt_no": facts.patient,
        "pt_age": facts.age,
        "pt_sex": facts.sex,
        "canal_mm": facts.canal_width_mm,
        **_coded(names, [None if code == ABSENT_CODE else "-ABCDE"[code] for code in facts.codes]),
    }


def _with(facts: Told, changes: dict[str, Json]) -> dict[str, Json]:
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
