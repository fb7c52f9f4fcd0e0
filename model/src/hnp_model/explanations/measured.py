"""What is measured of maps of slices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from hnp_model.explanations.attributing import adds_up
from hnp_model.explanations.curves import Curves

Method = Literal["ig", "cam"]
METHODS: tuple[Method, ...] = ("ig", "cam")
TITLES: Mapping[Method, str] = {"ig": "Integrated Gradients", "cam": "Grad-CAM"}

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What maps of some slices say; every array begins with (slice,).

    Attributes:
        logit: that decides.
        start: logit of the baseline.
        missed: how far the parts of Integrated Gradients are from the change of the logit.
        image: what the picture adds to the logit.
        tabular: (slice, input), what each input adds.
        regions: (slice, region), what the regions of the picture add.
        areas: (slice, region), share of the pixels seen that lie in each region.
        shares: method -> (slice, region), share of the map that lies there, whatever its sign.
        curves: order -> areas under its curves.
        alike: method -> rank correlation with the map of random weights; NaN where not asked.
    """

    logit: Numbers
    start: Numbers
    missed: Numbers
    image: Numbers
    tabular: Numbers
    regions: Numbers
    areas: Numbers
    shares: Mapping[Method, Numbers]
    curves: Mapping[str, Curves]
    alike: Mapping[Method, Numbers]

    def __len__(self) -> int:
        return self.logit.size

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """Whether the parts add up, (slice,)."""
        return adds_up(self.missed, self.logit - self.start)

    @property
    def input_shares(self) -> Numbers:
        """Share of each decision that is the picture's, and each input's, (slice, 1 + input).

        By the size of what each adds, whatever its sign; NaN where nothing adds anything.
        """
        sizes = np.abs(np.column_stack([self.image, self.tabular]))
        whole = sizes.sum(axis=1, keepdims=True)
        unknown = np.full(sizes.shape, np.nan)
        return np.asarray(np.divide(sizes, whole, out=unknown, where=whole > 0))

    def take(self, rows: npt.NDArray[np.int64]) -> "Measured":
        """Return those of some slices."""
        return Measured(
            *(self.logit[rows], self.start[rows], self.missed[rows], self.image[rows]),
            *(self.tabular[rows], self.regions[rows], self.areas[rows]),
            {name: values[rows] for name, values in self.shares.items()},
            {
                name: Curves(each.deletion[rows], each.insertion[rows])
                for name, each in self.curves.items()
            },
            {name: values[rows] for name, values in self.alike.items()},
        )


def joined(batches: Sequence[Measured]) -> Measured:
    """Return what was measured batch by batch."""

    def every(name: str) -> Numbers:
        return np.concatenate([getattr(each, name) for each in batches])

    return Measured(
        *(every("logit"), every("start"), every("missed"), every("image"), every("tabular")),
        *(every("regions"), every("areas")),
        {name: np.concatenate([each.shares[name] for each in batches]) for name in METHODS},
        {
            name: Curves(
                np.concatenate([each.curves[name].deletion for each in batches]),
                np.concatenate([each.curves[name].insertion for each in batches]),
            )
            for name in batches[0].curves
        },
        {name: np.concatenate([each.alike[name] for each in batches]) for name in METHODS},
    )
