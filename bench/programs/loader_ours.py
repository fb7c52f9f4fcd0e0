"""Samples a second of hnp-train's own batches, in its own random order."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

from hnp_model.samples import map_samples
from hnp_model.settings import FitSettings
from hnp_model.slices import read_slices
from hnp_model.tabular import fit_standardisation
from hnp_model.training import plan_steps
from hnp_shared.dataset import open_dataset


def main(out: Path, count: int) -> None:
    """Take one epoch of batches, after one to warm up."""
    dataset = open_dataset(out)
    slices = read_slices(dataset)
    slices = slices.take(np.arange(min(count, len(slices))))
    settings = FitSettings(epochs=2)
    samples = map_samples(dataset, slices, fit_standardisation(slices), settings)
    started = 0.0
    for step in plan_steps(len(samples), settings, epochs_done=0):
        if step.first_of_epoch:
            started = time.perf_counter()
        batch = samples.batch(step.indices)
        assert batch.images.dtype == torch.float32
    seconds = (time.perf_counter() - started) / len(samples)
    print(json.dumps({"seconds": {"hnp-train": [seconds]}}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
