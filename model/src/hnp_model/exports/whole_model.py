"""A run's network with all that stands before and after it, from stored arrays to probabilities.

What numpy does of a training's samples is done here once more by torch, so that it goes into the
graph; `parity.py` compares both on real slices.
"""

from dataclasses import dataclass

import torch
from torch import nn

from hnp_model.data.tabular import FEATURES, Standardisation
from hnp_model.data.tabular_inputs import AGE_KNOTS_YEARS, FARTHEST_CANAL
from hnp_model.fitting.augmenting.geometry import sample
from hnp_model.fitting.framing import FRAME_MM, FRAME_SIDE, FRAMED, PixelMm
from hnp_model.fitting.networks.choice import ENCODED
from hnp_model.measures.calibration import Calibration
from hnp_model.runs.run_config import RunConfig
from hnp_shared.vocabulary import LEVEL_NAMES

PIXEL_SIZES = ("pixel_row_mm", "pixel_col_mm")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a graph is fed with.

    Attributes:
        channels: pictures of each slice; 0 where the network looks at none.
        numbers: what the numbers of each slice are, in their order; columns of the manifest.
    """

    channels: int
    numbers: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the graph's inputs, in their order."""
        return ("images",) * bool(self.channels) + ("numbers",) * bool(self.numbers)


def inputs_of(config: RunConfig) -> Inputs:
    """Return what the graph of a run is fed with."""
    settings = config.settings
    told = () if settings.inputs == "image" else config.features
    measured = settings.model in FRAMED and settings.inputs != "tabular" and config.pixel_mm
    return Inputs(
        0 if settings.inputs == "tabular" else settings.channels,
        (*told, *(PIXEL_SIZES if measured else ())),
    )


class WholeModel(nn.Module):
    """Gives logit, probability and calibrated probability of each slice, as doubles.

    Args:
        network: trained.
        config: of its run, with what the fit settled.
    """

    def __init__(self, network: nn.Module, config: RunConfig) -> None:
        super().__init__()
        self.network = network
        inputs = inputs_of(config)
        self.channels, self.told = inputs.channels, len(config.features)
        if config.settings.inputs == "image":
            self.told = 0
        self.size = config.image_size
        told = Encoded if config.settings.model in ENCODED else Standardised
        self.tell = told(config.standardisation)
        self.frame = (
            Middle(config.image_size, config.pixel_mm) if config.settings.model in FRAMED else None
        )
        self.calibration: Calibration = config.settled().calibration

    def forward(
        self, images: torch.Tensor | None = None, numbers: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return three numbers of each slice, each (slice,).

        Args:
            images: (slice, channel, row, column), in 0..1; NaN where a slice has no neighbour.
            numbers: (slice, number), in plain units, double; NaN what is missing.
        """
        tabular = None if numbers is None or not self.told else self.tell(numbers[:, : self.told])
        seen = None if images is None else self._see(images, numbers)
        # A network asks what it does not look at for its length alone.
        given = [
            one if one is not None else other for one, other in ((seen, tabular), (tabular, seen))
        ]
        logit = self.network(*given).double()
        line = self.calibration
        return logit, logit.sigmoid(), (line.intercept + line.slope * logit).sigmoid()

    def _see(self, images: torch.Tensor, numbers: torch.Tensor | None) -> torch.Tensor:
        middle = self.channels // 2
        gone = images[:, :, 0, 0].isnan()
        if self.channels > 1:
            images = torch.where(gone[:, :, None, None], images[:, middle : middle + 1], images)
        if self.frame:
            images = self.frame(images, None if numbers is None else numbers[:, self.told :])
        if self.channels == 1:
            return images
        others = [channel for channel in range(self.channels) if channel != middle]
        there = gone[:, others].logical_not().to(images.dtype)[:, :, None, None]
        return torch.cat([images, there.expand(-1, -1, *images.shape[2:])], dim=1)


class Middle(nn.Module):
    """The middle of pictures, as `framing.frame_of` shows it.

    Args:
        size: rows and columns of the pictures.
        pixel_mm: what stands for an unknown size of pixels; None: sizes are not known at all.
    """

    def __init__(self, size: tuple[int, int], pixel_mm: PixelMm | None) -> None:
        super().__init__()
        self.size, self.side = size, min(FRAME_SIDE, *size)
        self.widest = torch.inf if pixel_mm is None else FRAME_MM
        self.pixel_mm = pixel_mm or (1.0, 1.0)

    def forward(self, images: torch.Tensor, pixel_mm: torch.Tensor | None) -> torch.Tensor:
        """Return what the network sees, (slice, channel, row, column).

        Args:
            images: (slice, channel, row, column).
            pixel_mm: (slice, 2), height and width of their pixels; None: not known.
        """
        usual = torch.tensor([self.pixel_mm], dtype=torch.float64)
        if pixel_mm is None or not pixel_mm.shape[1]:
            known = usual.expand(images.shape[0], -1)
        else:
            usable = (pixel_mm > 0) & (pixel_mm < torch.inf)  # NaN is neither
            known = torch.where(usable[:, :1] & usable[:, 1:], pixel_mm, usual)
        height_width = known * torch.tensor([self.size], dtype=torch.float64)
        square = torch.minimum(height_width[:, :1], height_width[:, 1:]).clamp(max=self.widest)
        share = torch.cat([square / height_width[:, 1:], square / height_width[:, :1]], dim=1)
        return sample(images, share.float(), (self.side, self.side), None)


class Standardised(nn.Module):
    """Numbers about 0, of deviation 1 on train; 0 where missing.

    Args:
        standardisation: of the run.
    """

    def __init__(self, standardisation: Standardisation) -> None:
        super().__init__()
        self.standardisation = standardisation

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """Return them, (slice, feature)."""
        return self.standard(numbers).float()

    def standard(self, numbers: torch.Tensor) -> torch.Tensor:
        """Return them as doubles, (slice, feature)."""
        mean, deviation = (
            torch.tensor([values], dtype=torch.float64)
            for values in (self.standardisation.mean, self.standardisation.deviation)
        )
        standard = (numbers - mean) / deviation
        return torch.where(standard.isnan(), 0.0, standard)


class Encoded(Standardised):
    """Numbers as `tabular_inputs.encoded` tells them, with what is missing."""

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """Return features, (slice, feature)."""
        standard = self.standard(numbers).clamp(-FARTHEST_CANAL, FARTHEST_CANAL)
        age, sex, canal, level = range(len(FEATURES))
        is_sex = _one_of(numbers[:, [sex]], 2)
        is_level = _one_of(numbers[:, [level]], len(LEVEL_NAMES))
        blocks = [
            (_hats(numbers[:, [age]]), numbers[:, [age]].isnan()),
            (is_sex, is_sex.sum(dim=1, keepdim=True) == 0),
            (standard[:, [canal]], numbers[:, [canal]].isnan()),
            (is_level, is_level.sum(dim=1, keepdim=True) == 0),
            *(
                (standard[:, [place]], numbers[:, [place]].isnan())
                for place in range(len(FEATURES), numbers.shape[1])
            ),
        ]
        told = [
            torch.cat([torch.where(absent, 0.0, block), absent.double()], dim=1)
            for block, absent in blocks
        ]
        return torch.cat(told, dim=1).float()


def _one_of(values: torch.Tensor, count: int) -> torch.Tensor:
    return (values == torch.arange(count, dtype=torch.float64)).double()


def _hats(values: torch.Tensor) -> torch.Tensor:
    """Return what `tabular_inputs.hats` returns."""
    knots = torch.tensor([AGE_KNOTS_YEARS], dtype=torch.float64)
    steps = (values - knots[:, :-1]) / (knots[:, 1:] - knots[:, :-1])
    place = steps.clamp(0, 1).sum(dim=1, keepdim=True)
    places = torch.arange(len(AGE_KNOTS_YEARS), dtype=torch.float64)
    return (1 - (place - places).abs()).clamp(min=0)
