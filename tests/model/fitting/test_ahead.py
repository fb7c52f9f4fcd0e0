"""Claims about what a GPU is fed by, with the same buffers, thread and hand-over on the CPU."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.ahead import RoomySlot, feed, feed_ahead
from hnp_model.fitting.planning import Step, plan_steps
from hnp_model.fitting.presets import STRONG
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.fitting.several.ranks import ALONE
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import StorageError
from model.synthetic import Plan, write_dataset

SETTINGS = FitSettings(model="compact", epochs=2, batch_size=13, craft=STRONG)


@pytest.fixture(params=[False, True], ids=["float32", "uint16"])
def samples(request: pytest.FixtureRequest, tmp_path: Path) -> Samples:
    plan = Plan(12, slices_a_level=1, uint16=request.param)
    dataset = open_dataset(write_dataset(tmp_path / "out", plan))
    slices = read_slices(dataset)
    return map_samples(dataset, slices, fit_standardisation(slices), SETTINGS)


def steps() -> Iterator[Step]:
    return plan_steps(24, SETTINGS, epochs_done=0)


def test_batches_made_ahead_are_those_made_one_by_one_to_the_bit(samples: Samples) -> None:
    slots = [RoomySlot(samples) for _ in range(2)]
    assert (slots[0].samples.buffer.dtype == np.uint16) == (
        samples.images is not None and samples.images.shards[0].dtype == np.uint16
    )
    ahead = feed_ahead(slots, steps(), SETTINGS, ALONE)
    inline = feed(samples, steps(), SETTINGS, ALONE)
    count = 0
    for (step, batch), (same, wanted) in zip(ahead, inline, strict=True):
        assert step.indices.tolist() == same.indices.tolist()
        assert torch.equal(batch.images, wanted.images)
        assert torch.equal(batch.tabular, wanted.tabular)
        assert torch.equal(batch.truth, wanted.truth)
        count += 1
    assert count == 4


def test_a_batch_stands_until_the_next_is_asked_for(samples: Samples) -> None:
    """Buffers are two: the thread must not write over the one in use."""
    plain = FitSettings(model="compact-1", epochs=2, batch_size=13)
    for _, batch in feed_ahead([RoomySlot(samples) for _ in range(2)], steps(), plain, ALONE):
        before = batch.images.clone()
        threading.Event().wait(0.02)
        assert torch.equal(batch.images, before)


def test_an_error_of_the_thread_comes_up_where_batches_are_taken(
    samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StorageError("the shard", "Input/output error (EIO)")

    monkeypatch.setattr(Samples, "batch", fail)
    with pytest.raises(StorageError, match="Input/output error"):
        next(feed_ahead([RoomySlot(samples)], steps(), SETTINGS, ALONE))
    assert "batches" not in [thread.name for thread in threading.enumerate()]


def test_a_training_that_stops_early_leaves_no_thread(samples: Samples) -> None:
    batches = feed_ahead([RoomySlot(samples) for _ in range(2)], steps(), SETTINGS, ALONE)
    next(batches)
    assert "batches" in [thread.name for thread in threading.enumerate()]
    batches.close()
    assert "batches" not in [thread.name for thread in threading.enumerate()]
