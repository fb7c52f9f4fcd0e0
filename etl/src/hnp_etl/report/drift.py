"""How far hospitals lie apart: distances of distributions, and a classifier that tells them. Pure.

The classifier is a linear one: one-against-the-rest least squares with a ridge, on standardised
features (Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2009, section 4.2).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from hnp_etl.report.cells import Indices

FOLDS = 5
FEWEST_PATIENTS = 5
"""A hospital of fewer is left out: no fold would have one."""

_RIDGE = 1.0
_Z = 1.959963984540054  # 97.5 % point of the normal distribution

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Told:
    """How well hospitals are told from the arrays alone.

    Attributes:
        accuracy: share of patients given to the right hospital, each by a model that saw none of
            their slices.
        low: of its 95 % Wilson interval, by patient; high likewise.
        largest: share of patients of the largest hospital: what a guess reaches.
        right: hospital -> share of its patients that are given to it.
    """

    patients: int
    accuracy: float
    low: float
    high: float
    largest: float
    right: Mapping[str, float]

    def to_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return asdict(self)


def total_variation(one: Floats, other: Floats) -> float | None:
    """Return half the sum of differences of shares, 0 (alike) to 1 (apart); None without counts.

    >>> total_variation(np.array([1.0, 1.0]), np.array([4.0, 0.0]))
    0.5
    """
    if not one.sum() or not other.sum():
        return None
    return float(np.abs(one / one.sum() - other / other.sum()).sum() / 2)


def kolmogorov_smirnov(one: Floats, other: Floats) -> float | None:
    """Return the largest difference of the cumulative shares of two sets of values.

    >>> kolmogorov_smirnov(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.5
    """
    if not one.size or not other.size:
        return None
    points = np.concatenate([one, other])
    shares = [
        np.searchsorted(np.sort(each), points, side="right") / each.size for each in (one, other)
    ]
    return float(np.abs(shares[0] - shares[1]).max())


def tell_apart(
    features: Floats, hospital: Indices, patient: Indices, names: tuple[str, ...]
) -> Told | None:
    """Return how well a linear classifier tells hospitals apart, cross-validated by patient.

    Args:
        features: (slice, feature).
        hospital: (slice,), index into ``names``.
        patient: (slice,).
        names: of the hospitals.

    Returns:
        None where fewer than two hospitals have `FEWEST_PATIENTS`.
    """
    people, first, owner = np.unique(patient, return_index=True, return_inverse=True)
    home = hospital[first]
    sizes = np.bincount(home, minlength=len(names))
    kept = np.flatnonzero(sizes >= FEWEST_PATIENTS)
    if kept.size < 2:
        return None
    # Within each hospital patients are dealt in turn: every fold has some of every hospital.
    fold = np.empty(people.size, np.int64)
    for each in range(len(names)):
        mine = np.flatnonzero(home == each)
        fold[mine] = np.arange(mine.size) % FOLDS
    scores = np.zeros((people.size, kept.size))
    for number in range(FOLDS):
        test = fold[owner] == number
        train = ~test & np.isin(hospital, kept)
        weights = _fit(features[train], hospital[train], kept)
        np.add.at(scores, owner[test], _standard(features[test], features[train]) @ weights)
    judged = np.isin(home, kept)
    right = kept[scores.argmax(axis=1)] == home
    count, share = int(judged.sum()), float(right[judged].mean())
    low, high = wilson(share, count)
    by_home = {names[each]: float(right[home == each].mean()) for each in kept}
    return Told(count, share, low, high, float(sizes[kept].max() / count), by_home)


def wilson(share: float, count: int) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson, JASA 1927).

    >>> [round(each, 3) for each in wilson(0.5, 10)]
    [0.237, 0.763]
    """
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    half = _Z / (1 + _Z**2 / count) * np.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return float(middle - half), float(middle + half)


def _fit(features: Floats, hospital: Indices, kept: Indices) -> Floats:
    """Return weights, (feature + 1, hospital); every hospital weighs the same."""
    inputs = _standard(features, features)
    wanted = (hospital[:, None] == kept).astype(np.float64)
    weight = 1 / wanted.sum(axis=0)[wanted.argmax(axis=1)]
    weight *= hospital.size / weight.sum()
    ridge = _RIDGE * np.eye(inputs.shape[1])
    ridge[-1, -1] = 1e-9  # the constant is not shrunk
    weighted = inputs * weight[:, None]
    found: Floats = np.linalg.solve(weighted.T @ inputs + ridge, weighted.T @ wanted)
    return found


def _standard(features: Floats, like: Floats) -> Floats:
    """Return standardised features and a constant."""
    spread = like.std(axis=0)
    scaled = (features - like.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0)
    return np.column_stack([scaled, np.ones(len(features))])
