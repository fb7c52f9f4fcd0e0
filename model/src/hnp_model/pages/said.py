"""What a model or a list of suspects says of slices, as tables beside a data set."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from hnp_model.runs.run_folder import PREDICTIONS_FILE, RunFolder
from hnp_shared.csv_lines import decode, parse_lines
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular, read_regular

_COLUMNS = ["slice_id", "probability"]
_SUSPECT_COLUMNS = frozenset({"rank", "slice_id", "probability"})
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of slices beside the data set.

    Attributes:
        probability: by slice_id, uncalibrated, as all figures of a run are about it.
        threshold: from which on the run calls a slice positive; None without a run.
    """

    probability: Mapping[str, float]
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Suspects:
    """Labels that are likely wrong, the likeliest first.

    Attributes:
        rank: by slice_id.
        probability: what the model that found them says, by slice_id.
    """

    rank: Mapping[str, int]
    probability: Mapping[str, float]


def read_said(run: Path, predictions: Path | None) -> Said:
    """Return what a run's model says: in its own table of val and test, or in one of `predict`.

    Raises:
        InputError: no finished run, or no table of predictions.
        StorageError: it could not be read.
    """
    folder = RunFolder(run)
    threshold = folder.config().settled().thresholds["slice"]
    path = predictions or run / PREDICTIONS_FILE
    if predictions is None and not folder.has(PREDICTIONS_FILE):
        raise InputError(
            f"the run has no {PREDICTIONS_FILE}: hnp-train evaluate makes it, "
            "or --predictions FILE names one of hnp-train predict"
        )
    try:
        with open_regular(path, role="the predictions") as file:
            if path.suffix.casefold() == ".csv":
                table = pd.read_csv(file, comment="#", usecols=_COLUMNS)
            else:
                table = pd.read_parquet(file, columns=_COLUMNS)
    except OSError as error:
        raise StorageError.of("the predictions", error) from error
    except (ValueError, KeyError) as error:  # pyarrow's errors are among them
        raise InputError(
            f"{path.name} is no table of predictions, expected one of hnp-train predict"
        ) from error
    pairs = zip(table.slice_id.astype(str), table.probability.astype(float), strict=True)
    return Said(dict(pairs), threshold)


def read_suspects(path: Path) -> Suspects:
    """Return a list of suspects, as `hnp-train suspects` writes it.

    Raises:
        InputError: it is none; names the line.
        StorageError: it could not be read.
    """
    role = f"the suspects {path.name}"
    try:
        content = read_regular(path, role=role, most_bytes=_MOST_BYTES)
    except OSError as error:
        raise StorageError.of(role, error) from error

    def is_header(cells: object) -> bool:
        return isinstance(cells, list) and set(cells) >= _SUSPECT_COLUMNS

    lines = parse_lines(decode(content, role=role), is_header, role=role)
    rows = [line for line in lines if not line.is_comment]
    if not rows or not is_header(rows[0].cells):
        raise InputError(f"{role} is no list of suspects, expected rank, slice_id, probability")
    names = list(rows[0].cells)
    rank, probability = dict[str, int](), dict[str, float]()
    for line in rows[1:]:
        row = dict(zip(names, line.cells, strict=False))
        try:
            slice_id, place = row["slice_id"], int(row["rank"])
            says = float(row["probability"])
        except (KeyError, ValueError) as error:
            raise InputError(
                f"{role}, line {line.number}: expected a slice_id, a rank and a probability"
            ) from error
        if slice_id not in rank or place < rank[slice_id]:
            rank[slice_id], probability[slice_id] = place, says
    return Suspects(rank, probability)
