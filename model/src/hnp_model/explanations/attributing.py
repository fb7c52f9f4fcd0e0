"""What in a slice speaks for a herniation: Integrated Gradients and Grad-CAM, by captum.

Both take plain gradients, which functional and shared rectifiers do not disturb; methods that
replace the gradient of a rectifier by module (DeepLift, guided backpropagation) would be wrong for
the compact network, and are not used.
"""

from dataclasses import dataclass, fields
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.fitting.batch import Batch
from hnp_model.fitting.networks.ensemble import Ensemble
from hnp_model.fitting.networks.reference import ReferenceNetwork

BLUR = 1 / 8
"""Standard deviation of the blur of the baseline, as a share of the picture's side: a disc's edge,
or a mark of a tenth of the side, is gone, and how bright the picture is stays."""

STEPS = (24, 96, 384)
"""Steps of the integral; slices that miss the next are those whose parts add up badly."""

TOLERANCE = 0.02
"""What a slice's parts may miss of the change of its logit, or of 1 where it changes by less."""

PASSES = 16
"""Pictures that go through the network at a time."""

Numbers = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Attributions:
    """What speaks for a herniation (above 0) and against it (below), in some slices.

    Attributes:
        picture: (slice, row, column), what the network sees of the slice itself.
        integrated: (slice, channel, row, column), Integrated Gradients of pictures, in logits.
        tabular: (slice, feature), those of what is known beside them.
        cam: (slice, row, column), Grad-CAM, never below 0; mean of the members of several seeds.
        logit: (slice,).
        start: (slice,), logit of the baseline.
    """

    picture: Pixels
    integrated: Pixels
    tabular: Pixels
    cam: Pixels
    logit: Numbers
    start: Numbers

    @property
    def missed(self) -> Numbers:
        """How far the parts are from the change of the logit, (slice,)."""
        return _change(self)[0]


def adds_up(missed: Numbers, change: Numbers) -> npt.NDArray[np.bool_]:
    """Tell which parts add up to the change of the logit, within the tolerance, (slice,)."""
    return np.asarray(np.abs(missed) <= TOLERANCE * np.maximum(1.0, np.abs(change)))


class Looked(nn.Module):
    """A network of pictures and of what is known, which neighbours there are held fixed.

    Args:
        network: one network, or an ensemble: what is explained is the logit that decides.
    """

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, pictures: torch.Tensor, tabular: torch.Tensor, there: torch.Tensor
    ) -> torch.Tensor:
        """Return logits, (slice,)."""
        told: torch.Tensor = self.network(torch.cat([pictures, there], dim=1), tabular)
        # A network that looks at pictures alone takes no gradient by what is known.
        return told + 0 * tabular.sum(dim=1)


def attribute(
    network: nn.Module,
    batch: Batch,
    channels: int,
    usual: torch.Tensor,
    *,
    exact: bool = True,
) -> Attributions:
    """Return what speaks for a herniation in the slices of a batch.

    The baseline is the picture blurred until no detail is left, and the mean of what is known of
    slices: a black or grey picture would be none that the network can have learned from, and for a
    network that takes pictures by their own mean and spread (the compact one) it is no picture.

    Source: Sundararajan M et al., Axiomatic attribution for deep networks, ICML 2017; Selvaraju RR
    et al., Grad-CAM, ICCV 2017.

    Args:
        network: in eval mode.
        batch: the slices.
        channels: of its images that are pictures; those after them tell which are there.
        usual: (feature,), mean of what is known.
        exact: whether slices whose parts add up badly are looked at again with more steps.
    """
    looked, given = Looked(network), _Given.of(batch, channels, usual)
    found = _integrate(looked, given, STEPS[0])
    for steps in STEPS[1:] if exact else ():
        left = np.flatnonzero(~adds_up(*_change(found)))
        if not left.size:
            break
        anew = _integrate(looked, given.take(left), steps)
        for each in fields(found):
            getattr(found, each.name)[left] = getattr(anew, each.name)
    return Attributions(
        given.middle,
        found.integrated,
        found.tabular,
        _cam(network, given),
        found.logit,
        found.start,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """A batch beside its baseline."""

    pictures: torch.Tensor
    tabular: torch.Tensor
    there: torch.Tensor
    blurred: torch.Tensor
    usual: torch.Tensor

    @classmethod
    def of(cls, batch: Batch, channels: int, usual: torch.Tensor) -> "_Given":
        images = batch.images.clone()  # the next batch takes the same memory
        pictures = images[:, :channels]
        return cls(
            *(pictures, batch.tabular, images[:, channels:], blur(pictures)),
            usual.to(batch.tabular).expand_as(batch.tabular),
        )

    @property
    def middle(self) -> Pixels:
        """What is seen of the slice itself, (slice, row, column)."""
        return _numbers(self.pictures[:, self.pictures.shape[1] // 2])

    def take(self, rows: npt.NDArray[np.int64]) -> "_Given":
        at = torch.from_numpy(rows)
        return _Given(*(getattr(self, each.name)[at] for each in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class _Integral:
    """Fields of `Attributions` that Integrated Gradients give."""

    integrated: Pixels
    tabular: Pixels
    logit: Numbers
    start: Numbers


def _integrate(looked: nn.Module, given: _Given, steps: int) -> _Integral:
    from captum.attr import IntegratedGradients  # noqa: PLC0415  # an extra; readers of maps need none

    images, tabular = IntegratedGradients(looked).attribute(
        (given.pictures, given.tabular),
        baselines=(given.blurred, given.usual),
        additional_forward_args=(given.there,),
        n_steps=steps,
        internal_batch_size=max(PASSES, len(given.pictures)),
    )
    with torch.no_grad():
        ends = (
            looked(given.pictures, given.tabular, given.there),
            looked(given.blurred, given.usual, given.there),
        )
    logit, start = (_numbers(each).astype(np.float64) for each in ends)
    return _Integral(_numbers(images), _numbers(tabular), logit, start)


def blur(pictures: torch.Tensor) -> torch.Tensor:
    """Return pictures without detail, (slice, channel, row, column)."""
    rows, columns = (_weights(side).to(pictures) for side in pictures.shape[2:])
    return rows @ pictures @ columns.T


def last_maps(network: nn.Module) -> nn.Module:
    """Return the layer of the last maps that still have places of the picture."""
    stages = cast("nn.Sequential", network.cnn)
    return stages[-4] if isinstance(network, ReferenceNetwork) else stages[-1]


def _change(found: Attributions | _Integral) -> tuple[Numbers, Numbers]:
    """Return what the parts miss of the change of the logit, and that change."""
    parts = found.integrated.sum(axis=(1, 2, 3), dtype=np.float64) + found.tabular.sum(axis=1)
    change = found.logit - found.start
    return np.asarray(change - parts), np.asarray(change)


def _cam(network: nn.Module, given: _Given) -> Pixels:
    """Return Grad-CAM at the size of the picture, (slice, row, column)."""
    members = network.members if isinstance(network, Ensemble) else [network]
    cams = [_cam_of_one(member, given) for member in members]
    return np.asarray(np.mean(cams, axis=0, dtype=np.float32))


def _cam_of_one(member: nn.Module, given: _Given) -> Pixels:
    from captum.attr import LayerAttribution, LayerGradCam  # noqa: PLC0415  # an extra

    # captum does not rectify unless told to; what is below 0 speaks for the other class.
    found = LayerGradCam(Looked(member), last_maps(member)).attribute(
        (given.pictures, given.tabular),
        additional_forward_args=(given.there,),
        relu_attributions=True,
    )
    size = tuple(given.pictures.shape[2:])
    return _numbers(LayerAttribution.interpolate(found, size, "bilinear"))[:, 0]


@cache
def _weights(side: int) -> torch.Tensor:
    """Return what each pixel of a side counts in each blurred one, (pixel, pixel)."""
    apart = torch.arange(side)[:, None] - torch.arange(side)
    weights = torch.exp(-0.5 * torch.square(apart / (BLUR * side)))
    return weights / weights.sum(dim=1, keepdim=True)


def _numbers(tensor: torch.Tensor) -> Pixels:
    found: Pixels = tensor.detach().cpu().numpy().astype(np.float32)
    return found
