"""How the folders of a tree are named: a layout drafted from them, for a person to check. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hnp_etl.descriptions.legible import is_legible
from hnp_etl.recipes.recipe import Layout
from hnp_etl.survey.folder_counts import FolderCounts
from hnp_shared.vocabulary import Kind

_MOST = 0.5
"""A pattern is believed when it tells this share of the files."""

_NEARLY_ALL = 0.75
"""Share of the files under a folder that make it one of images or of labels."""

_MOST_KNOWN = 6
"""Known words that are listed one by one; more are left to their pattern."""

_MOST_WORDS, _FEWEST_PLACES = 2, 2
"""Names that repeat are words for images or labels; many names, or one met once, name a person."""

_PLACES = ("병원", "기관", "센터")
_HOSPITALS = (
    "(?<![A-Za-z0-9])(H[0-9]{2})(?![0-9])",
    *(
        rf"(?i)(?<![a-z])({word}[ _-]?(?:[a-z]|[0-9]{{1,2}}))(?![a-z0-9])"
        for word in (
            "hospital",
            "hosp",
            "site",
            "center",
            "centre",
            "institution",
            "inst",
            "clinic",
        )
    ),
    *(f"({word}[ _-]?(?:[A-Za-z]|[0-9]{{1,2}}))(?![A-Za-z0-9])" for word in _PLACES),
    *(f"(?<![A-Za-z0-9])([A-Za-z0-9]{{1,2}}[ _-]?{word})" for word in _PLACES),
)
_PROCEDURES = (
    "(?<![A-Za-z0-9])(C[0-9]{3})(?![0-9])",
    "(?i)(?<![a-z])(MRI?|CT|X-?ray|CR|DR|US|EMG|DXA|DEXA|PET)(?![a-z])",
)
_AROUND = "(?i)^[0-9._ -]*(?:{words})(?:[ _-]?(?:data|files?))?[0-9._ -]*$"
_IMAGE_WORDS = (
    "원천|원시|원본",
    _AROUND.format(words="source|src|raw|images?|img|dicoms?|dcm|scans?"),
)
_LABEL_WORDS = (
    "라벨|레이블|정답",
    _AROUND.format(
        words="labels?|label?l(?:ing|ed)|ann(?:o(?:t(?:ations?)?)?)?|json|gt|truth|meta"
    ),
)
_TRAINING = ("(?i)(?<![a-z])tra?i?n|학습|훈련",)
_VALIDATION = ("(?i)(?<![a-z])val|검증",)


@dataclass(frozen=True, slots=True)
class LayoutDraft:
    """A layout and what is uncertain about it.

    Attributes:
        checks: key of the layout section -> what a person must check there.
    """

    layout: Layout
    checks: Mapping[str, str]


def draft_layout(counts: FolderCounts, start: Layout) -> LayoutDraft:
    """Return a layout for a tree, its patterns those of ``start`` where they fit."""
    checks: dict[str, str] = {}
    hospital = _best(counts, (start.hospital, *_HOSPITALS)) or start.hospital
    told = counts.share(hospital, in_names=True)
    if told < 1 or hospital != start.hospital:
        checks["hospital"] = f"tells the hospital of {100 * told:.0f} % of the files"
    procedure, procedures = _procedures(counts, start, checks)
    images, labels = _sides(counts, start, checks)
    return LayoutDraft(
        start.model_copy(
            update={
                "image_folders": images,
                "label_folders": labels,
                "hospital": hospital,
                "procedure": procedure,
                "procedures": procedures,
                "partitions": _partitions(counts, start),
            }
        ),
        checks,
    )


def _best(counts: FolderCounts, patterns: Iterable[str]) -> str | None:
    """Return the first pattern that tells the most files, None when none tells enough."""
    shares = {pattern: counts.share(pattern, in_names=True) for pattern in patterns}
    best = max(shares, key=lambda pattern: shares[pattern])
    return best if shares[best] >= _MOST else None


def _procedures(
    counts: FolderCounts, start: Layout, checks: dict[str, str]
) -> tuple[str, tuple[str, ...]]:
    known = bool(start.procedure and counts.tokens(start.procedure) & set(start.procedures))
    pattern = start.procedure if known else _best(counts, (start.procedure, *_PROCEDURES))
    if pattern is None:
        checks["procedures"] = "no folder tells the procedure: all files are taken"
        return "", ()
    if counts.has(Kind.LABEL) and not counts.share(pattern, (Kind.LABEL,), in_names=True):
        checks["procedures"] = "labels lie outside the folders of procedures: all files are taken"
        return "", ()  # or images and labels of one stem would be of two procedures
    if known:
        return pattern, start.procedures
    checks["procedures"] = "none of the recipe's procedures is there: those with wanted images"
    return pattern, ()


def _sides(counts: FolderCounts, start: Layout, checks: dict[str, str]) -> tuple[str, str]:
    """Return the patterns of image and label folders, empty when they lie side by side."""
    words: dict[Kind, Counter[str]] = {kind: Counter() for kind in (Kind.IMAGE, Kind.LABEL)}
    for fork in _forks(counts):
        for kind, found in fork.items():
            words[kind].update(found)
    known = {
        Kind.IMAGE: (start.image_folders, *_IMAGE_WORDS),
        Kind.LABEL: (start.label_folders, *_LABEL_WORDS),
    }
    if not all(map(counts.has, words)):
        return start.image_folders, start.label_folders
    sides = {kind: _side(counts, kind, words[kind], known[kind]) for kind in words}
    for kind, side in sides.items():
        if side and side != known[kind][0]:
            checks[f"{kind}_folders"] = f"other folder words than the recipe's hold the {kind}s"
    return sides[Kind.IMAGE], sides[Kind.LABEL]


def _forks(counts: FolderCounts) -> list[dict[Kind, set[str]]]:
    """Return, for each folder that forks into image and label branches, their names."""
    below: dict[str, Counter[Kind]] = {}
    for folder, inside in counts.inside.items():
        parts = folder.split("/")
        for depth in range(1, len(parts) + 1):
            below.setdefault("/".join(parts[:depth]), Counter()).update(inside)
    children: dict[str, list[str]] = {}
    for folder in below:
        children.setdefault(folder.rpartition("/")[0], []).append(folder)
    forks = []
    for folders in children.values():
        only: dict[Kind, set[str]] = {kind: set() for kind in (Kind.IMAGE, Kind.LABEL)}
        for folder in folders:
            kind, files = below[folder].most_common(1)[0]
            if files >= _NEARLY_ALL * below[folder].total():
                only[kind].add(folder.rpartition("/")[2])
        if all(only.values()):
            forks.append(only)
    return forks


def _side(counts: FolderCounts, kind: Kind, words: Counter[str], known: tuple[str, ...]) -> str:
    """Return a pattern for the folders of one kind: a known one, or the words themselves."""
    other = Kind.LABEL if kind is Kind.IMAGE else Kind.IMAGE
    for pattern in known:
        if counts.share(pattern, (kind,)) >= _MOST and counts.share(pattern, (other,)) < 1 - _MOST:
            met = counts.folders(pattern)
            few = pattern == known[-1] and len(met) <= _MOST_KNOWN and _is_plain(met)
            return _exactly(met) if few else pattern
    repeated = all(places >= _FEWEST_PLACES for places in words.values())
    if not words or len(words) > _MOST_WORDS or not repeated:
        return ""
    pattern = _exactly(words)
    return pattern if _is_plain(words) and counts.share(pattern, (kind,)) >= _MOST else ""


def _is_plain(words: Iterable[str]) -> bool:
    """Tell whether folder names are made of known words."""
    return all(map(is_legible, words))


def _exactly(words: Iterable[str]) -> str:
    return f"^(?:{'|'.join(re.escape(word) for word in sorted(words))})$"


def _partitions(counts: FolderCounts, start: Layout) -> dict[str, str]:
    known = {"training": _TRAINING, "validation": _VALIDATION}
    if any(counts.share(pattern) for pattern in start.partitions.values()):
        return dict(start.partitions)
    found = {name: next((p for p in each if counts.share(p)), "") for name, each in known.items()}
    return {name: pattern for name, pattern in found.items() if pattern} or dict(start.partitions)
