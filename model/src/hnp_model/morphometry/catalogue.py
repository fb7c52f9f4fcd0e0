"""All measures of a slice: their names, units and sources, and how each is taken. Pure."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hnp_model.morphometry.anatomy import Anatomy, Mask, Points
from hnp_model.morphometry.protrusion import (
    Rear,
    beyond_corners,
    facet_line,
    msu_size_of,
    rear_of,
    side_of,
    zone_of,
)
from hnp_model.morphometry.thickness import OCTANTS, Thickness, annulus, facing
from hnp_shared.mask_set import LabelMaps


class Missing(StrEnum):
    """Why a measure has no value."""

    NO_MASK = "NO_MASK"
    OUT_OF_DISTRIBUTION = "OUT_OF_DISTRIBUTION"
    NO_PIXEL_SIZE = "NO_PIXEL_SIZE"
    NOT_OUTLINED = "NOT_OUTLINED"
    NO_DISC = "NO_DISC"
    NO_NUCLEUS = "NO_NUCLEUS"
    NO_SAC = "NO_SAC"
    NO_FACETS = "NO_FACETS"
    NO_MARGIN = "NO_MARGIN"
    CUT_OFF = "CUT_OFF"


class Measured(NamedTuple):
    """A measure of one slice: its value, or why it has none."""

    value: float | None
    reason: Missing | None


class _Absent(Exception):  # noqa: N818  # no error: a measure has no value here
    """A structure that a measure needs is not there."""

    def __init__(self, reason: Missing) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class _Slice:
    """What measures of one slice share."""

    anatomy: Anatomy
    told: Collection[str]

    @property
    def disc(self) -> Mask:
        return self._whole("disc", self.anatomy.disc, Missing.NO_DISC, {"disc", "annulus"})

    @property
    def nucleus(self) -> Mask:
        return self._whole("nucleus", self.anatomy.nucleus, Missing.NO_NUCLEUS, {"nucleus"})

    @property
    def sac(self) -> Mask:
        return self._whole("sac", self.anatomy.sac, Missing.NO_SAC, {"sac"})

    @property
    def whole_disc(self) -> Anatomy:
        """The anatomy, once its disc is known to be whole."""
        _ = self.disc
        return self.anatomy

    def _whole(self, name: str, mask: Mask | None, absent: Missing, told: set[str]) -> Mask:
        if not told & set(self.told):
            raise _Absent(Missing.NOT_OUTLINED)
        if mask is None:
            raise _Absent(absent)
        if name in self.anatomy.cut_off:
            raise _Absent(Missing.CUT_OFF)
        return mask

    @cached_property
    def thickness(self) -> Thickness:
        return annulus(self.whole_disc, self.nucleus)

    @cached_property
    def rear(self) -> Rear:
        found = rear_of(self.whole_disc)
        if found is None:
            raise _Absent(Missing.NO_MARGIN)
        return found

    @cached_property
    def facets(self) -> tuple[Points, Points]:
        if "posterior elements" not in self.told:
            raise _Absent(Missing.NOT_OUTLINED)
        posterior = self.anatomy.posterior
        line = None if posterior is None else facet_line(self.anatomy, posterior, self.sac)
        if line is None:
            raise _Absent(Missing.NO_FACETS)
        return line

    @cached_property
    def facing(self) -> Points:
        found = facing(self.anatomy, self.thickness, self.sac)
        if not found.size:
            raise _Absent(Missing.NO_MARGIN)
        return found

    def extent_mm(self, axis: int) -> float:
        return float(np.ptp(self.whole_disc.disc_edge[:, axis]))

    def asymmetry(self) -> float:
        """Return the share of the disc that its mirror image does not cover."""
        mirrored = self.anatomy.pixels(self.anatomy.points(self.disc) * (-1, 1))
        rows, columns = self.disc.shape
        inside = ((mirrored >= 0) & (mirrored < (rows, columns))).all(axis=1)
        covered = self.disc[tuple(mirrored[inside].T)].sum()
        return 1 - float(covered) / len(mirrored)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure.

    Attributes:
        name: as it stands in measures.parquet.
        unit: `mm`, `mm2`, `share`, or `code` for a number that stands for a word.
        meaning: in a line.
        of: takes it.
    """

    name: str
    unit: str
    meaning: str
    of: Callable[[_Slice], float]


MEASURES = (
    Measure("disc_area_mm2", "mm2", "area of the disc", lambda s: s.anatomy.area_mm2(s.disc)),
    Measure("disc_ap_mm", "mm", "front to back, along its shorter axis", lambda s: s.extent_mm(1)),
    Measure("disc_width_mm", "mm", "side to side", lambda s: s.extent_mm(0)),
    Measure(
        "nucleus_share",
        "share",
        "share of the disc's area that is nucleus",
        lambda s: float(s.nucleus.sum() / s.disc.sum()),
    ),
    Measure(
        "annulus_mean_mm",
        "mm",
        "thickness of the annulus, mean along the disc's edge",
        lambda s: float(s.thickness.mm.mean()),
    ),
    Measure(
        "annulus_sd_mm",
        "mm",
        "standard deviation of the same",
        lambda s: float(s.thickness.mm.std()),
    ),
    Measure("annulus_min_mm", "mm", "the least of it", lambda s: float(s.thickness.mm.min())),
    *(
        Measure(
            f"annulus_{name}_mm",
            "mm",
            f"its mean in the octant {name.replace('_', ' and ')}",
            lambda s, name=name: s.thickness.of_octant(name),  # type: ignore[misc]  # a default
        )
        for name in OCTANTS
    ),
    Measure(
        "risk_zone_mm",
        "mm",
        "thickness from the nucleus to the disc's edge that faces the sac, mean",
        lambda s: float(s.facing.mean()),
    ),
    Measure("risk_zone_min_mm", "mm", "the least of the same", lambda s: float(s.facing.min())),
    Measure("sac_area_mm2", "mm2", "area of the sac", lambda s: s.anatomy.area_mm2(s.sac)),
    Measure(
        "sac_disc_ratio",
        "share",
        "area of the sac by that of the disc",
        lambda s: float(s.sac.sum() / s.disc.sum()),
    ),
    Measure(
        "protrusion_mm",
        "mm",
        "how far the disc stands out behind the line of its rear corners",
        lambda s: beyond_corners(s.whole_disc),
    ),
    Measure(
        "focal_mm",
        "mm",
        "how far it stands out at one place beyond the rest of its rear margin",
        lambda s: s.rear.focal_mm,
    ),
    Measure(
        "side",
        "code",
        "of what stands out: -1 right, 0 middle or none, 1 left",
        lambda s: float(side_of(s.rear)),
    ),
    Measure(
        "zone",
        "code",
        "0 none, 1 central, 2 subarticular, 3 foraminal, 4 extraforaminal",
        lambda s: float(zone_of(s.rear, s.facets)),
    ),
    Measure(
        "msu_size",
        "code",
        "MSU size, 0 to 3, against the line between the facets",
        lambda s: float(msu_size_of(s.rear, s.facets)),
    ),
    Measure(
        "asymmetry",
        "share",
        "share of the disc that its mirror image does not cover",
        lambda s: s.asymmetry(),
    ),
)
"""In the order of measures.parquet."""

NAMES = tuple(measure.name for measure in MEASURES)


def measure_slice(
    label_map: LabelMaps, pixel_mm: tuple[float, float], told: Collection[str]
) -> list[Measured]:
    """Return every measure of a slice, in the order of `MEASURES`.

    Args:
        label_map: classes, (row, column).
        pixel_mm: height and width of a pixel; NaN: not known.
        told: what the source outlines.
    """
    if not all(math.isfinite(one) and one > 0 for one in pixel_mm):
        return missing(Missing.NO_PIXEL_SIZE)
    shared = _Slice(Anatomy.of(label_map, pixel_mm, told), told)
    return [_take(measure, shared) for measure in MEASURES]


def missing(reason: Missing) -> list[Measured]:
    """Return no value of any measure, with one reason for all."""
    return [Measured(None, reason)] * len(MEASURES)


_DIGITS = 9
"""Of a measure in mm or mm2 beyond the point: the rest is rounding of sums."""


def _take(measure: Measure, shared: _Slice) -> Measured:
    try:
        value = measure.of(shared)
    except _Absent as absent:
        return Measured(None, absent.reason)
    if not math.isfinite(value):
        return Measured(None, Missing.NO_MARGIN)
    return Measured(round(value, _DIGITS) + 0.0, None)  # no -7e-15, and no -0.0
