"""How thick the annulus is: from each point of the disc's edge to the nearest of the nucleus. Pure.

The nearest distance, not the one along a ray: rays from a centre run obliquely through the ends of
an oval and find it too thick there (as Yezzi AJ, Prince JL, IEEE Trans Med Imaging 2003; 22: 1332,
argue for tissue between two edges).
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from hnp_model.morphometry.anatomy import Anatomy, Mask, Points

OCTANTS = (
    *("left", "left_posterior", "posterior", "right_posterior"),
    *("right", "right_anterior", "anterior", "left_anterior"),
)
"""Of 45 degrees each, about these directions; counted from the left by way of the back."""


@dataclass(frozen=True, slots=True, eq=False)
class Thickness:
    """Thickness of the annulus around a disc.

    Attributes:
        edge: of the disc, as (left, backward) in mm, (point, 2).
        mm: at each point of it, (point,).
        octant: place in `OCTANTS` of each, (point,).
    """

    edge: Points
    mm: Points
    octant: Points

    def of_octant(self, name: str) -> float:
        """Return the mean in an octant, NaN where it has no edge."""
        mine = self.mm[self.octant == OCTANTS.index(name)]
        return float(mine.mean()) if mine.size else float("nan")


def annulus(anatomy: Anatomy, nucleus: Mask) -> Thickness:
    """Return how thick the annulus is around a disc."""
    edge, inner = anatomy.disc_edge, anatomy.edge(nucleus)
    mm = cKDTree(inner).query(edge)[0]
    turned = np.arctan2(edge[:, 1], edge[:, 0]) / (np.pi / 4)
    octant = np.rint(turned).astype(np.int64) % len(OCTANTS)
    return Thickness(edge, np.asarray(mm, np.float64), octant.astype(np.float64))


def facing(anatomy: Anatomy, thickness: Thickness, sac: Mask) -> Points:
    """Return the thickness where the disc's edge faces the sac, (point,).

    That is the edge before the sac: no farther aside than it, and of both edges the rear one.
    """
    reach = anatomy.edge(sac)
    across, back = thickness.edge.T
    beside = (across >= reach[:, 0].min()) & (across <= reach[:, 0].max())
    return np.asarray(thickness.mm[beside & (back > 0)])
