"""What is drawn for each slice of a batch: how its picture is varied, and what it does without."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.fitting.augmenting.chances import Keys, chances, field_keys
from hnp_model.settings.craft import Craft
from hnp_model.settings.fit import FitSettings

Numbers = npt.NDArray[np.float64]

MAX_ANGLE_DEG = 10.0
MAX_SHIFT = 0.06
"""Of the side of what is seen: 3.6 mm of 60."""
SCALE_SD, STRETCH_SD = 0.08, 0.03
"""Of the logarithm: both axes together, and one against the other."""
ELASTIC_SD = 0.012
"""Of the side: 0.7 mm of 60, at knots a sixth of the side apart."""
GAMMA_SD, CONTRAST_SD, BIAS_SD = 0.25, 0.15, 0.15
"""Of logarithms; the bias field's is that of each of its five terms."""
MAX_NOISE_SD = 0.05
"""Of a picture from 0 to 1."""
MAX_BLUR_PIXELS = 0.9
"""Standard deviation of the blur."""

_PICTURE, _FLIP, _INPUTS, _MIXING, _ELASTIC, _NOISE = 0, 64, 128, 192, 224, 225
"""Numbers of the first chance of each kind: one more of a kind leaves the others as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """How the slices of a batch are varied; every array is (slice, ...).

    Attributes:
        angle_deg: of rotation.
        shift: (slice, 2), of the side, along x and y.
        log_scale: (slice, 2), along x and y.
        flipped: whether it is mirrored.
        elastic_sd: of the side.
        elastic_key: of the field of displacements.
        log_gamma: of the exponent of intensities.
        log_contrast: of the factor on what differs from the mean.
        bias: (slice, 5), logarithms of a field at its ends: x, y, xx, xy, yy.
        blur_pixels: standard deviation.
        noise_sd: of a picture from 0 to 1.
        noise_key: of the field of noise.
    """

    angle_deg: Numbers
    shift: Numbers
    log_scale: Numbers
    flipped: npt.NDArray[np.bool_]
    elastic_sd: float
    elastic_key: npt.NDArray[np.int64]
    log_gamma: Numbers
    log_contrast: Numbers
    bias: Numbers
    blur_pixels: Numbers
    noise_sd: Numbers
    noise_key: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Variation:
    """How an epoch varies slices.

    Attributes:
        craft: the recipe.
        seed: of the fit.
        epoch: from 1.
    """

    craft: Craft
    seed: int
    epoch: int

    @property
    def of_pictures(self) -> bool:
        """Whether pictures are varied."""
        return self.craft.augment > 0 or self.craft.flip

    def draw(self, keys: Keys) -> Draws:
        """Return how pictures of slices are varied.

        Args:
            keys: (slice,), of `chances.keys_of`.
        """
        strength = self.craft.augment
        even = 2 * chances(keys, self.seed, self.epoch, _PICTURE, 24) - 1  # -1 to 1
        bell = _bell(keys, self.seed, self.epoch)
        scale = SCALE_SD * bell[:, :1] + STRETCH_SD * bell[:, 1:2] * np.array([1.0, -1.0])
        mirrored = chances(keys, self.seed, self.epoch, _FLIP, 1)[:, 0] < 0.5
        return Draws(
            angle_deg=strength * MAX_ANGLE_DEG * even[:, 0],
            shift=strength * MAX_SHIFT * even[:, 1:3],
            log_scale=strength * scale,
            flipped=mirrored & self.craft.flip,
            elastic_sd=strength * ELASTIC_SD,
            elastic_key=field_keys(keys, self.seed, self.epoch, _ELASTIC),
            log_gamma=strength * GAMMA_SD * bell[:, 2],
            log_contrast=strength * CONTRAST_SD * bell[:, 3],
            bias=strength * BIAS_SD * bell[:, 4:9],
            blur_pixels=strength * MAX_BLUR_PIXELS * even[:, 3].clip(0),  # half stay as sharp
            noise_sd=strength * MAX_NOISE_SD * even[:, 4].clip(0),
            noise_key=field_keys(keys, self.seed, self.epoch, _NOISE),
        )

    def lost_inputs(self, keys: Keys, count: int) -> npt.NDArray[np.bool_]:
        """Return which tabular inputs a slice does without, (slice, input).

        Each is lost by itself, and all at once as often again: data sets without labels lack all.
        """
        drawn = chances(keys, self.seed, self.epoch, _INPUTS, count + 1)
        lost: npt.NDArray[np.bool_] = drawn < self.craft.input_dropout
        return lost[:, :count] | lost[:, count:]

    def shares(self, keys: Keys) -> Numbers:
        """Return how much of itself each slice keeps when pairs are mixed, (slice,), 0.5 to 1."""
        from scipy.special import betaincinv  # noqa: PLC0415  # only here, and slow to load

        drawn = chances(keys, self.seed, self.epoch, _MIXING, 1)[:, 0]
        share = betaincinv(self.craft.mixup, self.craft.mixup, drawn)
        shares: Numbers = np.maximum(share, 1 - share)
        return shares


def variation_of(settings: FitSettings, epoch: int) -> Variation | None:
    """Return how an epoch of a fit varies slices; None: not at all."""
    craft = settings.recipe
    return Variation(craft, settings.seed, epoch) if craft.varies else None


def _bell(keys: Keys, seed: int, epoch: int) -> Numbers:
    """Return numbers of mean 0 and deviation 1, (slice, 12), none beyond 3.5.

    Sums of four, so that no logarithm or cosine of another library can change a bit of them.
    """
    even = chances(keys, seed, epoch, _PICTURE + 5, 48).reshape(len(keys), 12, 4)
    numbers: Numbers = (even.sum(axis=2) - 2) * np.sqrt(3.0)
    return numbers
