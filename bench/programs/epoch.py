"""An epoch of hnp-train and the bare loop on tensors in memory, by turns in one process."""

import json
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.optimising import build_optimizer
from hnp_model.fitting.planning import epoch_seed, plan_steps
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.fitting.training import train
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset

SETTINGS = FitSettings(model="compact-1", lr=1e-3, epochs=1)


def main(out: Path, run: Path, count: int, repeats: int) -> None:
    """Train and judge one epoch both ways, ``repeats`` times; losses must be the same."""
    dataset = open_dataset(out)
    slices = read_slices(dataset)
    standardisation = fit_standardisation(slices)
    order = np.random.default_rng(0).permutation(len(slices))
    parts = (order[:count], order[count : count + count // 4])
    training, val = (
        map_samples(dataset, slices.take(part), standardisation, SETTINGS) for part in parts
    )
    memory = tuple(in_memory(part) for part in (training, val))
    seconds: dict[str, list[float]] = {"hnp-train": [], "bare loop": []}
    for number in range(repeats + 1):  # the first round warms up
        shutil.rmtree(run, ignore_errors=True)
        (run / CHECKPOINTS_FOLDER).mkdir(parents=True)
        begun = time.perf_counter()
        history = train(training, val, SETTINGS, RunFolder(run))
        middle = time.perf_counter()
        loss = bare_epoch(memory[0], memory[1])
        ended = time.perf_counter()
        if not np.isclose(history[-1].train_loss, loss, rtol=1e-3):
            sys.exit(f"losses {history[-1].train_loss} and {loss}")
        if number:
            seconds["hnp-train"].append((middle - begun) / count)
            seconds["bare loop"].append((ended - middle) / count)
    print(json.dumps({"seconds": seconds}))


def in_memory(samples: Samples) -> Batch:
    """Return a whole part as tensors."""
    batches = [
        Batch(batch.images.clone(), batch.tabular.clone(), batch.truth.clone())
        for batch in samples.in_order()
    ]
    return Batch(
        torch.cat([batch.images for batch in batches]),
        torch.cat([batch.tabular for batch in batches]),
        torch.cat([batch.truth for batch in batches]),
    )


def bare_epoch(training: Batch, val: Batch) -> float:
    """Train on the same batches and pass val through, with nothing around it."""
    network = build_network(SETTINGS)
    optimizer = build_optimizer(network, SETTINGS)
    torch.manual_seed(epoch_seed(SETTINGS.seed, 1))
    network.train()
    total = 0.0
    for step in plan_steps(len(training.truth), SETTINGS, epochs_done=0):
        indices = torch.from_numpy(step.indices)
        logits = network(training.images[indices], training.tabular[indices])
        loss = binary_cross_entropy_with_logits(logits, training.truth[indices])
        loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        total += loss.item() * len(indices)
    network.eval()
    with torch.no_grad():
        for images, tabular in zip(
            torch.split(val.images, SETTINGS.batch_size),
            torch.split(val.tabular, SETTINGS.batch_size),
            strict=True,
        ):
            network(images, tabular)
    return total / len(training.truth)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
