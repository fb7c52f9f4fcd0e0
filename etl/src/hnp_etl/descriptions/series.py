"""What a series description or protocol name says: plane, weighting, and what it is unfit for.

PHRASES rewrites what takes more than one word ("fat sat", "5mm(S)") to one word of the grammar.
The text is then cut into runs of letters and digits; a run counts only if grammar words make it up
from end to end: "T2tseSMFOV" does, "Traxler" does not; only names of planes may be misspelt.
WORDS says what each word means.
Only grammar words leave this module, never a piece of the text itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from hnp_etl.descriptions.regions import TEXT_LIMIT, folded
from hnp_etl.descriptions.words import (
    ALONE,
    DIXON_PARTS,
    LETTERS,
    MISSPELT,
    PHRASES,
    SILENT,
    WORDS,
    Mark,
    Meaning,
)
from hnp_etl.imaging import Plane, Weighting

TIMES = "TR/TE"
"""Evidence for a weighting told by two times; the numbers themselves are not shown."""

RULES: tuple[tuple[set[Meaning], Weighting | None], ...] = (  # the first whose words are all there
    ({Weighting.DWI}, Weighting.DWI),
    ({Weighting.OTHER}, Weighting.OTHER),
    ({Mark.EPI}, Weighting.DWI),
    ({Weighting.STIR}, Weighting.STIR),
    ({Weighting.T1, Weighting.T2}, None),
    ({Weighting.T1, Weighting.PD}, None),
    ({Weighting.T1}, Weighting.T1),
    ({Weighting.FLAIR}, Weighting.FLAIR),
    ({Mark.INVERSION}, Weighting.STIR),
    ({Mark.GRADIENT}, Weighting.OTHER),
    ({Mark.DOUBT}, None),
    ({Weighting.T2, Weighting.PD}, None),  # a double echo: one series, both weightings
    ({Weighting.T2}, Weighting.T2),
    ({Weighting.PD}, Weighting.PD),
)

_MEANS: dict[str, set[Meaning]] = {}
for _meaning, _row in WORDS.items():
    for _word in _row.split():
        _MEANS.setdefault(_word.removesuffix("~"), set()).add(_meaning)
_STEMS = tuple(w[:-1] for row in WORDS.values() for w in row.split() if w.endswith("~"))
GRAMMAR = frozenset(_MEANS) | frozenset(LETTERS) | {TIMES}
"""All that evidence can hold."""

_ENDING = r"(?:(?!t[12]|pd|dwi|gre|stir|tirm|flair)[^\W\d_])*"


def _pattern(word: str) -> str:
    """Return a word as a pattern: a stem takes an ending up to a weighting, "t256" is no "t2"."""
    return word + (_ENDING if word in _STEMS else r"(?!\d)" if word[-1].isdigit() else "")


def _with_a_letter_less(word: str) -> set[str]:
    """Return a word and what is left of it without any one letter."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


_MISSPELT = {less: word for word in MISSPELT for less in _with_a_letter_less(word)}

# Compiled at first use, by the cache of `re`: who never meets a text never pays for it.
# Longest first and possessive: one word only looks at each character, so time stays linear.
_LONGEST_FIRST = sorted(set(_MEANS) - ALONE, key=len, reverse=True)
_ANY = rf"(?:{'|'.join(map(_pattern, _LONGEST_FIRST))}|[bp]?\d+)"
# "esT2" and "vT1" have a letter of the vendor's in front, "T2tseSMFOV" is three words, "T2tra_ch"
# ends on a coil; a letter alone before nothing known ("d3") is none.
_GLUED = rf"(?:ee|[desvw](?=t[12]|s[hst]|ad|dw|pd|fl|3|b[ft]f))??({_ANY}++)(?:ch?)?"
_HEAD = rf"[es]?(?=t[12])({_ANY}++)"
# "t2" of "t2_tse", and any other script by itself: "축상" of "t2축상".
_RUN = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")
_PHRASES = tuple(
    (rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])", f" {word} ") for pattern, word in PHRASES.items()
)
# Philips puts a small letter before what a capital begins: "sAx", "sSag"; "SAX" is the heart's.
_PREFIX = re.compile(r"(?<![^\W_])[es](?=A[Xx]|S[Aa][Gg]|C[Oo][Rr]|T[Rr][Aa]|S[Uu][Bb])")
# "4000/102" (not a date, "2019/11/03", nor a span, "-300/20"); "TR=4000 TE 102"; "te102/tr4000ms".
_TIMES = re.compile(
    r"(?<![\d.-])(?<!\d/)([1-9][0-9]{2,4})/([1-9][0-9]{0,2})(?!\d|/0)"
    r"|tr[ :=_]{0,2}([0-9]{3,5})(?:ms)?[ /,;_]{0,3}te[ :=_]{0,2}([0-9]{1,3})(?!\d)"
    r"|te[ :=_]{0,2}([0-9]{1,3})(?:ms)?[ /,;_]{0,3}tr[ :=_]{0,2}([0-9]{3,5})(?!\d)"
)


@dataclass(frozen=True, slots=True)
class SeriesClues:
    """What the text of one series tells.

    Attributes:
        plane: None when no plane or more than one is told.
        weighting: None when none is told, or two that contradict each other.
        fat_suppressed: fat saturation, inversion, or the water image of a Dixon series.
        localizer: scout, survey, pilot, calibration and the like.
        derived: computed, composed or photographed from other images.
        evidence: the words that told, in order; members of GRAMMAR.
    """

    plane: Plane | None
    weighting: Weighting | None
    fat_suppressed: bool
    localizer: bool
    derived: bool
    evidence: tuple[str, ...]


@lru_cache(maxsize=4096)
def read_series_text(text: str) -> SeriesClues:
    """Return what a Series Description or Protocol Name tells.

    >>> clues = read_series_text("t2_tse_tra_FS")
    >>> str(clues.plane), str(clues.weighting), clues.fat_suppressed, clues.evidence
    ('axial', 'T2', True, ('t2', 'tra', 'fs'))
    >>> str(read_series_text("FSE 4000/128 축상").weighting)
    'T2'
    >>> read_series_text("3-plane loc").localizer, read_series_text("L-SPINE").weighting
    (True, None)
    """
    plain = folded(_PREFIX.sub("", text[:TEXT_LIMIT]))
    words = _telling_words(plain)
    said: set[Meaning] = {meaning for word in words for meaning in _MEANS.get(word, ())}
    plane = _plane(words)
    weighting = next((told for needed, told in RULES if needed <= said), None)
    by_times = None
    if weighting is None and Mark.SPIN_ECHO in said and not said & set(Weighting):
        by_times = _weighting_by_times(plain)
    shown = [w for w in words if _MEANS.get(w, SILENT) - SILENT or LETTERS.get(w, "") == plane]
    return SeriesClues(
        plane=plane,
        weighting=weighting or by_times,
        fat_suppressed=Mark.FAT in said or weighting is Weighting.STIR,
        localizer=Mark.LOCALIZER in said,
        derived=Mark.DERIVED in said,
        evidence=(*shown, TIMES) if by_times else tuple(shown),
    )


def _plane(words: tuple[str, ...]) -> Plane | None:
    """Return the one plane that words name or, if none does, that letters name."""
    named = {plane for word in words for plane in Plane if plane in _MEANS.get(word, ())}
    planes = named or {LETTERS[word] for word in words if word in LETTERS}
    return planes.pop() if len(planes) == 1 else None


def _weighting_by_times(plain: str) -> Weighting | None:
    """Return what TR and TE make of a spin echo: "FSE 4000/128" is T2."""
    if not (found := _TIMES.search(plain)):
        return None
    echo_ms, repetition_ms = sorted(int(number) for number in found.groups() if number)
    if repetition_ms >= 1500:
        return Weighting.T2 if echo_ms >= 60 else Weighting.PD if echo_ms <= 40 else None
    return Weighting.T1 if repetition_ms <= 1100 and echo_ms <= 30 else None


def _telling_words(plain: str) -> tuple[str, ...]:
    """Return the grammar's words in the text, each once; DIXON_PARTS only beside Dixon."""
    words = tuple(dict.fromkeys(_words(plain)))
    if any(Mark.DIXON in _MEANS.get(word, ()) for word in words):
        return words
    return tuple(word for word in words if word not in DIXON_PARTS)


def _words(plain: str) -> Iterator[str]:
    plain = re.sub(r"т(?=[12])", "t", plain)  # a Cyrillic letter that looks like T
    plain = re.sub(r"t2w?\*(?:wi?)?", "t2star ", plain)  # no word edge before it: "AXT2*"
    for pattern, word in _PHRASES:
        plain = re.sub(pattern, word, plain)
    for run in _RUN.findall(plain):
        if run in GRAMMAR:
            yield run
        elif whole := re.fullmatch(_GLUED, run):
            yield from _apart(whole[1])
        elif head := re.match(_HEAD, run):  # "t2tseprostate": only the weighting is sure
            yield from (word for word in _apart(head[1]) if not _MEANS[word] & set(Plane))
        elif 4 < len(run) < 13:
            near = _with_a_letter_less(run) & _MISSPELT.keys()
            yield from sorted({_MISSPELT[less] for less in near})


def _apart(glued: str) -> Iterator[str]:
    for piece in re.findall(_ANY, glued):
        if piece in _MEANS:
            yield piece
        else:
            yield from (stem for stem in _STEMS if piece.startswith(stem))
