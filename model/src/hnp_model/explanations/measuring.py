"""From the slices of a batch to their maps, and to what is measured of these."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import rankdata
from torch import nn

from hnp_model.explanations.attributing import Attributions, attribute
from hnp_model.explanations.curves import RANDOM, Curves, cell_sums, curves_of, random_orders
from hnp_model.explanations.measured import METHODS, Measured, Method
from hnp_model.explanations.regions import Regions, shares_of, sums_of
from hnp_model.fitting.batch import Batch

Numbers = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Looker:
    """What looks at slices, and what its maps are measured against.

    Attributes:
        network: in eval mode, its weights frozen.
        stranger: the same network with random weights.
        regions: of the slices.
        channels: pictures that are seen of a slice.
        usual: (feature,), mean of what is known beside pictures.
        random: what random orders are drawn with.
    """

    network: nn.Module
    stranger: nn.Module
    regions: Regions
    channels: int
    usual: torch.Tensor
    random: np.random.Generator

    def look(
        self, indices: npt.NDArray[np.int64], called: npt.NDArray[np.bool_], *, strange: bool
    ) -> tuple[Attributions, Measured]:
        """Return maps of some slices, and what is measured of them.

        Args:
            indices: (slice,), of the samples.
            called: (slice,), whether they are called positive.
            strange: whether to compare with random weights.
        """
        samples = self.regions.samples
        lent = samples.batch(indices)
        batch = Batch(lent.images.clone(), lent.tabular, lent.truth)
        found = attribute(self.network, batch, self.channels, self.usual)
        maps = maps_of(found)
        alike = dict.fromkeys(METHODS, np.full(len(indices), np.nan))
        if strange:
            other = attribute(self.stranger, batch, self.channels, self.usual, exact=False)
            alike = {name: rank_correlation(maps[name], maps_of(other)[name]) for name in METHODS}
        masks = self.regions.masks(indices)
        return found, Measured(
            logit=found.logit,
            start=found.start,
            missed=found.missed,
            image=found.integrated.sum(axis=(1, 2, 3), dtype=np.float64),
            tabular=self._by_input(found.tabular),
            regions=sums_of(maps["ig"], masks),
            areas=masks.mean(axis=(2, 3), dtype=np.float64),
            shares={name: shares_of(maps[name], masks) for name in METHODS},
            curves=self._curves(batch, maps, called),
            alike=alike,
        )

    def _by_input(self, features: Pixels) -> Numbers:
        belongs = np.eye(self.regions.samples.inputs.input_count)
        return features.astype(np.float64) @ belongs[self.regions.samples.inputs.input_of]

    def _curves(
        self, batch: Batch, maps: dict[Method, Pixels], called: npt.NDArray[np.bool_]
    ) -> dict[str, Curves]:
        sign = np.where(called, 1.0, -1.0)[:, None]
        orders: dict[str, Numbers] = {name: sign * cell_sums(maps[name]) for name in METHODS}
        orders[RANDOM] = random_orders(len(called), self.random)
        return curves_of(self.network, batch, self.channels, called, orders)


def maps_of(found: Attributions) -> dict[Method, Pixels]:
    """Return the map of each method, (slice, row, column); of several pictures, their sum."""
    return {"ig": found.integrated.sum(axis=1), "cam": found.cam}


def rank_correlation(first: Pixels, second: Pixels) -> Numbers:
    """Return how alike two maps of each slice are, by Spearman, cell by cell, (slice,).

    NaN where a map is the same everywhere.

    Args:
        first: (slice, row, column).
        second: likewise.
    """
    ranks = [rankdata(cell_sums(each), axis=1) for each in (first, second)]
    one, other = (each - each.mean(axis=1, keepdims=True) for each in ranks)
    size = np.sqrt(np.square(one).sum(axis=1) * np.square(other).sum(axis=1))
    found = (one * other).sum(axis=1)
    unknown = np.full(len(found), np.nan)
    return np.asarray(np.divide(found, size, out=unknown, where=size > 0))
