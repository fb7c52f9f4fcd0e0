"""Slices drawn from formulas, of which every measure is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TOLD = ("nucleus", "annulus", "sac", "posterior elements", "ligament")
Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Drawn:
    """An oval disc with an oval nucleus, a round sac behind it, and two square facets, in mm."""

    half_width: float = 22.0
    half_depth: float = 16.0
    nucleus_width: float = 15.0
    nucleus_depth: float = 9.0
    sac_radius: float = 7.0
    sac_back: float = 25.0
    bulge_mm: float = 0.0
    bulge_left: float = 0.0
    turn_deg: float = 0.0
    pixel_mm: tuple[float, float] = (0.25, 0.25)
    size_mm: float = 90.0
    facets: bool = True

    def draw(self) -> Mask:
        rows, columns = (round(self.size_mm / one) for one in self.pixel_mm)
        down, right = np.mgrid[:rows, :columns].astype(np.float64)
        y = (down - rows / 2) * self.pixel_mm[0]
        x = (right - columns / 2) * self.pixel_mm[1]
        turn = np.radians(self.turn_deg)
        left = x * np.cos(turn) - y * np.sin(turn)
        back = x * np.sin(turn) + y * np.cos(turn)
        mask = np.zeros((rows, columns), np.uint8)
        pushed = self.bulge_mm * np.exp(-((left - self.bulge_left) ** 2) / (2 * 3.0**2))
        pulled = back - np.where(back > 0, pushed, 0)
        mask[(left / self.half_width) ** 2 + (pulled / self.half_depth) ** 2 <= 1] = 2
        mask[(left / self.nucleus_width) ** 2 + (back / self.nucleus_depth) ** 2 <= 1] = 1
        sac = left**2 + (back - self.sac_back) ** 2 <= self.sac_radius**2
        mask[sac & (mask == 0)] = 3
        if self.facets:
            mask[(np.abs(np.abs(left) - 16) <= 4) & (np.abs(back - 26) <= 3)] = 4
        return mask
