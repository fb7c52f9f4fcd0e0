"""What test_ranks runs in each process: gradients of compact networks over whole batches."""

import sys
from pathlib import Path

import numpy as np
import torch

from hnp_model.data.tabular_inputs import ENCODED_WIDTH
from hnp_model.fitting.losses import Loss
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.several.norms import share_norms
from hnp_model.fitting.several.processes import together
from hnp_model.fitting.several.ranks import ALONE, Ranks, share_of_loss
from hnp_model.settings.fit import FitSettings

SETTINGS = FitSettings(model="compact", dropout=0.0)
SIZES = (5, 1)
"""Slices of the batches: of the second, one process has none."""


def gradients(ranks: Ranks, size: int) -> dict[str, torch.Tensor]:
    """Return gradients and statistics of a step in float64, and its loss."""
    network = share_norms(build_network(SETTINGS).double(), ranks)
    random = torch.Generator().manual_seed(size)
    images = torch.rand(size, 1, 32, 32, generator=random, dtype=torch.float64)
    tabular = torch.rand(size, ENCODED_WIDTH, generator=random, dtype=torch.float64)
    truth = (torch.arange(size) % 2).double()
    mine = torch.from_numpy(ranks.share(np.arange(size)))
    of = Loss(smoothing=0.1, weights=(0.7, 1.6)).of
    loss = share_of_loss(of, network(images[mine], tabular[mine]), truth[mine], size)
    loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
    ranks.add_gradients(network)
    found = {f"gradient {name}": one.grad for name, one in network.named_parameters()}
    found |= dict(network.named_buffers())
    found["loss"] = ranks.total(loss.detach())
    return {name: value for name, value in found.items() if value is not None}


def main() -> None:
    """Write them, from the first process."""
    with together(SETTINGS) as ranks:
        shared = [gradients(ranks, size) for size in SIZES]
        said = ranks.in_turns(list(range(5)), lambda number: np.full(number, float(number)))
    if not ranks.rank:
        alone = [gradients(ALONE, size) for size in SIZES]
        torch.save({"shared": shared, "alone": alone, "said": said.tolist()}, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
