"""Logistic regressions on one predictor: one with care, or thousands next to it at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MAX_ROUNDS = 60
"""Newton's method needs under ten rounds; what takes more has no optimum within reach."""

TOLERANCE = 1e-5
"""Largest last step, x standardised. Newton's error is about its square."""

MAX_STEP = 2.0
"""Longest step in a coefficient, so that a bad start cannot throw the search off."""

MAX_INTERCEPT = 40.0
"""How far the intercept is searched beyond the logits: a probability of 1e-17."""

SINGULAR = 1e-6
"""Curvature below which the classes are separated: the likelihood rises for ever, there is no line.

Where there is one, the determinant is about the square of the number of rows.
"""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """``logit y = intercept + slope * x``; NaN where the likelihood has no maximum."""

    intercept: float
    slope: float


def fit_line(x: Numbers, target: Numbers) -> Line:
    """Return the line of maximum likelihood.

    Args:
        x: (row,).
        target: (row,), 0..1.
    """
    if np.ptp(x) == 0:
        return Line(np.nan, np.nan)
    scaled = (x - x.mean()) / x.std()
    once = np.ones((1, x.size))
    fitted = np.zeros((1, 2))
    for _ in range(MAX_ROUNDS):
        step, curvature = _step(scaled, target, once, fitted, free_slope=True)
        if curvature[0] < SINGULAR:
            break
        while _loss(scaled, target, fitted + step) > _loss(scaled, target, fitted) + TOLERANCE**2:
            step /= 2
        fitted += step
        if np.abs(step).max() < TOLERANCE:
            slope = fitted[0, 1] / x.std()
            return Line(float(fitted[0, 0] - slope * x.mean()), float(slope))
    return Line(np.nan, np.nan)


def fit_slopes(x: Numbers, target: Numbers, weights: Numbers, start: Line) -> Numbers:
    """Return the slopes of many weightings, (weighting,); NaN where there is no optimum.

    Args:
        x: (row,).
        target: (row,), 0..1.
        weights: (weighting, row).
        start: the line of the unweighted rows, near which the others are.
    """
    scaled = (x - x.mean()) / x.std()
    slope = start.slope * x.std()
    near = (start.intercept + start.slope * x.mean(), slope)
    slopes: Numbers = _newton(scaled, target, weights, near, free_slope=True)[:, 1] / x.std()
    return slopes


def fit_intercept(x: Numbers, target: Numbers) -> float:
    """Return the intercept with the slope fixed at 1; both classes must be there."""
    low, high = -float(x.max()) - MAX_INTERCEPT, -float(x.min()) + MAX_INTERCEPT
    for _ in range(MAX_ROUNDS):
        middle = (low + high) / 2
        expected = middle + x
        _sigmoid_in_place(expected)
        low, high = (middle, high) if expected.sum() < target.sum() else (low, middle)
    return (low + high) / 2


def fit_intercepts(x: Numbers, target: Numbers, weights: Numbers, start: float) -> Numbers:
    """Return the intercepts with the slope fixed at 1, (weighting,); arguments as above."""
    return _newton(x, target, weights, (start, 1.0), free_slope=False)[:, 0]


def _newton(
    x: Numbers, target: Numbers, weights: Numbers, start: tuple[float, float], *, free_slope: bool
) -> Numbers:
    """Return intercept and slope, (weighting, 2)."""
    fitted = np.tile(np.array(start), (weights.shape[0], 1))
    active = np.arange(weights.shape[0])
    for _ in range(MAX_ROUNDS):
        step, curvature = _step(x, target, weights[active], fitted[active], free_slope=free_slope)
        fitted[active] += step.clip(-MAX_STEP, MAX_STEP)
        hopeless = free_slope & (curvature < SINGULAR)
        fitted[active[hopeless]] = np.nan
        active = active[(np.abs(step).max(axis=1) >= TOLERANCE) & ~hopeless]
        if not active.size:
            return fitted
    fitted[active] = np.nan
    return fitted


def _step(
    x: Numbers, target: Numbers, weights: Numbers, fitted: Numbers, *, free_slope: bool
) -> tuple[Numbers, Numbers]:
    """Return Newton's step, (weighting, 2), and the curvature, (weighting,)."""
    expected = fitted[:, 1:] * x
    expected += fitted[:, :1]
    _sigmoid_in_place(expected)  # (weighting, row), as all that follows
    pull = expected * weights
    curve = pull - pull * expected
    to_intercept = weights @ target - pull.sum(axis=1)
    bend = np.maximum(curve.sum(axis=1), np.finfo(np.float64).tiny)
    if not free_slope:
        return np.stack([to_intercept / bend, np.zeros_like(bend)], axis=1), bend
    to_slope = weights @ (target * x) - pull @ x
    cross, bend_slope = curve @ x, curve @ np.square(x)
    determinant = bend * bend_slope - np.square(cross)
    divisor = np.maximum(determinant, np.finfo(np.float64).tiny)
    move_intercept = (bend_slope * to_intercept - cross * to_slope) / divisor
    move_slope = (bend * to_slope - cross * to_intercept) / divisor
    return np.stack([move_intercept, move_slope], axis=1), determinant


def _sigmoid_in_place(values: Numbers) -> None:
    np.negative(values, out=values)
    np.clip(values, None, 700.0, out=values)  # exp overflows beyond 709
    np.exp(values, out=values)
    values += 1.0
    np.reciprocal(values, out=values)


def _loss(x: Numbers, target: Numbers, fitted: Numbers) -> float:
    logit = fitted[0, 0] + fitted[0, 1] * x
    return float((np.logaddexp(0.0, logit) - target * logit).mean())
