"""Running a trained network over slices."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from hnp_model.fitting.batch import Batch


def logits_of(network: nn.Module, batches: Iterable[Batch]) -> npt.NDArray[np.float64]:
    """Return the logit of each slice, (slice,).

    The same batches in the same order give the same bits; other batches need not: a threshold that
    is the probability of a slice is met by it only if the slice comes in the batch it came in.
    """
    network.eval()
    with torch.inference_mode():
        logits = [network(batch.images, batch.tabular).cpu().numpy() for batch in batches]
    return np.concatenate(logits).astype(np.float64)
