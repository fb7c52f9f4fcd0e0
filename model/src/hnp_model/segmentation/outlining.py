"""What networks outline in pictures: of each member, of all, and how far they disagree."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.segmentation.samples import Indices, Pictures
from hnp_model.segmentation.window import back, see
from hnp_model.settings.segment import SegmentSettings

Masks = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Outlined:
    """What was outlined in a batch.

    Attributes:
        masks: by the mean of all, (slice, row, column).
        members: of each network, plain and mirrored where asked, (member, slice, row, column).
        doubt: mean entropy of the mean over the pixels called a structure, in nats, (slice,); that
            of 6 classes alike where nothing was called.
    """

    masks: Masks
    members: Masks
    doubt: npt.NDArray[np.float64]


@torch.inference_mode()
def outline(
    networks: Sequence[nn.Module],
    pictures: Pictures,
    indices: Indices,
    settings: SegmentSettings,
    *,
    mirrored: bool = False,
) -> Outlined:
    """Return what networks outline in some slices.

    Args:
        networks: members, in evaluation.
        pictures: of a part.
        indices: which slices of it.
        settings: of the fit.
        mirrored: whether each looks at the picture mirrored too (test-time augmentation), left and
            right; that is a member of its own.
    """
    device = settings.device
    images, shares = pictures.images(indices).to(device), pictures.seen(indices).to(device)
    seen = see(images, shares, settings.side)
    size = pictures.mapped.size
    total: torch.Tensor | None = None
    members = []
    for network in networks:
        looks = [torch.softmax(network(seen), dim=1)]
        if mirrored:
            looks.append(torch.softmax(network(seen.flip(3)), dim=1).flip(3))
        for look in looks:
            whole = back(look, shares, size)
            members.append(whole.argmax(dim=1).to(torch.uint8).cpu().numpy())
            total = whole if total is None else total + whole
    if total is None:
        raise ValueError("expected at least one network")
    mean = total / len(members)
    masks = mean.argmax(dim=1)
    entropy = -(mean * mean.clamp(min=1e-9).log()).sum(dim=1)
    called = masks > 0
    count = called.sum(dim=(1, 2))
    doubt = (entropy * called).sum(dim=(1, 2)) / count.clamp(min=1)
    doubt = torch.where(count > 0, doubt, torch.full_like(doubt, float(np.log(mean.shape[1]))))
    found = masks.to(torch.uint8).cpu().numpy()
    return Outlined(found, np.stack(members), doubt.double().cpu().numpy())
