"""What may be shown of a text that a stranger wrote: words of a known grammar, the rest `<text>`.

A list of what names a person can never be whole; a list of what a protocol's name is made of can.
Pure, and linear in what is looked at: a text is cut before anything else is done.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from hnp_etl.descriptions.known_runs import is_known_run
from hnp_etl.descriptions.known_words import FEW_BESIDE, KEY_WORDS, SERIES_WORDS

MOST_SHOWN = 64
"""Characters of a text that are shown; DICOM's limit for such texts."""

MOST_READ = 4 * MOST_SHOWN
"""Characters of a text that are looked at: beyond, nothing is shown nor masked."""

UNKNOWN = "<text>"
"""Stands for what is not known."""

NUMBER = "#"
"""Stands for a number that may be somebody's."""

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MASKS = (
    (re.compile(r"\d+(?:\.\d+){3,}"), "<uid>"),  # "1.2.840.113"
    (re.compile(r"\S{0,256}@\S{0,256}"), UNKNOWN),  # a mail address, whatever its words
    # "2019년 3월 4일"; "2019-03-04", "4/3/19"; "4 Mar 2019", "04-mar-19"
    (re.compile(r"\d{2,4}\s?년(?:\s?\d{1,2}\s?월)?(?:\s?\d{1,2}\s?일)?"), "<date>"),
    (re.compile(r"(?<!\d)\d{1,4}([-./])\d{1,2}\1\d{1,4}(?!\d)"), "<date>"),
    (re.compile(rf"(?i)\d{{1,2}}[ ./-]?(?:{_MONTHS})[a-z]{{0,9}}[ ./-]?\d{{2,4}}"), "<date>"),
    (re.compile(r"(?<!\d)\d{1,2}:\d{2}(?::\d{2})?(?!\d)"), "<time>"),  # "9:05", "09:05:33"
    (re.compile(r"[^\W\d_]*(?:\^[^\W\d_]*)+"), "<name>"),  # PS3.5 6.2.1: family^given
    # a phone or a registration number, "010-1234-5678"; any five digits on, "12345 67"
    (re.compile(r"\d{3,6}[ .-]\d{3,4}[ .-]\d{4}(?!\d)|\d{5,}(?:[ .-]\d{2,})*"), NUMBER),
)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
# What the masks left, a run of letters and digits, or what lies between two.
_TOKENS = re.compile(r"<(?:uid|date|time|name|text)>|#|[^\W_]+|[^\w<#]+|[\W_]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HALVES = re.compile("[\ud800-\udfff]")
_MARK = re.compile(r"[^ -~]")
_MASKED = frozenset(["<uid>", "<date>", "<time>", "<name>", UNKNOWN, NUMBER])
# Numbers side by side, and glued to no letter: a phone, a date, a record, or times and a matrix.
_CHAIN = re.compile(r"(?<![^\W_])\d+(?:[ ./:_-]{1,3}\d+)*(?![^\W_])")
# TR and TE: "4000/128", "4000/90/123"; "3200 110 384" behind a spin echo; "2.5" of a thickness.
_TIMES = re.compile(r"[1-9]\d{2,3}/\d{1,3}(?:/\d{1,3})?")
_BEHIND_ECHO = re.compile(r"[1-9]\d{3}(?: \d{1,3}){0,2}")
_ECHO = re.compile(r"(?i)(?:se|fse|tse|fir)[ _]?$")
_POINT_BEHIND = re.compile(r"\.|[ ,]{1,3}[^\W\d_](?![^\W_])")
_LETTER_BEFORE = re.compile(r"(?<![^\W_])[^\W\d_][ .,]{1,3}$")
_DECIMAL = re.compile(r"\d{1,2}\.\d{1,2}")
_FEW_DIGITS, _FEW_NUMBERS = 5, 2
"""So many digits in so many numbers beside each other name nobody."""


class _Token(NamedTuple):
    text: str
    is_run: bool = False
    known: bool = True


@lru_cache(maxsize=4096)
def shown_text(text: str) -> str:
    """Return a series text as it may be shown: one line, of known words.

    >>> [shown_text(text) for text in ("t2_tse_tra_384", "KIM CHUL SU t2_tse", "요추 축상 T2")]
    ['t2_tse_tra_384', '<text> t2_tse', '요추 축상 T2']
    """
    plain = _masked(text)
    return _joined(_tokens(_CHAIN.sub(_chain, plain), SERIES_WORDS, camel=False))


@lru_cache(maxsize=4096)
def shown_word(key: str) -> str:
    """Return a label key, a column or a folder as it may be shown.

    >>> [shown_word(key) for key in ("Spinal_Canal_Width", "PatientAge", "grade_of_Jones")]
    ['Spinal_Canal_Width', 'PatientAge', 'grade_<text>']
    """
    return _joined(_tokens(_masked(key), KEY_WORDS, camel=True))


def is_legible(key: str) -> bool:
    """Tell whether a key, a column or a folder is made of known words alone."""
    return len(key) <= MOST_SHOWN and shown_word(key) == key


def _masked(text: str) -> str:
    """Return a text cut, in one line, and without what has the form of a date, a phone and such."""
    plain = unicodedata.normalize("NFC", text[:MOST_READ])
    plain = _HALVES.sub("?", _INVISIBLE.sub(" ", plain)).strip()
    for pattern, mask in _MASKS:
        plain = pattern.sub(mask, plain)
    return plain


def _chain(met: re.Match[str]) -> str:
    chain, before = met[0], met.string[: met.start()]
    numbers = re.findall(r"\d+", chain)
    behind_echo = _ECHO.search(before[-8:]) and _BEHIND_ECHO.fullmatch(chain)
    if behind_echo or _TIMES.fullmatch(chain) or _DECIMAL.fullmatch(chain):
        return chain
    few = len(numbers) <= _FEW_NUMBERS and sum(map(len, numbers)) <= _FEW_DIGITS
    return chain if few and max(map(len, numbers)) < len("2019") else NUMBER


def _tokens(plain: str, known: frozenset[str], *, camel: bool) -> list[_Token]:
    """Return the runs of a text with what lies between them; weak ones only where all is known."""
    tokens = [_token(piece, known, camel=camel) for piece in _TOKENS.findall(plain)]
    tokens = [
        token._replace(known=False) if _is_initial(tokens, at) else token
        for at, token in enumerate(tokens)
    ]
    if all(token.known and token.text != NUMBER for token in tokens):
        return tokens
    return [_beside_unknown(token) for token in tokens]


def _token(piece: str, known: frozenset[str], *, camel: bool) -> _Token:
    if piece in _MASKED:
        return _Token(piece, known=piece not in {UNKNOWN, "<name>"})
    if not piece[0].isalnum():
        return _Token(_MARK.sub("?", piece))
    if camel and piece.isdigit() and len(piece) > len("45"):
        return _Token(NUMBER)
    words = [piece, *_CAMEL.split(piece)] if camel else [piece]
    whole, *parts = (is_known_run(each, known) for each in words)
    return _Token(piece, is_run=True, known=whole or (bool(parts) and all(parts)))


def _is_initial(tokens: Sequence[_Token], at: int) -> bool:
    """Tell whether a letter stands with a point or beside another one: "K.", "S C"."""
    if not (tokens[at].is_run and len(tokens[at].text) == 1 and tokens[at].text.isalpha()):
        return False
    behind = "".join(token.text for token in tokens[at + 1 : at + 3])
    before = "".join(token.text for token in tokens[max(at - 2, 0) : at])
    return bool(_POINT_BEHIND.match(behind) or _LETTER_BEFORE.search(before))


def _beside_unknown(token: _Token) -> _Token:
    """Return a token as it may stand in a text that holds a stranger's word."""
    if not token.is_run or not token.known:
        return token
    if token.text.isdigit():
        return token if len(token.text) == 1 else _Token(NUMBER)
    return token._replace(known=token.text.casefold() not in FEW_BESIDE)


def _joined(tokens: list[_Token]) -> str:
    """Return the text; unknown words with nothing known between them are one."""
    shown: list[str] = []
    for token in tokens:
        if token.known or token.text == "<name>":
            shown.append(token.text)
        else:
            since = next((n for n, each in enumerate(reversed(shown)) if each == UNKNOWN), None)
            between = shown[len(shown) - since :] if since is not None else ["known"]
            if all(not each[0].isalnum() and each not in _MASKED for each in between):
                del shown[len(shown) - len(between) :]
            else:
                shown.append(UNKNOWN)
    return "".join(shown)[:MOST_SHOWN]
