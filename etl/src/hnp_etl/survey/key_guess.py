"""Which field of a recipe a label key may be: guesses by its words, for a person to check. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from hnp_etl.recipes.grammar import bare, bare_path
from hnp_etl.recipes.label_table import Label
from hnp_etl.survey.masking import key_words
from hnp_shared.vocabulary import LEVEL_NAMES

_PERSON = frozenset(["patient", "subject", "person", "pt", "pat", "subj", "case", "환자", "대상자"])
_NUMBER = frozenset(["id", "no", "num", "number", "key", "code", "nr"])
_WHOLE = "환자번호 환자id 대상자번호 대상자id 피험자번호 등록번호 차트번호 mrn pid ptid"
_WHOLE_PATIENT = frozenset(_WHOLE.split())
_CANAL_WORDS = frozenset(["canal", "cord", "sac", "dural"])
_CANAL_HANGUL = ("척추관", "척수", "경막")
_AGE_WORDS, _SEX_WORDS = frozenset(["age", "나이", "연령"]), frozenset(["sex", "gender", "성별"])
_FILE_WORDS = frozenset(["file", "filename", "image", "img", "dicom", "dcm", "filepath"])
_FILE_HANGUL = frozenset(["파일명", "파일이름", "이미지명", "영상명", "파일"])

# "l4 5", "l 4 l 5", "l45"; "l5 s1", "5 s", of keys whose words are told apart by a blank.
_LEVEL = re.compile(r"(?:^| )(?:l )?([1-5]) ?(?:l )?([1-5])(?= |$)|(?:^| )(?:l )?5 s(?: 1)?(?= |$)")
_LUMBAR_LETTERS, _OTHER_LETTERS = frozenset("ls"), frozenset(["t", "th", "c", "d"])


@dataclass(frozen=True, slots=True)
class Guess:
    """What a key may be.

    Attributes:
        field: a label field or the name of a level.
        alias: the spelling for the recipe.
        rank: 0 for a spelling that the recipe knew, then the less the more it is a guess.
    """

    field: str
    alias: str
    rank: int

    @property
    def is_level(self) -> bool:
        """Whether it is the code of a disc."""
        return self.field in LEVEL_NAMES


class KeyGuesser:
    """Guesses keys, known spellings of a recipe first."""

    def __init__(self, known: Label) -> None:
        rows: list[tuple[str, tuple[str, ...]]] = [*known.fields.items(), *known.levels.items()]
        self._known = {bare_path(alias): field for field, aliases in rows for alias in aliases}
        self.guess = lru_cache(maxsize=4096)(self._guess)

    def _guess(self, path: tuple[str, ...]) -> Guess | None:
        """Return what the last key of a path may be, None when nothing suggests itself."""
        if not path or any("." in key for key in path):
            return None  # a point would be read as a path
        last = path[-1]
        if bare(last) in _NUMBER:
            return self._generic(path)
        known = self._known.get((bare(last),)) or self._known.get(tuple(map(bare, path)))
        if known:
            return Guess(known, last, 0)
        return _by_words(last)

    def _generic(self, path: tuple[str, ...]) -> Guess | None:
        """Return a guess for a key such as `id`, which only its parent explains."""
        if len(path) == 1:
            known = self._known.get((bare(path[0]),))
            return Guess(known, path[0], 3) if known else None
        if _PERSON & set(key_words(path[-2])):
            return Guess("patient", ".".join(path), 1)
        return None


def _by_words(key: str) -> Guess | None:
    words, whole = set(key_words(key)), bare(key)
    if level := _level_of(key):
        return Guess(level[0], key, 1 + bool(level[1]))
    tests = (
        ("age", bool(words & _AGE_WORDS)),
        ("sex", bool(words & _SEX_WORDS)),
        ("sop_instance_uid", {"sop", "uid"} <= words or "sopinstanceuid" in whole),
        ("canal_width_mm", _is_canal(words)),
        ("patient", whole in _WHOLE_PATIENT or bool(words & _PERSON and words & _NUMBER)),
        ("file", bool(words & _FILE_HANGUL) or bool(words & _FILE_WORDS and "name" in words)),
    )
    field = next((name for name, holds in tests if holds), None)
    return Guess(field, key, 1) if field else None


def _is_canal(words: set[str]) -> bool:
    return bool(words & _CANAL_WORDS) or any(
        word.startswith(hangul) for word in words for hangul in _CANAL_HANGUL
    )


def level_named(text: str) -> str | None:
    """Return the level that a text names, None when it names none."""
    found = _level_of(text)
    return found[0] if found else None


def _level_of(key: str) -> tuple[str, str] | None:
    """Return the level a key names, and what else it says: `disc_L4_5` -> L4-5, disc."""
    words = key_words(key)
    plain = " ".join(words)
    if not _LUMBAR_LETTERS & set(words) and any(word.isalpha() for word in words):
        return None  # `grade_12` names no discs, `4-5` may
    if _OTHER_LETTERS & set(words):
        return None  # T12-L1
    for match in _LEVEL.finditer(plain):
        upper, lower = (int(match[1]), int(match[2])) if match[1] else (5, 1)
        rest = (plain[: match.start()] + plain[match.end() :]).strip()
        if lower == upper + 1 or (upper, lower) == (5, 1):
            return LEVEL_NAMES[upper - 1], rest
    return None
