"""What the codes in the five cells of chosen slices suggest that they mean. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from hnp_etl.recipes.label_table import Meaning
from hnp_shared.vocabulary import LEVEL_NAMES

Cells = tuple[tuple[str | None, ...], ...]
"""Codes by level; unmapped ones as None."""

_FIRM = 0.5
"""Share of the slices that a pattern must hold for to be believed."""

_NORMAL_WORDS = frozenset(["normal", "none", "negative", "no", "정상", "없음", "normal/mild"])
_ILL = """mild moderate severe patient positive yes abnormal bulging protrusion extrusion
    sequestration herniation 이상 환자 있음 팽윤 돌출 탈출 격리"""
_ILL_WORDS = frozenset(_ILL.split())
_ABSENT_WORDS = frozenset(["absent", "not applicable", "na", "n/a", "해당없음", "not visible"])


@dataclass(frozen=True, slots=True)
class CodePattern:
    """What the codes look like.

    Attributes:
        slices: chosen slices with a sound label.
        levels: level name -> code -> how often; no code at all as "", an unmapped one as "?".
        filled: how many cells of a slice hold a code -> how many slices.
        absent: the code that four of five cells hold; "" when these are empty, None when neither.
        share: of the slices in which exactly one cell holds something else; blank: in which
            none does.
        meanings: a guess at every code; why: what it rests on, where that is little.
    """

    slices: int
    levels: Mapping[str, Mapping[str, int]]
    filled: Mapping[int, int]
    absent: str | None
    share: float
    blank: float
    meanings: Mapping[str, Meaning]
    why: str

    def sentence(self) -> str:
        """Return what the pattern suggests, in one line."""
        if not self.slices:
            return "no chosen slice has a sound label: the codes tell nothing yet"
        if self.absent is None:
            most = max(self.filled, key=lambda cells: (self.filled[cells], cells))
            share = 100 * self.filled[most] / self.slices
            if most == 0:
                return f"in {share:.0f} % of {self.slices} chosen slices no cell holds a code"
            return (
                f"in {share:.0f} % of {self.slices} chosen slices {most} of five cells hold a code "
                "and none marks the others: the label does not say which disc a slice shows"
            )
        what = "is not empty" if self.absent == "" else f"is not {self.absent}"
        like = "empty cells look" if self.absent == "" else f"{self.absent} looks"
        none = f", in {100 * self.blank:.0f} % none" if self.blank else ""
        return (
            f"in {100 * self.share:.0f} % of {self.slices} chosen slices exactly one of five cells "
            f"{what}{none}: {like} like `absent`"
        )


def code_pattern(slices: Mapping[Cells, int], known: Mapping[str, Meaning]) -> CodePattern:
    """Return what the cells of chosen slices suggest.

    Args:
        slices: cells -> how many chosen slices have them.
        known: codes of the draft, with the meanings that a recipe gave some of them.
    """
    total = sum(slices.values())
    shares = {code: _share(slices, code, 1) for code in ("", *known)}
    # a code that is a word for it comes first among equals
    best = max(shares, key=lambda code: (shares[code], code.casefold() in _ABSENT_WORDS))
    absent = best if total and shares[best] >= _FIRM else None
    meanings, why = _meanings(absent, known)
    return CodePattern(
        slices=total,
        levels=_by_level(slices),
        filled=dict(sorted(_filled(slices).items())),
        absent=absent,
        share=shares[best] if absent is not None else 0.0,
        blank=_share(slices, best, 0) if absent is not None else 0.0,
        meanings=meanings,
        why=why,
    )


def _share(slices: Mapping[Cells, int], code: str, others: int) -> float:
    """Return the share of slices in which so many cells hold something else than ``code``."""
    nothing: tuple[str, ...] = (code,) if code else ()
    found = sum(
        count for cells, count in slices.items() if sum(cell != nothing for cell in cells) == others
    )
    total = sum(slices.values())
    return found / total if total else 0.0


def _by_level(slices: Mapping[Cells, int]) -> dict[str, dict[str, int]]:
    found = {name: Counter[str]() for name in LEVEL_NAMES}
    for cells, count in slices.items():
        for name, cell in zip(LEVEL_NAMES, cells, strict=True):
            for code in cell or ("",):
                found[name]["?" if code is None else code] += count
    return {name: dict(sorted(counts.items())) for name, counts in found.items()}


def _filled(slices: Mapping[Cells, int]) -> Counter[int]:
    filled = Counter[int]()
    for cells, count in slices.items():
        filled[sum(bool(cell) for cell in cells)] += count
    return filled


def _meanings(absent: str | None, known: Mapping[str, Meaning]) -> tuple[dict[str, Meaning], str]:
    """Return a guess at each code and why: the recipe's where the pattern agrees, else by order."""
    stated = {code for code, meaning in known.items() if meaning == "absent"}
    normal = {code for code, meaning in known.items() if meaning == "normal"}
    if normal and (absent is None or stated == ({absent} if absent else set())):
        return dict(known), ""
    rest = [code for code in known if code != absent]
    named = [code for code in rest if code.casefold() in _NORMAL_WORDS]
    speaks = named or any(code.casefold() in _ILL_WORDS for code in rest)
    healthy = named if speaks else sorted(rest, key=_order)[:1]
    meanings: dict[str, Meaning] = {
        code: "absent" if code == absent else "normal" if code in healthy else "patient"
        for code in known
    }
    return meanings, "" if speaks else "; a guess: the first in order is taken for normal"


def _order(code: str) -> tuple[bool, int, str]:
    return (not code.isdigit(), int(code) if code.isdigit() else 0, code)
