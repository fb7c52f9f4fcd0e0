"""Hits, misses and false alarms of a run, as `hnp-train explain` has drawn them."""

import base64
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.dossier.judged import Judged
from hnp_model.explanations.drawing import SLICE_PANELS
from hnp_model.explanations.table import TABLE_FILE
from hnp_shared.errors import InputError, StorageError
from hnp_shared.explained_maps import ExplainedMaps
from hnp_shared.opening import read_regular
from hnp_shared.vocabulary import LEVEL_NAMES

KINDS = ("hits", "misses", "false-alarms", "called")
"""Sheets of an explanation; the last one where there are no labels."""

MOST_OF_A_KIND = 8
MOST_PICTURES = 60
"""Of a page, three panels each: 3 MB."""

JPEG_QUALITY = 82
_MOST_BYTES = 2**24
_COLUMNS = ("slice_id", "hospital", "level", "is_patient", "probability", "sheet")

Pixels = npt.NDArray[np.float32]


def galleries(folders: Sequence[Path], runs: Sequence[Judged]) -> dict[int, list[dict[str, Any]]]:
    """Return number of a run -> what is shown of it; no id of a slice is.

    Raises:
        InputError: a folder holds no explanation, or one of another run or data set.
        StorageError: a file could not be read.
    """
    most = min(MOST_OF_A_KIND, MOST_PICTURES // (3 * max(1, len(folders))))
    found = {}
    for folder in folders:
        maps = ExplainedMaps.open(folder)
        number = _whose(maps, runs)
        maps.refuse_other(str(runs[number].figures["about"]["dataset_id"]))
        found[number] = list(_shown(maps, folder, most))
    return found


def _whose(maps: ExplainedMaps, runs: Sequence[Judged]) -> int:
    for number, run in enumerate(runs):
        if run.evaluated.weights_sha256 == maps.weights_sha256:
            return number
    raise InputError(
        "found an explanation of other weights than those of the runs, expected the folder of "
        "hnp-train explain of one of them"
    )


def _shown(maps: ExplainedMaps, folder: Path, most: int) -> Iterator[dict[str, Any]]:
    rows = _rows(folder)
    for kind in KINDS:
        here = [row for row in rows if row["sheet"] == kind]
        here.sort(key=lambda row: float(row["probability"]), reverse=kind != "misses")
        for row in here[:most]:
            content = maps.read(Path(str(row["slice_id"])).name, most_bytes=_MOST_BYTES)
            if content is not None:
                yield {
                    "kind": kind,
                    "hospital": row["hospital"],
                    "level": None if row["level"] is None else LEVEL_NAMES[row["level"]],
                    "positive": row["is_patient"],
                    "probability": float(row["probability"]),
                    "panels": _panels(content),
                }


def _rows(folder: Path) -> list[dict[str, Any]]:
    role = f"{TABLE_FILE} of the explanation"
    try:
        content = read_regular(folder / TABLE_FILE, role=role, most_bytes=_MOST_BYTES)
        table = pq.ParquetFile(pa.BufferReader(content)).read(list(_COLUMNS), use_threads=False)
    except FileNotFoundError as error:
        raise InputError(
            f"found no {TABLE_FILE}, expected the folder of hnp-train explain"
        ) from error
    except (pa.ArrowException, MemoryError) as error:
        raise InputError(f"{role} is damaged; hnp-train explain makes a new one") from error
    except OSError as error:
        raise StorageError.of(role, error) from error
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _panels(content: bytes) -> list[str]:
    """Return the picture and both maps, as JPEG in base64."""
    try:
        whole = matplotlib.image.imread(io.BytesIO(content), format="png")
    except (ValueError, OSError, SyntaxError) as error:  # Pillow's
        raise InputError("a picture of the explanation is damaged") from error
    return [_jpeg(_cut(whole, place)) for place in SLICE_PANELS[:3]]


def _cut(whole: Pixels, place: tuple[float, float, float, float]) -> Pixels:
    """Return a panel, as large a square of its middle as it has, red, green and blue."""
    rows, columns = whole.shape[:2]
    left, bottom, width, height = place
    side = int(min(width * columns, height * rows))
    first_row = round((1 - bottom - height / 2) * rows - side / 2)
    first_column = round((left + width / 2) * columns - side / 2)
    return whole[first_row : first_row + side, first_column : first_column + side, :3]


def _jpeg(pixels: Pixels) -> str:
    sink = io.BytesIO()
    matplotlib.image.imsave(
        sink, pixels, format="jpg", pil_kwargs={"quality": JPEG_QUALITY, "optimize": True}
    )
    return base64.b64encode(sink.getvalue()).decode("ascii")
