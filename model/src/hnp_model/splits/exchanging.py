"""Exchanges of groups between parts, as long as they bring the parts closer to the whole. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


CANDIDATES = 256
"""Groups that are tried against each other in one round of exchanges."""

ROUNDS = 400
"""Most rounds of exchanges; real data settle in well under a hundred."""

IDLE_ROUNDS = 5
"""Rounds without a gain after which the search ends; each tries other candidates."""

LEAST_GAIN = 1e-12
"""An exchange must gain more than rounding errors do, or the search would not end."""

_ROUNDING = 1e-12
"""Share of the largest sum of squares that rounding may add to what an exchange gains."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much an allotment tries.

    Attributes:
        candidates: as `CANDIDATES`.
        rounds: as `ROUNDS`.
    """

    candidates: int = CANDIDATES
    rounds: int = ROUNDS


FULL = Effort()

MANY_SPLITS = 30
"""From so many splits on, one a hospital, each is tried less hard: they take minutes otherwise."""


def effort_of(splits: int) -> Effort:
    """Return what is tried for each of so many splits, all together in bounded time."""
    return FULL if splits < MANY_SPLITS else Effort(CANDIDATES // 4, max(8, 6 * ROUNDS // splits))


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A group goes to the part ``target``; ``partner``, if any, comes back from there."""

    group: int
    target: int
    partner: int | None


def exchange(
    scaled: Matrix,
    parts: npt.NDArray[np.int64],
    ratios: Matrix,
    random: np.random.Generator,
    effort: Effort,
) -> npt.NDArray[np.int64]:
    """Return the parts after pairs have changed places as long as that pays.

    Args:
        scaled: (group, trait).
        parts: (group,), the part of each.
        ratios: (part,), of sum 1.
        random: chooses who is tried.
        effort: how many are.
    """
    parts = parts.copy()
    missing = ratios[:, None] * scaled.sum(axis=0)
    np.subtract.at(missing, parts, scaled)
    idle_rounds = 0
    for _ in range(effort.rounds):
        chosen = random.permutation(parts.size)[: effort.candidates]
        best = _best_exchange(scaled, parts, missing, ratios, chosen)
        if best is None:
            idle_rounds += 1
            if idle_rounds == IDLE_ROUNDS or chosen.size == parts.size:
                break
            continue
        idle_rounds = 0
        moved = scaled[best.group] - (0.0 if best.partner is None else scaled[best.partner])
        source = parts[best.group]
        missing[source] += moved
        missing[best.target] -= moved
        parts[best.group] = best.target
        if best.partner is not None:
            parts[best.partner] = source
    return parts


def _best_exchange(
    scaled: Matrix,
    parts: npt.NDArray[np.int64],
    missing: Matrix,
    ratios: Matrix,
    chosen: npt.NDArray[np.int64],
) -> _Exchange | None:
    nobody = np.zeros((ratios.size, scaled.shape[1]))
    others = np.concatenate([scaled[chosen], nobody])  # (other, trait)
    targets = np.concatenate([parts[chosen], np.arange(ratios.size)])
    now = cost(missing, ratios)
    about, error = _gains(others, chosen.size, parts[chosen], targets, missing, ratios)
    if about.max(initial=-np.inf) < LEAST_GAIN - error:
        return None
    best_gain, best = LEAST_GAIN, None
    for row, near in _likely(about, error):
        group = int(chosen[row])
        moved = scaled[group] - others[near]
        source = parts[group]
        then = cost(missing[source] + moved, ratios[source])
        then += cost(missing[targets[near]] - moved, ratios[targets[near]])
        gain = now[source] + now[targets[near]] - then
        index = int(np.argmax(gain))
        if gain[index] > best_gain:
            other = int(near[index])
            partner = int(chosen[other]) if other < chosen.size else None
            best_gain, best = gain[index], _Exchange(group, int(targets[other]), partner)
    return best


def _gains(
    others: Matrix,
    count: int,
    sources: npt.NDArray[np.int64],
    targets: npt.NDArray[np.int64],
    missing: Matrix,
    ratios: Matrix,
) -> tuple[Matrix, float]:
    """Return what each exchange gains but for rounding errors, (group, other), and their bound.

    With x for who goes and y for who comes back, |m + x - y|^2 is taken apart, so that products of
    matrices do what a loop over all traits of all pairs would.

    Args:
        others: (other, trait), the groups first, then nobody.
        count: of the groups.
        sources: (group,), part of each.
        targets: (other,), part of each.
        missing: (part, trait).
        ratios: (part,).
    """
    squares = np.square(others).sum(axis=1)
    between = others[:count] @ others.T
    apart = squares[:count, None] + squares[None, :] - 2.0 * between  # |x - y|^2
    along = others @ missing.T  # (other, part)
    rows = np.arange(count)
    leaves = along[:count][rows, sources][:, None] - along[:, sources].T  # m of the source
    comes = along[:count][:, targets] - along[np.arange(targets.size), targets][None, :]
    gain = (
        -(2.0 * leaves + apart) / ratios[sources][:, None]
        + (2.0 * comes - apart) / (ratios[targets][None, :])
    )
    gain[sources[:, None] == targets[None, :]] = 0.0
    largest = (np.square(missing).sum(axis=1).max() + 4.0 * squares.max()) / ratios.min()
    return gain, float(largest) * _ROUNDING


def _likely(about: Matrix, error: float) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Yield each group that may make the best exchange, and with whom, in their order."""
    near = about >= about.max() - 2.0 * error
    for row in np.flatnonzero(near.any(axis=1)):
        yield int(row), np.flatnonzero(near[row])


def cost(missing: Matrix, ratios: Matrix | np.float64) -> Matrix:
    """Return a chi-square-like sum over the last axis: deviations squared, by what is expected.

    Dividing by the ratio once lets all parts fill up evenly: twice would give the largest groups to
    the smallest parts.
    """
    squares: Matrix = np.square(missing).sum(axis=-1) / ratios
    return squares
