"""The threshold that keeps a promise on val: a sensitivity, or a positive predictive value."""

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.measures.two_by_two import TwoByTwo
from hnp_model.measures.units import Scores, UnitName

AimName = Literal["sensitivity", "ppv"]

_ROUNDING = 1e-9
"""0.9 of ten rows is nine of them, whatever floats make of it."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a threshold is to reach on val: ``value``, above 0 and at most 1, of a figure."""

    name: AimName
    value: float

    @classmethod
    def of(cls, sensitivity: float | None, ppv: float | None) -> "Aim | None":
        """Return the aim of which one at most is given; None: neither is."""
        if sensitivity is not None:
            return cls("sensitivity", sensitivity)
        return None if ppv is None else cls("ppv", ppv)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The threshold of one unit that reaches an aim on val.

    Attributes:
        unit: what is called positive.
        aim: what was asked for.
        val: what it does on val, where it was chosen; None where there is no such threshold.
        reason: why there is none.
    """

    unit: UnitName
    aim: Aim
    val: TwoByTwo | None
    reason: str = ""

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        return {
            "aim": asdict(self.aim),
            "val": self.val.to_plain() if self.val else None,
            "reason": self.reason or None,
        }


def choose_point(unit: UnitName, val: Scores, aim: Aim) -> OperatingPoint:
    """Return the point that reaches an aim and costs least.

    A sensitivity: the highest threshold that reaches it; a predictive value: the lowest one.

    Args:
        unit: what the rows are.
        val: scores of val.
        aim: what to reach.
    """
    few = min((val.patients_with(truth), truth) for truth in (True, False))
    if few[0] < MIN_PATIENTS:
        kind = "positive" if few[1] else "negative"
        whom = f"patients with a {kind} disc" if unit == "level" else f"{kind} patients"
        reason = f"val has {few[0]} {whom}, expected at least {MIN_PATIENTS}"
        return OperatingPoint(unit, aim, None, reason)
    threshold = _by_sensitivity(val, aim) if aim.name == "sensitivity" else _by_ppv(val, aim)
    if threshold is None:
        return OperatingPoint(unit, aim, None, f"no threshold reaches {aim.value:g} on val")
    return OperatingPoint(unit, aim, TwoByTwo.of(val, threshold))


def _by_sensitivity(val: Scores, aim: Aim) -> float:
    hits = np.cumsum(val.truth)
    enough = hits >= aim.value * hits[-1] - _ROUNDING
    return float(val.probability[int(np.argmax(enough))])


def _by_ppv(val: Scores, aim: Aim) -> float | None:
    """Return the threshold; calling nobody is no answer."""
    ends = np.append(np.flatnonzero(np.diff(val.probability)), val.truth.size - 1)
    called, hits = ends + 1, np.cumsum(val.truth)[ends]
    reached = hits >= aim.value * called - _ROUNDING
    if not reached.any():
        return None
    return float(val.probability[ends[np.flatnonzero(reached)[-1]]])
