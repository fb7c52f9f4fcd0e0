"""A label map as structures in mm, in the patient's own axes: left, and backward. Pure.

The axes are the disc's: backward is its shorter principal axis, towards the sac. Columns run to the
patient's left, as radiologists look at axial slices; a data set keeps no other orientation.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from hnp_shared.mask_set import DISC, LabelMaps, MaskClass

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]

_LEAST_PIXELS = 12
"""Fewer pixels are specks, not a structure."""

_ROUND = 1.08
"""Axes of a disc that is hardly longer than deep mean nothing: the sac tells where back is."""


@dataclass(frozen=True)
class Anatomy:
    """The structures of one slice, each the largest piece of its class.

    Attributes:
        disc: nucleus and annulus, holes filled, (row, column); None where there is none.
        nucleus: what of it lies in the disc; sac, posterior elements likewise.
        pixel_mm: height and width of a pixel.
        cut_off: names of those that reach the border of the picture.
    """

    disc: Mask | None
    nucleus: Mask | None
    sac: Mask | None
    posterior: Mask | None
    pixel_mm: tuple[float, float]
    cut_off: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, label_map: LabelMaps, pixel_mm: tuple[float, float], told: Collection[str]
    ) -> "Anatomy":
        """Return the structures that a label map outlines.

        Args:
            label_map: classes, (row, column).
            pixel_mm: height and width of a pixel.
            told: what the source outlines; nothing is made of the rest.
        """
        label_map, bare = _around(label_map)
        has_disc = DISC in told or {"nucleus", "annulus"} <= set(told)
        within = np.isin(label_map, (MaskClass.NUCLEUS, MaskClass.ANNULUS))
        disc = _largest(within) if has_disc else None
        if disc is not None:
            disc = ndimage.binary_fill_holes(disc)
        nucleus = sac = posterior = None
        if disc is not None and "nucleus" in told:
            nucleus = _largest((label_map == MaskClass.NUCLEUS) & disc)
        if "sac" in told:
            sac = _largest(label_map == MaskClass.SAC)
        if "posterior elements" in told:
            found: Mask = label_map == MaskClass.POSTERIOR
            posterior = found if found.sum() >= _LEAST_PIXELS else None
        cut_off = {
            name
            for name, mask in (("disc", disc), ("nucleus", nucleus), ("sac", sac))
            if mask is not None and _touches(mask, bare)
        }
        return cls(disc, nucleus, sac, posterior, pixel_mm, frozenset(cut_off))

    @property
    def pixel_mm2(self) -> float:
        """Area of a pixel."""
        return self.pixel_mm[0] * self.pixel_mm[1]

    def area_mm2(self, mask: Mask) -> float:
        """Return the area of a structure."""
        return float(mask.sum()) * self.pixel_mm2

    @cached_property
    def axes(self) -> Points:
        """Left and backward as unit vectors of (row, column) in mm, (2, 2)."""
        backward = self._towards_sac()
        if self.disc is not None:
            values, vectors = np.linalg.eigh(np.cov(self._mm(self.disc).T))
            if values[1] > _ROUND**2 * values[0]:
                shorter = vectors[:, 0]
                backward = shorter if shorter @ backward >= 0 else -shorter
        left = np.array([-backward[1], backward[0]])
        return np.stack([left, backward])

    @cached_property
    def middle_mm(self) -> Points:
        """Where the axes cross: halfway across the disc, at its centroid's depth, (2,)."""
        disc = self.disc
        if disc is None:
            return np.zeros(2)
        edge = self._edge_mm(disc) @ self.axes.T
        centre = self._mm(disc).mean(axis=0) @ self.axes.T
        across = (edge[:, 0].min() + edge[:, 0].max()) / 2
        return np.array([across, centre[1]])

    def points(self, mask: Mask) -> Points:
        """Return the centres of a structure's pixels as (left, backward) in mm, (point, 2)."""
        return np.asarray(self._mm(mask) @ self.axes.T - self.middle_mm)

    @cached_property
    def disc_edge(self) -> Points:
        """The edge of the disc, as `edge` returns it."""
        return np.empty((0, 2)) if self.disc is None else self.edge(self.disc)

    def pixels(self, points: Points) -> npt.NDArray[np.int64]:
        """Return the pixels that points lie in, as (row, column); what `points` returns, back."""
        mm = (points + self.middle_mm) @ self.axes
        pixels: npt.NDArray[np.int64] = np.rint(mm / np.array(self.pixel_mm)).astype(np.int64)
        return pixels

    def edge(self, mask: Mask) -> Points:
        """Return the edge of a structure as (left, backward) in mm, (point, 2).

        A point lies halfway between each pixel of it and each neighbour that is none: where
        marching squares would put the corners of an outline (Lorensen WE, Cline HE, 1987).
        """
        return np.asarray(self._edge_mm(mask) @ self.axes.T - self.middle_mm)

    def _towards_sac(self) -> Points:
        if self.disc is None or self.sac is None:
            return np.array([1.0, 0.0])
        way = self._mm(self.sac).mean(axis=0) - self._mm(self.disc).mean(axis=0)
        length = float(np.linalg.norm(way))
        return way / length if length > 0 else np.array([1.0, 0.0])

    def _mm(self, mask: Mask) -> Points:
        return np.asarray(np.argwhere(mask) * np.array(self.pixel_mm))

    def _edge_mm(self, mask: Mask) -> Points:
        padded = np.pad(mask, 1)
        found = []
        for axis in (0, 1):
            crossing = np.argwhere(np.diff(padded.astype(np.int8), axis=axis)).astype(np.float64)
            crossing[:, axis] += 0.5
            found.append(crossing - 1)
        return np.asarray(np.concatenate(found) * np.array(self.pixel_mm))


def _around(label_map: LabelMaps) -> tuple[LabelMaps, tuple[bool, ...]]:
    """Return what lies around all structures, and which of its sides are the picture's own."""
    rows, columns = (np.flatnonzero(label_map.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return label_map[:1, :1], (False,) * 4
    kept, bare = [], []
    for found, size in zip((rows, columns), label_map.shape, strict=True):
        kept.append(slice(int(found[0]), int(found[-1]) + 1))
        bare += [bool(found[0] == 0), bool(found[-1] == size - 1)]
    return label_map[kept[0], kept[1]], tuple(bare)


def _touches(mask: Mask, own: tuple[bool, ...]) -> bool:
    """Tell whether a structure is cut off by the picture."""
    sides = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return any(is_own and side.any() for side, is_own in zip(sides, own, strict=True))


def _largest(mask: Mask) -> Mask | None:
    """Return the largest piece of a mask; None where it has but specks."""
    pieces, count = ndimage.label(mask)
    if not count:
        return None
    sizes = np.bincount(pieces.ravel())[1:]
    if sizes.max() < _LEAST_PIXELS:
        return None
    largest: Mask = pieces == int(sizes.argmax()) + 1
    return largest
