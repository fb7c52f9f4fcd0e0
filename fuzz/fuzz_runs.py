"""What is fuzzed of tables, runs and what comes back from readers; each takes any bytes."""

import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hnp_model.runs.calibrations import read_calibrations
from hnp_model.runs.evaluations import read_kept
from hnp_model.runs.referral import REFERRAL_FILE, read_val_scores
from hnp_model.runs.run_config import describe_dataset, parse_config
from hnp_model.runs.run_folder import CALIBRATION_FILE, METRICS_FILE, RunFolder
from hnp_model.runs.seen import SEEN_FILE, _read_rows
from hnp_model.runs.seen_looks import LOOKS_FILE, read_looks
from hnp_model.runs.val_discs import VAL_DISCS_FILE, read_val_discs
from hnp_model.runs.val_logits import VAL_LOGITS_FILE, read_val_logits
from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.corrections import parse_corrections
from hnp_shared.dataset_info import parse_info
from hnp_shared.errors import InputError

_READERS: dict[str, Callable[[RunFolder], object]] = {
    CALIBRATION_FILE: lambda folder: read_calibrations(folder, "0" * 64),
    REFERRAL_FILE: read_val_scores,
    VAL_DISCS_FILE: read_val_discs,
    SEEN_FILE: _read_rows,
    LOOKS_FILE: read_looks,
    VAL_LOGITS_FILE: lambda folder: read_val_logits(folder, 1, 2),
    METRICS_FILE: read_kept,
}
"""File of a run -> what reads it; the first byte of an input says which."""

_NAMES = tuple(_READERS)


def read_info(content: bytes) -> None:
    """Read a dataset.json, write it again, and take of it what a run remembers."""
    info = parse_info(content)
    info.to_json()
    describe_dataset(info)


def read_config(content: bytes) -> None:
    """Read a run's configuration and write it again."""
    parse_config(content).to_json()


def read_run_file(content: bytes) -> None:
    """Read one of the files of a run."""
    name = _NAMES[content[0] % len(_NAMES)] if content else _NAMES[0]
    with tempfile.TemporaryDirectory(prefix="hnp-fuzz-") as folder:
        path = Path(folder) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content[1:])
        _READERS[name](RunFolder(Path(folder)))


def read_corrections(content: bytes) -> None:
    """Read a file of corrections."""
    parse_corrections(content, role="the corrections")


def read_packed(content: bytes) -> None:
    """Read Parquet, as a table of a data set or of a run is read."""
    try:
        read_parquet(content, size=len(content), role="the table")
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise InputError("damaged") from error  # as those who call it do


def runs() -> Iterator[bytes]:
    """Yield files of runs to start from."""
    yield b'\x00{"format": "hnp-calibration 1", "weights_sha256": "0", "units": {}}'
    yield b"\x01is_patient,probability_calibrated_apart\n0,0.25\n1,0.5\n"
    yield b"\x02patient,is_patient,probability,probability_calibrated_apart\n0,1,0.5,0.25\n"
    yield b"\x03part,patient_id,pixel_sha256\ntrain,a,b\n"
    yield b"\x04" + next(packed())
    yield b"\x05\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n"
    yield b'\x06{"test": {"about": {"dataset_id": "0", "split_digest": null}}}'


def configs() -> Iterator[bytes]:
    """Yield configurations to start from."""
    yield b'{"format": "hnp-run 2", "dataset_id": "0", "settings": {"model": "compact"}}'


def corrections() -> Iterator[bytes]:
    """Yield corrections to start from."""
    yield b"slice_id,field,old,new,reader\n" + b"0" * 32 + b",level,3,2,r1\n"


def packed() -> Iterator[bytes]:
    """Yield Parquet to start from."""
    sink = io.BytesIO()
    table = pa.table({"slice_id": ["a", "a"], "age": [1.0, None], "flags": [["x"], []]})
    pq.write_table(table, sink, compression="zstd")
    yield sink.getvalue()
