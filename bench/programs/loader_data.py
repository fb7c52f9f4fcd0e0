"""Puts slices of a data set into the forms of other loaders; plain numpy reads the shards."""

import io
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import litdata
import numpy as np
import pyarrow.parquet as pq
import webdataset


def read_images(out: Path, count: int) -> np.ndarray:
    """Return slices in manifest order, (slice, row, column)."""
    table = pq.read_table(out / "manifest.parquet", columns=["shard", "row"]).slice(0, count)
    shards: dict[str, np.ndarray] = {}
    picked = []
    for name, row in zip(
        *(table.column(each).to_pylist() for each in ("shard", "row")), strict=True
    ):
        if name not in shards:
            with np.load(out / "shards" / name) as shard:
                shards = {name: shard["images"]}
        picked.append(shards[name][row])
    return np.stack(picked)


def make_all(out: Path, folder: Path, count: int) -> None:
    """Write the array itself, a Hugging Face data set, tar shards and litdata chunks."""
    done = folder / "count"
    if done.exists() and done.read_text() == str(count):
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    images = read_images(out, count)
    np.save(folder / "images.npy", images)
    make_hugging_face(images, folder / "hugging-face")
    with webdataset.ShardWriter(str(folder / "web-%04d.tar"), maxcount=256, verbose=0) as writer:
        for number, image in enumerate(images):
            buffer = io.BytesIO()
            np.save(buffer, image)
            writer.write({"__key__": f"{number:06d}", "npy": buffer.getvalue()})
    litdata.optimize(
        fn=partial(pick, str(folder / "images.npy")),
        inputs=list(range(len(images))),
        output_dir=str(folder / "litdata"),
        chunk_bytes="64MB",
        num_workers=1,
    )
    done.write_text(str(count))


def make_hugging_face(images: np.ndarray, folder: Path) -> None:
    """Write an Arrow data set of two-dimensional arrays."""

    def rows() -> Iterator[dict[str, Any]]:
        for image in images:
            yield {"image": image}

    features = datasets.Features({"image": datasets.Array2D(images.shape[1:], "float32")})
    cache = str(folder.with_suffix(".cache"))
    made = datasets.Dataset.from_generator(rows, features=features, cache_dir=cache)
    made.save_to_disk(str(folder))


def pick(file: str, index: int) -> dict[str, Any]:
    """Return what litdata stores of one slice."""
    return {"image": np.load(file, mmap_mode="r")[index].copy()}


if __name__ == "__main__":
    make_all(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
