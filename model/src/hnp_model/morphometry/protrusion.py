"""How far a disc stands out behind, where, and how that is graded. Pure.

Sources: Fardon DF and others, Lumbar disc nomenclature: version 2.0, Spine J 2014; 14: 2525-2545
(zones); Mysliwiec LW and others, MSU classification for herniated lumbar discs on MRI, Eur Spine J
2010; 19: 1087-1093 (size against the line between the facets, location by its quarters).
"""

from dataclasses import dataclass

import numpy as np

from hnp_model.morphometry.anatomy import Anatomy, Mask, Points

NONE, CENTRAL, SUBARTICULAR, FORAMINAL, EXTRAFORAMINAL = range(5)
ZONES = ("none", "central", "subarticular", "foraminal", "extraforaminal")
RIGHT, MIDDLE, LEFT = -1, 0, 1

LEAST_FOCAL_MM = 1.5
"""What stands out less has no side, zone or grade: of sound discs one in ten stands out more, and
outlines of a network are off by as much."""

MIDLINE_MM = 2.0
"""Nearer to the midline than this, a protrusion is on neither side."""

_ACROSS = 0.82
"""Share of the disc's half width within which its rear margin is looked at: beyond, it turns."""

_OUTSIDE = 0.85
"""Share of the half width beyond which a protrusion lies outside the foramen."""

_CORNER = float(np.sqrt(0.5))
"""Share of the half width at which an oval, stretched to a circle, runs at 45 degrees."""

_STEP_MM = 0.5
_ROUNDS = 12
_ABOVE_MM = 0.4
"""What stands out more than this is no part of the sound margin, and is left out of its fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Rear:
    """The rear margin of a disc.

    Attributes:
        across: places from the right to the left, mm, (place,).
        back: how far back the margin lies there, (place,).
        sound: how far back it would lie without what stands out, (place,).
        half_width: of the disc.
    """

    across: Points
    back: Points
    sound: Points
    half_width: float

    @property
    def apex(self) -> int:
        """The place at which it stands out most."""
        return int(np.argmax(self.back - self.sound))

    @property
    def focal_mm(self) -> float:
        """How far it stands out there beyond the sound margin."""
        return float((self.back - self.sound)[self.apex])


def rear_of(anatomy: Anatomy) -> Rear | None:
    """Return the rear margin of a disc; None where it is too small to have one."""
    edge = anatomy.disc_edge
    half = float(np.ptp(edge[:, 0])) / 2
    step = max(_STEP_MM, 1.5 * max(anatomy.pixel_mm))
    places = np.arange(-_ACROSS * half, _ACROSS * half + step / 2, step)
    behind = edge[edge[:, 1] > 0]
    found = np.rint((behind[:, 0] - places[0]) / step).astype(np.int64)
    inside = (found >= 0) & (found < places.size)
    back = np.full(places.size, -np.inf)
    np.maximum.at(back, found[inside], behind[inside, 1])
    known = np.isfinite(back)
    if known.sum() < 8:
        return None
    across, back = places[known], back[known]
    return Rear(across, back, _sound(across, back, half), half)


def _sound(across: Points, back: Points, half: float) -> Points:
    """Return the margin without what stands out: a smooth curve fitted to all that does not."""
    share = across / half
    shape = np.stack([np.ones_like(share), share, share**2, share**4], axis=1)
    kept = np.ones(across.size, np.bool_)
    fitted = back
    for _ in range(_ROUNDS):
        fitted = shape @ np.linalg.lstsq(shape[kept], back[kept], rcond=None)[0]
        still = back - fitted < _ABOVE_MM
        if still.sum() < across.size // 3 or (still == kept).all():
            break
        kept = still
    return np.asarray(fitted)


def beyond_corners(anatomy: Anatomy) -> float:
    """Return how far a disc stands out behind the line of its rear corners, mm; NaN without them.

    Corners are where an oval has them: on its rear edge, at `_CORNER` of its half width.
    """
    edge = anatomy.disc_edge
    half = float(np.ptp(edge[:, 0])) / 2
    near = 1.5 * max(anatomy.pixel_mm)
    corners = []
    for place in (-_CORNER * half, _CORNER * half):
        mine = edge[(np.abs(edge[:, 0] - place) <= near) & (edge[:, 1] > 0)]
        if not len(mine):
            return float("nan")
        corners.append((place, float(mine[:, 1].mean())))
    (right, right_back), (left, left_back) = corners
    slope = (left_back - right_back) / (left - right)
    between = edge[np.abs(edge[:, 0]) <= _CORNER * half]
    off = between[:, 1] - right_back - slope * (between[:, 0] - right)
    return float(off.max() / np.hypot(1.0, slope))


def facet_line(anatomy: Anatomy, posterior: Mask, sac: Mask) -> tuple[Points, Points] | None:
    """Return the medial edge of the right and the left facet; None where one is not seen.

    Facets stand beside the sac, laminae meet behind it.
    """
    edge = anatomy.edge(posterior)
    beside = edge[edge[:, 1] <= anatomy.edge(sac)[:, 1].max()]
    sides = [beside[beside[:, 0] < 0], beside[beside[:, 0] > 0]]
    if not all(len(each) for each in sides):
        return None
    right, left = (each[np.argmin(np.abs(each[:, 0]))] for each in sides)
    return right, left


def side_of(rear: Rear) -> int:
    """Return the side of what stands out, the patient's: right -1, left 1; 0 in the middle."""
    at = float(rear.across[rear.apex])
    if rear.focal_mm < LEAST_FOCAL_MM or abs(at) < MIDLINE_MM:
        return MIDDLE
    return LEFT if at > 0 else RIGHT


def zone_of(rear: Rear, facets: tuple[Points, Points]) -> int:
    """Return the place in `ZONES` of what stands out.

    Central are the two middle quarters of the line between the facets, subarticular the outer ones,
    foraminal what lies beyond it.
    """
    if rear.focal_mm < LEAST_FOCAL_MM:
        return NONE
    right, left = facets
    at = float(rear.across[rear.apex])
    share = (at - right[0]) / (left[0] - right[0])  # 0 at the right facet, 1 at the left one
    if 0.25 <= share <= 0.75:
        return CENTRAL
    if 0 <= share <= 1:
        return SUBARTICULAR
    return EXTRAFORAMINAL if abs(at) > _OUTSIDE * rear.half_width else FORAMINAL


def msu_size_of(rear: Rear, facets: tuple[Points, Points]) -> int:
    """Return the size after MSU: 0 none, 1 up to half way to the facets' line, 2, 3 beyond it."""
    if rear.focal_mm < LEAST_FOCAL_MM:
        return 0
    right, left = facets
    at, sound = float(rear.across[rear.apex]), float(rear.sound[rear.apex])
    line = float(np.interp(at, (right[0], left[0]), (right[1], left[1])))
    room = line - sound
    share = rear.focal_mm / room if room > 0 else np.inf
    return 1 if share <= 0.5 else 2 if share <= 1 else 3
