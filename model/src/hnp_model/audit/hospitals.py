"""Each hospital judged by what the others teach: codes that mean the reverse show themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from hnp_model.audit.discs import Discs, Numbers, scores_of
from hnp_model.measures.area_interval import area_interval, area_parts
from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, fewest_patients

STRENGTH = 0.03
"""Penalty, as `crossfit.STRENGTHS`."""

FAR = 0.1
"""Hospitals differ by so much without a fault: other patients, other scanners."""

CHANCE = 0.5
LUCK = 0.01
"""Corrected p below which a hospital is named."""


@dataclass(frozen=True, slots=True)
class Hospital:
    """How well the others' models do in one hospital.

    Attributes:
        name: of the hospital.
        auc: by disc; without a value when there are too few patients.
        rest: mean of the others' areas; None when there is none.
        p_reversed: of an area this far below .5, corrected for all hospitals.
        p_far: of an area this far from the rest's, likewise.
        against: hospitals that may as well be the reversed ones, for they are no more than those
            named; () where most agree.
    """

    name: str
    auc: Figure
    rest: float | None
    p_reversed: float
    p_far: float
    against: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """What is wrong; empty when nothing is."""
        if self.p_reversed < LUCK and self.against:
            others = " and ".join(self.against)
            return f"the reverse of {others}: the codes of either may be swapped, not told which"
        if self.p_reversed < LUCK:
            return "the reverse of the others: are its codes swapped?"
        if self.p_far < LUCK and self.rest is not None:
            return f"far from the rest's {self.rest:.3f}"
        return ""

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return {**asdict(self), "finding": bool(self.what)}


@dataclass(frozen=True, slots=True)
class _Area:
    name: str
    value: float
    variance: float
    fewest: int
    figure: Figure


def judge_hospitals(discs: Discs, seen: Numbers) -> tuple[Hospital, ...]:
    """Return how each hospital does; none when there is one hospital only.

    Whoever comes out reversed teaches the others no more: the rest are judged anew without.

    Args:
        discs: the discs.
        seen: (disc, feature), what may be known of a disc and what it shows.
    """
    names = np.unique(discs.hospital).tolist()
    if len(names) < 2:
        return ()
    reversed_: list[str] = []
    while True:
        areas = list(_areas(discs, seen, names, reversed_))
        judged = _judged(areas, reversed_)
        low = [one for one in judged if one.p_reversed < LUCK and one.name not in reversed_]
        if not low or len(names) - len(reversed_) < 3:
            few = [name for name in names if name not in {area.name for area in areas}]
            none = Figure(None, None, None)
            untold = [Hospital(name, none, None, 1.0, 1.0) for name in few]
            told = _in_doubt(judged)
            return tuple(sorted((*told, *untold), key=lambda one: one.name))
        reversed_.append(min(low, key=lambda one: one.auc.value or 0.0).name)


def _areas(
    discs: Discs, seen: Numbers, names: Sequence[str], reversed_: Sequence[str]
) -> Iterator[_Area]:
    """Yield the area of each hospital that has enough patients, by models of the others."""
    for name in names:
        here = discs.hospital == name
        teachers = ~here & ~np.isin(discs.hospital, list(reversed_))
        scores = scores_of(
            _taught(discs, seen, teachers, here), discs.truth[here], discs.person[here]
        )
        if fewest_patients(scores) >= MIN_PATIENTS and teachers.any():
            parts = area_parts(scores)
            # An area of 0 or 1 shows no variance: as of one mistake.
            floor = 0.25 / parts.fewest**2
            figure = Figure(parts.area, *area_interval(scores))
            yield _Area(name, parts.area, max(parts.variance, floor), parts.fewest, figure)


def _taught(
    discs: Discs, seen: Numbers, teachers: npt.NDArray[np.bool_], here: npt.NDArray[np.bool_]
) -> Numbers:
    """Return what the teachers' ridge regression says of the discs here.

    Each hospital is centred by itself and weighs the same: neither its scanner, nor its share of
    positives, nor its size is what is taught.
    """
    features, truth, weight = seen.copy(), discs.truth.astype(np.float64), np.zeros(len(discs))
    for name in np.unique(discs.hospital):
        own = discs.hospital == name
        features[own] -= features[own].mean(axis=0)
        truth[own] -= truth[own].mean()
        weight[own] = 1 / own.sum()
    taught, weight = features[teachers], weight[teachers, None] / weight[teachers].sum()
    square = taught.T @ (weight * taught)
    held = STRENGTH * np.trace(square) + np.finfo(np.float64).tiny
    pull = taught.T @ (weight[:, 0] * truth[teachers])
    return np.asarray(features[here] @ np.linalg.solve(square + held * np.eye(len(square)), pull))


def _judged(areas: Sequence[_Area], reversed_: Sequence[str]) -> list[Hospital]:
    below = [_luck(CHANCE - area.value, area.variance, area.fewest) for area in areas]
    rests = [_rest(area, areas, reversed_) for area in areas]
    far = [
        min(
            1.0,
            2 * _luck(abs(area.value - rest[0]) - FAR, area.variance + rest[1], area.fewest),
        )
        if rest
        else 1.0
        for area, rest in zip(areas, rests, strict=True)
    ]
    corrected = holm([*below, *far])
    count = len(areas)
    return [
        Hospital(area.name, area.figure, rest[0] if rest else None, low, apart)
        for area, rest, low, apart in zip(
            areas, rests, corrected[:count], corrected[count:], strict=True
        )
    ]


def _in_doubt(judged: Sequence[Hospital]) -> list[Hospital]:
    """Return hospitals, those that are reversed with whom they are the reverse of, if in doubt."""
    low = [one.name for one in judged if one.p_reversed < LUCK]
    rest = [one.name for one in judged if one.name not in low]
    if not low or len(low) < len(rest):
        return list(judged)
    return [
        replace(one, against=tuple(rest or (name for name in low if name != one.name)))
        if one.name in low
        else one
        for one in judged
    ]


def _rest(
    area: _Area, areas: Sequence[_Area], reversed_: Sequence[str]
) -> tuple[float, float] | None:
    """Return the mean of the other areas, and its variance, by patients."""
    others = [one for one in areas if one.name != area.name and one.name not in reversed_]
    total = sum(one.fewest for one in others)
    if not total:
        return None
    mean = sum(one.fewest * one.value for one in others) / total
    return mean, sum((one.fewest / total) ** 2 * one.variance for one in others)


def _luck(excess: float, variance: float, fewest: int) -> float:
    """Return how often luck reaches an excess, by Student's t."""
    return float(stdtr(fewest - 1, -excess / np.sqrt(variance)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for as many looks.

    Source: Holm S, A simple sequentially rejective multiple test procedure, Scand J Stat 1979.
    """
    order = np.argsort(p_values)
    corrected = np.array(p_values)[order] * np.arange(len(p_values), 0, -1)
    found = np.empty(len(p_values))
    found[order] = np.maximum.accumulate(corrected).clip(0, 1)
    return [float(value) for value in found]
