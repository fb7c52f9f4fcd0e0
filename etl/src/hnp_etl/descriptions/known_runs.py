"""Whether a run of letters and digits is made of known words from end to end. Pure."""

import re
from functools import lru_cache

from hnp_etl.descriptions.known_words import STEMS
from hnp_etl.descriptions.regions import folded

# Endings of stems ("localiz~"), so that no name hides behind one: "localizer", "saggital".
_ENDINGS_ROW = """a e i o y s z n na ny ne ni al ale ales all ally alis aal ar arr are ares aire
    aires er ers ery ed es ing ings ion ions ation ations ee en ens ique iques isch ische ic ica
    ico ik ity ive ital itale ittal itaal gital gittal l le lar lare lumbalna lny lna t tal ta
    to te ted tte ttal verse versal versale versales versa verso isal isale isation is us ula
    ule sal sale um ung ungen gram gramm gramme graphy grafie grafia graphie m ma me phy phie
    fia fie ion1 ieren iert ght gie gy raphy rafia rafie scopy itte itted ited ite iting osed
    ose osite rast nte nta nt gr or ors our out view scan scans s1 ный ная ное ые ьный ьная ьное
    ьно ьные ая ое ый н но на енц е и 면 부 영상 상 位 面 断面"""
_ENDINGS = frozenset(_ENDINGS_ROW.split())

_SHORT_PIECES_ROW = """ax sg fs pd t1 t2 2d 3d mm ms hr id rx fl"""
_SHORT_PIECES = frozenset(_SHORT_PIECES_ROW.split())
"""Short words that may be glued to others; "hi", "in" and "ce" make up surnames."""

_SHORT_LETTERS = "tscwfxpe"
"""Letters that a number explains: "5mmS", "320x256", "eT2W"."""

_PLANES = ("ax", "axi", "axial", "sag", "cor", "tra", "loc")
_LONGEST_PIECE = 16
_LONGEST_RUN = 64
# "b1000", "p2", "l5", "th12", "l4l5", "5mm": a letter that a number explains.
_NUMBERED = re.compile(r"b\d{1,4}|[pxav]\d|[cls]\d{1,2}|(?:l\d[ls]?\d)|th?\d{1,2}|d\d{1,2}")
# "t2" of "t2축상": Latin letters and digits, or any other script.
_SCRIPTS = re.compile(r"[a-z0-9]+|[^a-z0-9]+")
_WEIGHTED = re.compile(r"t[12]|pd")
_DIGITS = re.compile(r"\d{1,4}")


@lru_cache(maxsize=8192)
def is_known_run(run: str, known: frozenset[str]) -> bool:
    """Tell whether a run is a known word, or known words glued together: "T2tseSMFOV"."""
    if len(run) > _LONGEST_RUN:
        return False
    return all(_is_known(part, known) for part in _SCRIPTS.findall(folded(run)))


def _is_known(part: str, known: frozenset[str]) -> bool:
    if part in known or _NUMBERED.fullmatch(part) or _DIGITS.fullmatch(part):
        return True
    if any(part.startswith(stem) and part[len(stem) :] in _ENDINGS for stem in STEMS):
        return True
    return _is_glued(part, known) if part.isascii() else _is_compound(part, known)


def _is_glued(part: str, known: frozenset[str]) -> bool:
    """Tell whether Latin letters and digits are known pieces from end to end."""
    weighted, numbered = _WEIGHTED.search(part), any(map(str.isdigit, part))
    ends = {0, *((1,) if weighted and part[0] in "desvw" else ())}
    ends |= {2} if part.startswith("ee") else set()
    for start in range(len(part)):
        if start not in ends:
            continue
        for end in range(start + 1, min(start + _LONGEST_PIECE, len(part)) + 1):
            piece = part[start:end]
            fits = piece in known and (len(piece) > 2 or piece in _SHORT_PIECES or weighted)
            letter = numbered and piece in _SHORT_LETTERS
            coil = piece in ("c", "ch") and end == len(part) and part[:start].endswith(_PLANES)
            if fits or letter or coil or _is_few_digits(part, start, end):
                ends.add(end)
    return len(part) in ends


def _is_few_digits(part: str, start: int, end: int) -> bool:
    """Tell whether a piece is all of at most three digits that lie there together."""
    whole = not part[start - 1 : start].isdigit() and not part[end : end + 1].isdigit()
    return part[start:end].isdigit() and whole and end - start <= len("384")


def _is_compound(part: str, known: frozenset[str]) -> bool:
    """Tell whether another script's run is known words of two signs on, each with one behind it."""
    ends = {0}
    for start in range(len(part)):
        if start in ends:
            for end in range(start + 2, min(start + _LONGEST_PIECE, len(part)) + 1):
                if part[start:end] in known:
                    ends |= {end, end + 1} if part[end : end + 1] in known else {end}
    return len(part) in ends
