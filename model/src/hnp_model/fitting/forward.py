"""Running a trained network over slices."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.fitting.batch import Batch
from hnp_model.fitting.networks.ensemble import each_logit, together

Logits = npt.NDArray[np.float64]


def logits_of(network: nn.Module, batches: Iterable[Batch]) -> Logits:
    """Return the logit of each slice, (slice,).

    The same batches in the same order give the same bits; other batches need not: a threshold that
    is the probability of a slice is met by it only if the slice comes in the batch it came in.
    """
    return logits_by_member(network, batches)[0]


def logits_by_member(network: nn.Module, batches: Iterable[Batch]) -> tuple[Logits, Logits]:
    """Return the logit of each slice, (slice,), and that of each member, (member, slice)."""
    network.eval()
    with torch.inference_mode():
        each = [each_logit(network, batch.images, batch.tabular) for batch in batches]
        logits = [together(of_batch).cpu().numpy() for of_batch in each]
        members = [of_batch.cpu().numpy() for of_batch in each]
    return (
        np.concatenate(logits).astype(np.float64),
        np.concatenate(members, axis=1).astype(np.float64),
    )
