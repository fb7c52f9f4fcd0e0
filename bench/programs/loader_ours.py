"""Samples a second of hnp-train's own batches, in its own random order."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.planning import plan_steps
from hnp_model.fitting.samples import map_samples
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset

LEAST_S, MOST_EPOCHS = 1.0, 10_000


def main(out: Path, count: int) -> None:
    """Take whole epochs, after one to warm up."""
    dataset = open_dataset(out)
    slices = read_slices(dataset)
    slices = slices.take(np.arange(min(count, len(slices))))
    settings = FitSettings(epochs=MOST_EPOCHS)
    samples = map_samples(dataset, slices, fit_standardisation(slices), settings)
    started, taken, seconds = 0.0, 0, 0.0
    for step in plan_steps(len(samples), settings, epochs_done=0):
        if step.epoch == 2 and step.first_of_epoch:
            started, taken = time.perf_counter(), 0
        taken += len(samples.batch(step.indices).images)
        seconds = time.perf_counter() - started
        if step.epoch > 1 and step.last_of_epoch and seconds > LEAST_S:
            break
    print(json.dumps({"seconds": {"hnp-train": [seconds / taken]}}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
