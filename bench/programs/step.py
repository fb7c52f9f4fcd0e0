"""A training step of the reference network: as hnp-train takes it, and as the report prints it."""

import json
import sys
import time

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from bench.programs.as_reported import AsReported
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.optimising import build_optimizer
from hnp_model.settings.fit import FitSettings

SETTINGS = FitSettings(model="reference")
LOSS_TOLERANCE = 1e-3
"""Relative. Sums in another order differ in the last bits, and steps carry that on."""


def main(batch: int, repeats: int) -> None:
    """Take ``repeats`` steps both ways after one to warm up; losses must be the same."""
    ours = build_network(SETTINGS)
    printed = AsReported()
    printed.load_state_dict(
        {name: value.contiguous().clone() for name, value in ours.state_dict().items()}
    )
    sides: dict[str, tuple[nn.Module, torch.optim.Optimizer]] = {
        "hnp-train": (ours, build_optimizer(ours, SETTINGS)),
        "as printed": (printed, torch.optim.Adam(printed.parameters(), lr=SETTINGS.lr)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(repeats + 1):
        torch.manual_seed(number)
        images, tabular = torch.rand(batch, 1, 300, 300), torch.randn(batch, 4)
        truth = torch.randint(0, 2, (batch,)).float()
        losses = []
        for name, (network, optimizer) in sides.items():
            torch.manual_seed(number)
            begun = time.perf_counter()
            loss = binary_cross_entropy_with_logits(network(images, tabular), truth)
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(loss.item())
            if number:
                seconds[name].append((time.perf_counter() - begun) / batch)
        if abs(losses[0] - losses[1]) > LOSS_TOLERANCE * abs(losses[1]):
            sys.exit(f"losses of step {number}: {losses}")
    print(json.dumps({"seconds": seconds, "last losses": losses}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
