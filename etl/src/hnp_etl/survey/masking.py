"""What of a stranger's data may be shown on a screen, and what is only counted. Pure.

Series texts, label keys and places are shown word by word, known ones only (`legible`). Values are
shown only when they are small numbers, single letters or words of a closed list; a value of any
other kind is counted.
"""

import re
from functools import lru_cache

from hnp_etl.descriptions.legible import MOST_READ, MOST_SHOWN, NUMBER, is_legible, shown_word
from hnp_etl.recipes.grammar import plain
from hnp_etl.walking.paths import nfc

_PERSONAL = """id ids no num number uid key code name patient subject person pt pid birth dob date
    time day file filename path image img series study accession address addr phone tel mail email
    doctor dr physician reader user annotator reviewer labeler worker operator author inspector
    referrer institution hospital department comment comments note notes memo remark text
    description initials serial chart mrn ssn rrn"""
_PERSONAL_HANGUL = """환자 이름 성명 생년 생일 날짜 일자 일시 파일 의사 판독의 번호 주소 전화
    병원 기관 작업자 검수 등록 담당 메모 소견 비고 주민"""
_CODED = """normal abnormal mild moderate severe none absent present negative positive patient
    control yes no true false unknown bulging bulge protrusion protruded extrusion extruded
    sequestration sequestrated herniation herniated hnp stenosis degeneration left right central
    bilateral both grade stage level type minimal marked low medium high not applicable visible
    f m female male
    정상 비정상 이상 환자 없음 있음 해당없음 경증 중등증 중증 경도 중등도 고도 팽윤 돌출 탈출 격리
    좌측 우측 양측 중앙 여 남 여성 남성 여자 남자 i ii iii iv v na"""
_IDENTIFYING = frozenset(_PERSONAL.split())
_CODE_WORDS = frozenset(_CODED.split())
# "patient" and "12" of "patient12"; between "P" and "I" of "patientId".
_PIECE = re.compile(r"[^\W\d_]+|\d+")
_FEW_ALIKE = 1
"""Single letters in a value, or numbers of two digits: more spell a name, or a phone."""

_NUMBERED = re.compile(r"(?i)[a-z]{0,2}\d{1,3}|[a-z]")  # "H01", "C004", "B"
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def shown_key(path: tuple[str, ...]) -> str:
    """Return a label key, with the keys above it, as it may be shown."""
    return ".".join(shown_word(key).replace("<date>", NUMBER) for key in path)


def shown_place(name: str) -> str:
    """Return what a path tells of a hospital, procedure or partition, as it may be shown.

    >>> [shown_place(name) for name in ("H01", "C004", "site 3", "서울병원")]
    ['H01', 'C004', 'site 3', '<text>']
    """
    return name if _NUMBERED.fullmatch(name) else shown_word(name)


def is_shown_whole(alias: str) -> bool:
    """Tell whether an alias may stand in a recipe that is drafted: nothing of it is masked."""
    return all(map(is_legible, alias.split(".")))


def key_words(key: str) -> list[str]:
    """Return the words of a key in lower case: `PatientAge`, `patient_age` -> patient, age."""
    apart = _CAMEL.sub(" ", plain(key[:MOST_READ]))
    return [piece.casefold() for piece in _PIECE.findall(apart.replace("_", " "))]


def looks_identifying(key: str) -> bool:
    """Tell whether the values of a key may name a person, a place or a day."""
    words = key_words(key)
    return bool(_IDENTIFYING & set(words)) or any(
        hangul in word for word in words for hangul in _PERSONAL_HANGUL.split()
    )


@lru_cache(maxsize=4096)
def harmless_value(text: str) -> bool:
    """Tell whether a value can be shown: small numbers, a letter, words of a closed list."""
    if len(text) > MOST_SHOWN:
        return False
    pieces = _PIECE.findall(nfc(text).casefold())
    letters = [piece for piece in pieces if len(piece) == 1 and not piece.isdigit()]
    numbers = [piece for piece in pieces if len(piece) == len("12") and piece.isdigit()]
    return max(len(letters), len(numbers)) <= _FEW_ALIKE and all(
        len(piece) <= len("12") if piece.isdigit() else piece in _CODE_WORDS
        for piece in pieces
        if piece not in letters
    )
