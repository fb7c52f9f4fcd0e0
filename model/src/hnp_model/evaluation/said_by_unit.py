"""What is said of each slice, disc and patient, written as three tables and counted."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from hnp_model.measures.operating_points import OperatingPoint
from hnp_model.measures.units import UnitName
from hnp_model.runs.predicted_files import write_tables
from hnp_model.runs.predictions import Predictions, table_beside
from hnp_model.runs.unit_tables import Ways, unit_tables, with_read_next


@dataclass(frozen=True, slots=True)
class SaidOf:
    """Counts of one unit.

    Attributes:
        count: rows of which something is said.
        threshold: from here on one is called positive; None: no threshold reaches the aim.
        called: rows called so.
        sets: name of a prediction set -> rows; empty where val is too small for sets.
    """

    count: int
    threshold: float | None
    called: int
    sets: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SaidByUnit:
    """Counts of discs and patients, and where the tables lie.

    Attributes:
        units: unit -> counts.
        points: what was aimed at on val.
        error_level: of the sets.
        files: discs, patients and slices.
    """

    units: Mapping[UnitName, SaidOf]
    points: tuple[OperatingPoint, ...]
    error_level: float
    files: tuple[str, ...]

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return {
            "units": {unit: asdict(one) for unit, one in self.units.items()},
            "operating_points": {point.unit: point.to_plain() for point in self.points},
            "referral_error": self.error_level,
            "files": list(self.files),
        }


def thresholds_of(run: Mapping[str, float], points: tuple[OperatingPoint, ...]) -> dict[str, float]:
    """Return unit -> threshold; NaN, which nothing reaches, where an aim has none."""
    return {**run, **{one.unit: one.val.threshold if one.val else np.nan for one in points}}


def write_by_unit(
    file: Path,
    known: pa.Table,
    predictions: Predictions,
    ways: Ways,
    points: tuple[OperatingPoint, ...],
) -> SaidByUnit:
    """Write the three tables, and return what is in them.

    Args:
        file: of slices.
        known: the manifest, rows as in ``predictions``.
        predictions: of all its slices.
        ways: how discs and patients are judged.
        points: what was aimed at.
    """
    labelled = known.column("is_patient").null_count == 0
    slices = table_beside(known, predictions, ways.calibrated)
    if not labelled:
        slices = with_read_next(slices, ways.calibrated.line.apply(predictions.logit))
    tables = unit_tables(predictions, ways, labelled=labelled)
    files = write_tables(file, {**tables, "slice": slices})
    units = {unit: _count(table, ways.thresholds[unit]) for unit, table in tables.items()}
    return SaidByUnit(units, points, ways.error_level, files)


def _count(table: pa.Table, threshold: float) -> SaidOf:
    sets = Counter(name for name in table.column("prediction_set").to_pylist() if name)
    return SaidOf(
        count=len(table) - table.column("probability").null_count,
        threshold=None if np.isnan(threshold) else threshold,
        called=sum(one is True for one in table.column("called").to_pylist()),
        sets=dict(sorted(sets.items())),
    )
