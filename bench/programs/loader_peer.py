"""Samples a second of one other loader: batches of 32 in random order, no workers."""

import json
import logging
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch

BATCH = 32
SHUFFLED = 512
LEAST_S = 1.0

Epoch = Callable[[], Iterable[Any]]
"""Gives the batches of one pass."""


def shuffled(count: int) -> Iterable[torch.Tensor]:
    """Return the indices of each batch."""
    return torch.split(torch.randperm(count), BATCH)


def index_select(folder: Path) -> Epoch:
    """All slices as one tensor in memory: the ceiling."""
    images = torch.from_numpy(np.load(folder / "images.npy"))
    return lambda: (images.index_select(0, each) for each in shuffled(len(images)))


def monai(folder: Path) -> Epoch:
    """MONAI's cache in memory."""
    from monai.data import CacheDataset, DataLoader  # noqa: PLC0415  # one peer a process

    images = np.load(folder / "images.npy", mmap_mode="r")
    cached = CacheDataset(
        list(range(len(images))),
        lambda index: torch.from_numpy(images[index].copy()),
        progress=False,
    )
    loader = DataLoader(cached, batch_size=BATCH, shuffle=True)
    return lambda: loader


def hugging_face(folder: Path) -> Epoch:
    """An Arrow data set, whole batches at a time."""
    import datasets  # noqa: PLC0415  # one peer a process

    found = datasets.load_from_disk(str(folder / "hugging-face")).with_format("torch")
    return lambda: (found[each.tolist()]["image"] for each in shuffled(len(found)))


def web(folder: Path) -> Epoch:
    """Tar shards, shuffled in a buffer."""
    import webdataset  # noqa: PLC0415  # one peer a process

    shards = sorted(map(str, folder.glob("web-*.tar")))
    found = webdataset.WebDataset(shards, shardshuffle=len(shards), empty_check=False)
    batches = found.shuffle(SHUFFLED).decode().to_tuple("npy").batched(BATCH)
    return lambda: batches


def lit(folder: Path) -> Epoch:
    """Chunks of litdata."""
    import litdata  # noqa: PLC0415  # one peer a process

    found = litdata.StreamingDataset(str(folder / "litdata"), shuffle=True)
    loader = litdata.StreamingDataLoader(found, batch_size=BATCH)
    return lambda: loader


LOADERS: dict[str, Callable[[Path], Epoch]] = {
    "index_select in memory": index_select,
    "MONAI CacheDataset": monai,
    "Hugging Face datasets": hugging_face,
    "WebDataset": web,
    "litdata": lit,
}


def main(name: str, folder: Path) -> None:
    """Take whole epochs after one to warm up."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    batches = LOADERS[name](folder)
    for _ in batches():
        pass
    count, started, seconds = 0, time.perf_counter(), 0.0
    while seconds < LEAST_S:
        count += sum(size_of(batch) for batch in batches())
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": {name: [seconds / count]}}))


def size_of(batch: Any) -> int:  # noqa: ANN401  # each loader has a batch of its own
    """Return how many slices a batch holds; refuse one of another shape or type."""
    array = batch["image"] if isinstance(batch, dict) else batch
    array = array[0] if isinstance(array, list | tuple) else array
    if tuple(array.shape[-2:]) != (300, 300) or "float32" not in str(array.dtype):
        sys.exit(f"a batch of {array.dtype} {tuple(array.shape)}")
    return int(np.prod(array.shape)) // 90_000


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
