"""What comes of acting on a model: who is found and alarmed, and what that is worth."""

from collections.abc import Mapping
from dataclasses import dataclass

from hnp_model.measures.net_benefit import DecisionCurve, decision_curve
from hnp_model.measures.operating_points import OperatingPoint
from hnp_model.measures.two_by_two import TwoByTwo
from hnp_model.measures.units import Scores, UnitName

DECIDED_UNITS: tuple[UnitName, ...] = ("level", "patient")
"""Units that somebody acts on; nobody treats a slice."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What comes of acting on a model.

    Attributes:
        tables: unit -> counts at the run's threshold.
        points: what was aimed at on val, a unit each; () when nothing was.
        aimed: unit -> counts at the threshold aimed at.
        curves: unit -> decision curve, None where patients are too few; None: the calibration was
            chosen on what is judged.
    """

    tables: Mapping[UnitName, TwoByTwo]
    points: tuple[OperatingPoint, ...] = ()
    aimed: Mapping[UnitName, TwoByTwo] | None = None
    curves: Mapping[UnitName, DecisionCurve | None] | None = None

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds: unit -> counts, and curves."""
        plain: dict[str, dict[str, object]] = {
            unit: {"two_by_two": table.to_plain()} for unit, table in self.tables.items()
        }
        for point in self.points:
            aimed = (self.aimed or {}).get(point.unit)
            plain[point.unit]["operating_point"] = {
                **point.to_plain(),
                "judged": aimed.to_plain() if aimed else None,
            }
        for unit, curve in (self.curves or {}).items():
            plain[unit]["decision_curve"] = curve.to_plain() if curve else None
        return dict(plain)


def decide(
    scores: Mapping[UnitName, Scores],
    thresholds: Mapping[str, float],
    points: tuple[OperatingPoint, ...],
    calibrated: Mapping[UnitName, Scores] | None,
) -> Decisions:
    """Return what comes of acting on scores.

    Args:
        scores: unit -> what the model says.
        thresholds: unit -> the run's.
        points: chosen on val.
        calibrated: unit -> calibrated scores; None leaves curves out.
    """
    aimed = {
        point.unit: TwoByTwo.of(scores[point.unit], point.val.threshold)
        for point in points
        if point.val
    }
    curves = (
        {unit: decision_curve(calibrated[unit]) for unit in DECIDED_UNITS} if calibrated else None
    )
    tables = {unit: TwoByTwo.of(scores[unit], thresholds[unit]) for unit in DECIDED_UNITS}
    return Decisions(tables, points, aimed, curves)
