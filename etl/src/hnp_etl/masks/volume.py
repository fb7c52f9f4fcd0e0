"""Volumes of masks, as NIfTI holds them, cut at the planes of slices. Pure.

Sources: DICOM PS3.3 C.7.6.2.1.1 (where a pixel lies); NIfTI-1 (its axes run to the right, to the
front and upwards, where DICOM's run to the left and to the back).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_etl.state.slice_grids import SliceGrid
from hnp_shared.mask_set import LabelMaps

Numbers = npt.NDArray[np.float64]

_OFF_PLANE = 0.51
"""Half the distance of two planes of a volume: farther from all of them, a slice is in none."""

_INSIDE = 0.9
"""Share of a slice's pixels that must lie within the volume, or it is another patient's."""

_TO_NIFTI = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """A volume of classes.

    Attributes:
        voxels: (x, y, z).
        affine: from a voxel to mm as NIfTI counts them, (4, 4).
    """

    voxels: LabelMaps
    affine: Numbers

    def at(self, grid: SliceGrid) -> LabelMaps | None:
        """Return what the volume holds at the pixels of a slice; None where it does not reach."""
        places = _pixels_mm(grid)
        if places is None:
            return None
        try:
            back = np.linalg.inv(self.affine)
        except np.linalg.LinAlgError:
            return None
        voxel = places @ back[:3, :3].T + back[:3, 3]
        nearest = np.rint(voxel).astype(np.int64)
        inside = ((nearest >= 0) & (nearest < self.voxels.shape)).all(axis=-1)
        thin = int(np.argmax(np.linalg.norm(self.affine[:3, :3], axis=0)))
        off = np.abs(voxel[..., thin] - nearest[..., thin])
        if inside.mean() < _INSIDE or off[inside].max() > _OFF_PLANE:
            return None
        x, y, z = np.moveaxis(np.where(inside[..., None], nearest, 0), -1, 0)
        return np.where(inside, self.voxels[x, y, z], np.uint8(0))


def _pixels_mm(grid: SliceGrid) -> Numbers | None:
    """Return where the centre of each pixel lies as NIfTI counts, (row, column, 3), mm."""
    if grid.orientation is None or grid.position_mm is None or grid.spacing_mm is None:
        return None
    along_row, along_column = np.reshape(grid.orientation, (2, 3))
    row, column = np.mgrid[: grid.rows, : grid.columns]
    down = (row * grid.spacing_mm[0])[..., None] * along_column
    right = (column * grid.spacing_mm[1])[..., None] * along_row
    return np.asarray((grid.position_mm + down + right) * _TO_NIFTI)
