"""How far each hospital lies from all others: its columns, its greys, and who tells them apart."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_etl.report.cells import Cells, numbered, values_of
from hnp_etl.report.drift import kolmogorov_smirnov, tell_apart, total_variation
from hnp_etl.report.sample import Sample
from hnp_etl.report.tallies import Values, edges_of


def apart(
    manifest: pa.Table, cells: Cells, sample: Sample, columns: Sequence[str]
) -> dict[str, object] | None:
    """Return distances of each hospital from the rest, and how well hospitals are told.

    Returns:
        ``distances``: hospital, what, total variation, Kolmogorov-Smirnov; ``told``: of the
        classifier. None where there is one hospital.
    """
    if len(cells.hospitals) < 2:
        return None
    seen = cells.hospital[sample.rows]
    distances: list[list[object]] = []
    for number, name in enumerate(cells.hospitals):
        mine, those = cells.hospital == number, seen == number
        for column in columns:
            values = values_of(manifest, column)
            known = np.isfinite(values)
            ks = kolmogorov_smirnov(values[mine & known], values[~mine & known])
            distances.append([name, column, _variation(values, mine), ks])
        greys = [sample.greys[each].sum(axis=0).astype(np.float64) for each in (those, ~those)]
        ks = kolmogorov_smirnov(sample.mean[those], sample.mean[~those])
        distances.append([name, "stored_grey", total_variation(*greys), None])
        distances.append([name, "mean_grey", None, ks])
    return {"distances": distances, "told": _told(manifest, cells, sample)}


def _variation(values: Values, mine: npt.NDArray[np.bool_]) -> float | None:
    """Return the total variation of binned values, of which missing ones are a bin."""
    edges = edges_of(values)
    bins = np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(edges) - 2)
    bins[~np.isfinite(values)] = len(edges) - 1
    here, there = (
        np.bincount(bins[each], minlength=len(edges)).astype(np.float64) for each in (mine, ~mine)
    )
    return total_variation(here, there)


def _told(manifest: pa.Table, cells: Cells, sample: Sample) -> dict[str, object] | None:
    """Return how well hospitals are told from greys and texture of the stored pictures."""
    shares = sample.greys / sample.greys.sum(axis=1, keepdims=True)
    patient = numbered(manifest, "patient_id")[sample.rows]
    features = np.column_stack([shares, sample.mean, sample.texture])
    told = tell_apart(features, cells.hospital[sample.rows], patient, cells.hospitals)
    return told.to_json() if told else None
