"""How names of labels and images without a partner differ, told without showing a name. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hnp_etl.state.counts import UnpairedFile
from hnp_shared.vocabulary import Kind

MOST_COMPARED = 20_000
"""Names without a partner that are compared."""

NOT_SIMILAR = "no image of a similar name"
"""Said where no difference explains it."""

_KNOWN = """label labels lbl ann anno annot annotation json gt mask meta info img image images src
    source raw dcm dicom mr mri t1 t2 ax axial sag tra l s ts tl vs vl"""
_AFFIXES = frozenset(_KNOWN.split())
# "a_b-c.d e" is five; "007" and "7" are alike; "scan.dcm", "scan.jpeg"; "scan.0012" is numbered.
_PIECES = re.compile(r"[_\-. ]+")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_SUFFIX = re.compile(r"(?i)\.(?:dcm|dicom|ima|json|jpe?g|png)$")
_NUMBERED = re.compile(r"\.\d{1,4}$")

Scope = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Unpaired:
    """Files without a partner.

    Attributes:
        differences: how a label's name differs from that of an image without a label -> labels.
    """

    images: int
    labels: int
    differences: Mapping[str, int]


def compare_names(loose: Iterable[UnpairedFile]) -> Unpaired:
    """Return how many files have no partner, and how their names differ."""
    stems: dict[Kind, list[UnpairedFile]] = {Kind.IMAGE: [], Kind.LABEL: []}
    totals = Counter[Kind]()
    for each in loose:
        totals[each.kind] += 1
        if len(stems[each.kind]) < MOST_COMPARED:
            stems[each.kind].append(each)
    known = _Images(stems[Kind.IMAGE])
    found = Counter(known.difference(each) for each in stems[Kind.LABEL])
    ordered = dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
    return Unpaired(totals[Kind.IMAGE], totals[Kind.LABEL], ordered)


class _Images:
    """Names of images without a label, by what is left when a difference is taken out."""

    def __init__(self, images: list[UnpairedFile]) -> None:
        self._exact = Counter[str]()
        self._scopes: dict[str, set[Scope]] = {}
        self._folded: dict[str, set[str]] = {name: set() for name in _FOLDS}
        self._shorter: dict[str, str] = {}
        for image in images:
            stem = _bare(image)
            self._exact[stem] += 1
            self._scopes.setdefault(stem, set()).add(image.scope)
            for name, fold in _FOLDS.items():
                self._folded[name].add(fold(stem))
            for rest, affix in _shorter(stem):
                self._shorter.setdefault(_plainest(rest), affix)

    def difference(self, label: UnpairedFile) -> str:
        """Return how a label's name differs from that of an image."""
        stem = _bare(label)
        if stem in self._exact:
            return self._place(stem, label)
        for name, fold in _FOLDS.items():
            if fold(stem) in self._folded[name]:
                return name
        for rest, affix in _shorter(stem):
            if _plainest(rest) in self._folded[_LAST_FOLD]:
                return f"the label's name has {affix} more"
        if _plainest(stem) in self._shorter:
            return f"the image's name has {self._shorter[_plainest(stem)]} more"
        return NOT_SIMILAR

    def _place(self, stem: str, label: UnpairedFile) -> str:
        scopes = self._scopes[stem]
        if label.scope in scopes:
            several = self._exact[stem] > 1
            return "several images of the same name" if several else "several labels of one name"
        partitions = {scope[2] for scope in scopes}
        if label.scope[2] not in partitions:
            return "same name, but in another partition"
        return "same name, but under another hospital or procedure"


_FOLDS: dict[str, Callable[[str], str]] = {
    "upper and lower case": str.casefold,
    "separators (`_`, `-`, `.` or blanks)": lambda stem: _PIECES.sub("", stem).casefold(),
    "leading zeros": lambda stem: _ZEROS.sub("", _PIECES.sub("_", stem)).casefold(),
}
*_, _LAST_FOLD = _FOLDS
_plainest = _FOLDS[_LAST_FOLD]


def _bare(file: UnpairedFile) -> str:
    """Return a name without suffix; the last number of an image's is one, unless it is a UID."""
    stem = _SUFFIX.sub("", file.stem)
    numbered = file.kind is Kind.IMAGE and any(map(str.isalpha, stem))
    return _NUMBERED.sub("", stem) if numbered else stem


def _shorter(stem: str) -> Iterable[tuple[str, str]]:
    """Yield a name without its first and without its last piece, and what was taken away."""
    marks = list(_PIECES.finditer(stem))
    if marks:
        yield stem[: marks[-1].start()], _affix(stem[marks[-1].end() :], "at its end")
        yield stem[marks[0].end() :], _affix(stem[: marks[0].start()], "in front")


def _affix(piece: str, place: str) -> str:
    """Describe a piece of a name; only words of a closed list are shown."""
    if piece.casefold() in _AFFIXES:
        return f"`{piece}` {place}"
    return f"{'a number' if piece.isdigit() else 'a word'} of {len(piece)} characters {place}"
