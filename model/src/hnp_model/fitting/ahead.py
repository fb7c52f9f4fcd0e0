"""Batches made ahead of the steps of a GPU: two buffers, a thread that fills them, a copy stream.

While a step computes on one batch, the next lies on the device or is on its way there.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from queue import SimpleQueue
from threading import Thread

import numpy as np
import torch

from hnp_model.fitting.augmenting.draws import variation_of
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.planning import Step
from hnp_model.fitting.samples import Samples
from hnp_model.fitting.several.ranks import Ranks
from hnp_model.settings.fit import FitSettings

Batches = Generator[tuple[Step, Batch], None, None]

SLOTS = 2
"""One that a step reads, or that is being copied, and one that is being filled."""


def feed(samples: Samples, steps: Iterator[Step], settings: FitSettings, ranks: Ranks) -> Batches:
    """Yield this process's share of each step's batch; good until the next is asked for."""
    if samples.device == "cuda":
        return feed_ahead([CudaSlot(samples) for _ in range(SLOTS)], steps, settings, ranks)
    slot = Slot(samples)
    return ((step, slot.load(step, settings, ranks)) for step in steps)


class Slot:
    """Room for a batch.

    Args:
        samples: what it is a part of; their buffer is the room.
    """

    def __init__(self, samples: Samples) -> None:
        self.samples = samples

    def load(self, step: Step, settings: FitSettings, ranks: Ranks) -> Batch:
        """Fill the room, and return the batch as it will be."""
        variation = variation_of(settings, step.epoch)
        return self.samples.batch(ranks.share(step.indices), variation)

    def take(self, batch: Batch) -> Batch:
        """Return the batch as soon as it may be read, or will be by what is enqueued next."""
        return batch


class RoomySlot(Slot):
    """Room of its own, for pixels as they are stored."""

    def __init__(self, samples: Samples, *, pinned: bool = False) -> None:
        narrow = samples.images is not None and all(
            shard.dtype == np.uint16 for shard in samples.images.shards
        )
        kind = torch.int16 if narrow else torch.float32
        room = torch.empty(samples.buffer.shape, dtype=kind, pin_memory=pinned).numpy()
        room = room.view(np.uint16) if narrow else room
        super().__init__(replace(samples, buffer=room, pinned=pinned))


class CudaSlot(RoomySlot):
    """Room in pinned memory, copied and varied beside the steps."""

    def __init__(self, samples: Samples) -> None:
        super().__init__(samples, pinned=True)
        self._stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # torch gives it no types
        self._there = torch.cuda.Event()  # type: ignore[no-untyped-call]  # as above

    def load(self, step: Step, settings: FitSettings, ranks: Ranks) -> Batch:
        """Fill the room once the copy from it is done, and enqueue the next one."""
        self._there.synchronize()
        with torch.cuda.stream(self._stream):
            batch = super().load(step, settings, ranks)
            self._there.record()
        return batch

    def take(self, batch: Batch) -> Batch:
        """Let the steps wait for the copy, and keep its memory until they are done with it."""
        steps = torch.cuda.current_stream()
        steps.wait_event(self._there)
        for values in (batch.images, batch.tabular, batch.truth):
            values.record_stream(steps)
        return batch


def feed_ahead(
    slots: Sequence[Slot], steps: Iterator[Step], settings: FitSettings, ranks: Ranks
) -> Batches:
    """Yield as `feed` does; a thread loads one batch while another is in use.

    Raises:
        InputError, StorageError: as loading does, at the step that it was for.
    """
    free: SimpleQueue[Slot | None] = SimpleQueue()
    ready: SimpleQueue[tuple[Step, Slot, Batch] | BaseException | None] = SimpleQueue()

    def load() -> None:
        try:
            for step in steps:
                slot = free.get()
                if slot is None:
                    return
                ready.put((step, slot, slot.load(step, settings, ranks)))
            ready.put(None)
        except BaseException as error:  # noqa: BLE001  # raised again where somebody listens
            ready.put(error)

    for slot in slots:
        free.put(slot)
    thread = Thread(target=load, name="batches", daemon=True)
    thread.start()
    try:
        while (loaded := ready.get()) is not None:
            if isinstance(loaded, BaseException):
                raise loaded
            step, slot, batch = loaded
            yield step, slot.take(batch)
            free.put(slot)
    finally:
        free.put(None)
        thread.join()
