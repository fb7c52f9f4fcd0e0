"""How sharp, how noisy and how grey a picture is off the disc, whatever its brightest pixel is."""

import numpy as np
import numpy.typing as npt

APART = (1, 2, 4)
"""Pixels between which grey values are compared, along rows and along columns: another
reconstruction, filter or interpolation changes how fast they change."""

QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.75, 0.9, 0.95, 0.99)
"""Of grey values, the spread of which is that of the middle nine tenths."""

QUIET = (0.1, 0.25, 0.5)
"""Quantiles of what noise leaves: in the quietest tenth of a picture there is little else."""

PIXELS = 64
"""Of larger pictures some pixels are left out for quantiles, so that a side has about so many."""

LITTLE = 1e-6
"""Added before logarithms: a picture may have no noise at all."""

SHARPNESS = slice(0, 2 * len(APART))
NOISE = slice(SHARPNESS.stop, SHARPNESS.stop + 1 + len(QUIET))
GREYS = slice(NOISE.stop, None)

Numbers = npt.NDArray[np.float64]
Picture = npt.NDArray[np.float32]


def texture_of(picture: Picture, counted: npt.NDArray[np.bool_]) -> Numbers:
    """Return sharpness, noise and greys of one picture, (feature,), by its own spread.

    Args:
        picture: (row, column).
        counted: (row, column), the pixels that count, some.
    """
    marks = counted.astype(np.float32)
    spread = max(float(picture[counted].std()), LITTLE)
    sharp = [
        _mean_change(along(picture), along(marks), apart) / spread
        for along in (np.ascontiguousarray, _turned)
        for apart in APART
    ]
    left, both = _noise(picture, counted)
    some = _thinned(left, both)
    quiet = [some.mean(), *np.quantile(some, QUIET)]
    logs = np.log(np.maximum([*sharp, *(value / spread for value in quiet)], 0) + LITTLE)
    return np.concatenate([logs, _greys(picture, counted)])


def _turned(values: Picture) -> Picture:
    return np.ascontiguousarray(values.T)


def _mean_change(picture: Picture, marks: Picture, apart: int) -> float:
    """Return the mean change of grey values from one row to another, where both are marked."""
    both = marks[apart:] * marks[:-apart]
    change = np.abs(picture[apart:] - picture[:-apart])
    return float(np.vdot(change, both) / max(float(both.sum()), 1.0))


def _noise(
    picture: Picture, counted: npt.NDArray[np.bool_]
) -> tuple[Picture, npt.NDArray[np.bool_]]:
    """Return the mixed second difference, in which edges along rows and columns vanish.

    Source: Immerkaer J, Fast noise variance estimation, Comput Vis Image Underst 1996; 64: 300.
    """
    along = picture[1:] - picture[:-1]
    both = counted[1:] & counted[:-1]
    return np.abs(along[:, 1:] - along[:, :-1]), both[:, 1:] & both[:, :-1]


def _greys(picture: Picture, counted: npt.NDArray[np.bool_]) -> Numbers:
    """Return quantiles of grey values by their median and spread, and the share of the darkest."""
    values = _thinned(picture, counted)
    middle, *ends = np.quantile(values, (0.5, *QUANTILES))
    spread = max(ends[-2] - ends[1], LITTLE)
    darkest = float((values <= picture.min()).mean())
    return np.append((np.array(ends) - middle) / spread, darkest)


def _thinned(values: Picture, counted: npt.NDArray[np.bool_]) -> Picture:
    step = max(1, min(values.shape) // PIXELS)
    thin, kept = values[::step, ::step], counted[::step, ::step]
    found: Picture = thin[kept]
    return found
