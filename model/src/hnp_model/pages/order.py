"""Which slices come first on a page. Pure."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from hnp_model.pages.asked import Order
from hnp_model.pages.said import Said, Suspects
from hnp_shared.errors import InputError

Rows = npt.NDArray[np.int64]
"""Rows of a manifest in the order in which they are shown."""


def rows_in_order(
    manifest: pd.DataFrame, order: Order, said: Said, suspects: Suspects | None, *, seed: int
) -> Rows:
    """Return the slices that an order shows, the first first.

    Args:
        manifest: of the data set.
        order: what comes first.
        said: what the model says.
        suspects: where the order is by them.
        seed: of a random order.

    Raises:
        InputError: there is nothing to show in that order.
    """
    ids = manifest["slice_id"].astype(str)
    if order == "disc":
        keys = manifest[["level", "slice_id"]].sort_values(["level", "slice_id"])
        found = keys.index.to_numpy(np.int64)
    elif order == "random":
        found = np.random.default_rng(seed).permutation(len(manifest)).astype(np.int64)
    elif order == "suspects":
        found = _by(ids, suspects.rank if suspects else {})
    else:
        found = _by_model(manifest, ids, order, said)
    if not found.size:
        raise InputError(f"found no slice of the data set in the order {order}, expected some")
    return found


def _by_model(manifest: pd.DataFrame, ids: "pd.Series[str]", order: Order, said: Said) -> Rows:
    if said.threshold is None:
        raise InputError(f"found the order {order} without a RUN, expected one whose model speaks")
    line = _logit(np.array([said.threshold]))[0]
    told = np.array([said.probability.get(each, np.nan) for each in ids])
    far = np.abs(_logit(told) - line)
    if order == "uncertain":
        return _by(ids, dict(zip(ids[~np.isnan(far)], far[~np.isnan(far)], strict=True)))
    truth = manifest["is_patient"]
    missed = np.array(
        [
            says is not None and not pd.isna(says) and bool(says) != (p >= said.threshold)
            for says, p in zip(truth, told, strict=True)
        ]
    ) & ~np.isnan(told)
    return _by(ids, dict(zip(ids[missed], -far[missed], strict=True)))


def _by(ids: "pd.Series[str]", key: Mapping[str, float]) -> Rows:
    """Return the rows that have a key, the smallest first; equal ones by id."""
    here = [(key[each], each, row) for row, each in enumerate(ids) if each in key]
    return np.array([row for _, _, row in sorted(here)], np.int64)


def _logit(probability: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    inside = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.log(inside) - np.log1p(-inside)
