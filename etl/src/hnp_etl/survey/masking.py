"""What of a stranger's data may be shown on a screen, and what is only counted. Pure.

Series texts and label keys are shown with everything masked that a person could hide in: dates,
long numbers, UIDs and names written as DICOM writes them. Values are shown only when they are
small numbers, single letters or words of a closed list; a value of any other kind is counted.
"""

import re
from functools import lru_cache

from hnp_etl.recipes.grammar import plain
from hnp_etl.walking.paths import nfc

MOST_SHOWN = 64
"""Characters of a text that are shown; DICOM's limit for such texts."""

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MASKS = (
    (re.compile(r"\d+(?:\.\d+){3,}"), "<uid>"),  # "1.2.840.113"
    # "2019년 3월 4일"; "2019-03-04", "4/3/19"; "4 Mar 2019", "04-mar-19"
    (re.compile(r"\d{2,4}\s?년(?:\s?\d{1,2}\s?월)?(?:\s?\d{1,2}\s?일)?"), "<date>"),
    (re.compile(r"(?<!\d)\d{1,4}([-./])\d{1,2}\1\d{1,4}(?!\d)"), "<date>"),
    (
        re.compile(rf"(?i)\d{{1,2}}[ ./-]?(?:{_MONTHS})[a-z]*[ ./-]?\d{{2,4}}"),
        "<date>",
    ),
    (re.compile(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"), "<time>"),  # "9:05", "09:05:33"
    (re.compile(r"[^\W\d_]*(?:\^[^\W\d_]*)+"), "<name>"),  # PS3.5 6.2.1: family^given
    # a phone or a registration number, "010-1234-5678"; any five digits on, "12345 67"
    (re.compile(r"\d{3,6}[ .-]\d{3,4}[ .-]\d{4}(?!\d)|\d{5,}(?:[ .-]\d{2,})*"), "#"),
)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_HALVES = re.compile("[\ud800-\udfff]")

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
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def shown_text(text: str) -> str:
    """Return a series text as it may be shown: one line, without dates, long numbers and names."""
    plain = _HALVES.sub("?", _INVISIBLE.sub(" ", nfc(text))).strip()
    for pattern, mask in _MASKS:
        plain = pattern.sub(mask, plain)
    return plain[:MOST_SHOWN]


def shown_key(path: tuple[str, ...]) -> str:
    """Return a label key, with the keys above it, as it may be shown."""
    return ".".join(shown_text(key).replace("<date>", "#") for key in path)


def key_words(key: str) -> list[str]:
    """Return the words of a key in lower case: `PatientAge`, `patient_age` -> patient, age."""
    apart = _CAMEL.sub(" ", plain(key))
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
    pieces = _PIECE.findall(nfc(text).casefold())
    return len(text) <= MOST_SHOWN and all(
        len(piece) <= 2 if piece.isdigit() else len(piece) == 1 or piece in _CODE_WORDS
        for piece in pieces
    )
