"""Whether an exported file says what its run says, slice by slice, whatever batch they come in."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.exports.described import Described, Parity
from hnp_model.exports.feeding import open_feeder
from hnp_model.exports.session import Session
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.samples import open_samples
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import RunFolder
from hnp_shared.dataset import Dataset
from hnp_shared.errors import GateError

BATCH_SIZES = (1, 2, 32)
"""One, for exporters freeze sizes of one; two, which the graph was traced with; and another."""

MOST_DIFFERENT = 1e-4
"""Largest difference of two logits; float32 leaves a thousandth of it."""

Numbers = npt.NDArray[np.float64]


def compare(
    run: RunFolder, session: Session, described: Described, dataset: Dataset, val: Slices
) -> Parity:
    """Return how far a file is from its run on slices of val.

    Raises:
        GateError: too far.
        InputError: the data set is damaged.
        StorageError: it could not be read.
    """
    most = max(BATCH_SIZES)
    chosen = np.unique(np.linspace(0, len(val) - 1, min(most, len(val))).astype(np.int64))
    slices = val.take(np.resize(chosen, most))  # a small val comes again
    batches = [rows for size in BATCH_SIZES for rows in np.split(np.arange(most), most // size)]
    feeder = open_feeder(dataset, slices, described)
    found = [session.run(feeder.batch(rows)) for rows in batches]
    expected = _judged_by_run(run, dataset, slices, batches)
    parity = Parity(chosen.size, BATCH_SIZES, _farthest([one[0] for one in found], expected))
    # From its own logits: a steep line would make much of their last bits.
    calibrated = [run.config().settled().calibration.apply(one[0]) for one in found]
    farthest = max(parity.largest_difference, _farthest([one[2] for one in found], calibrated))
    if not farthest <= MOST_DIFFERENT:
        raise GateError(
            f"the exported network differs from the run's by {farthest:.3g} on slices of val, "
            f"expected {MOST_DIFFERENT:g} at most; nothing was written"
        )
    return parity


def _judged_by_run(
    run: RunFolder, dataset: Dataset, slices: Slices, batches: list[npt.NDArray[np.int64]]
) -> list[Numbers]:
    config = on_cpu(run.config())
    config = replace(config, settings=replace(config.settings, batch_size=max(BATCH_SIZES)))
    network = build_network(config.settings)
    load_weights(run, network)
    samples = open_samples(dataset, slices, config)
    return [logits_of(network, [samples.batch(rows)]) for rows in batches]


def on_cpu(config: RunConfig) -> RunConfig:
    """Return a run's configuration as the CPU computes it, in float32."""
    return replace(config, settings=replace(config.settings, device="cpu", computed=None))


def _farthest(found: list[Numbers], expected: list[Numbers]) -> float:
    if [one.shape for one in found] != [one.shape for one in expected]:
        return np.inf
    return float(np.abs(np.concatenate(found) - np.concatenate(expected)).max())
