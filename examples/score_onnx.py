"""Scores the slices of a data set by an exported model, with numpy, onnxruntime and pyarrow alone.

python score_onnx.py MODEL.onnx DATASET > scores.csv
"""

import functools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pyarrow.parquet as pq
from neighbours import Row, rows_seen


def score(file: Path, folder: Path) -> Iterator[str]:
    """Yield lines of CSV. Cropping, scaling and calibration are in the graph itself."""
    if file.stat().st_size > 2_000_000_000:
        raise ValueError("the file is larger than an exported model can be")
    session = onnxruntime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    model = json.loads(session.get_modelmeta().custom_metadata_map["hnp"])
    info = json.loads((folder / "dataset.json").read_text())
    if model["format"] != "hnp-export 1" or model["pixels_id"] != info["pixels_id"]:
        raise ValueError(f"the arrays have pixels_id {info['pixels_id']}, which it does not take")
    outputs = [output.name for output in session.get_outputs()]
    yield ",".join(("slice_id", *outputs))
    rows = pq.read_table(folder / info["manifest"]).to_pylist()
    for row, seen in zip(rows, rows_seen(rows, model["channels"]), strict=True):
        plain = {**row, "sex": model["sexes"].get(row["sex"])}
        numbers = [[plain.get(name) for name in model["numbers"]]]  # None becomes NaN: missing
        feed = {"numbers": np.array(numbers, np.float64)}
        if model["channels"]:  # NaN where a slice has no neighbour
            feed["images"] = np.stack([picture(folder, one, row) for one in seen])[None]
        feed = {name: feed[name] for name in model["inputs"]}
        yield ",".join((row["slice_id"], *(repr(float(x[0])) for x in session.run(outputs, feed))))


def picture(folder: Path, row: Row | None, instead: Row) -> np.ndarray:
    """Return a stored array in 0..1, (row, column)."""
    stored = shard(folder / "shards" / (row or instead)["shard"])[(row or instead)["row"]]
    scaled = stored / np.float32(65_535) if stored.dtype == np.uint16 else stored
    return scaled if row else np.full_like(scaled, np.nan)


@functools.lru_cache(maxsize=2)
def shard(path: Path) -> np.ndarray:
    """Return the arrays of a shard, (slice, row, column)."""
    return np.load(path)["images"]


if __name__ == "__main__":
    try:
        for line in score(Path(sys.argv[1]), Path(sys.argv[2])):
            print(line)
    except Exception as error:  # noqa: BLE001  # whatever onnxruntime, numpy or json think of a damaged file
        sys.exit(f"refused: {str(error).splitlines()[0] if str(error) else type(error).__name__}")
