"""The ledger: one row per file met, sorted by file_id, each with one state and one reason."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path

import pyarrow as pa

from hnp_shared.columns import LEDGER
from hnp_shared.storage import DISK, Disk, Written
from hnp_shared.tables import read_table, replace_table, write_table


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """What became of one file; fields are the columns of `hnp_shared.columns.LEDGER`, in order."""

    file_id: str
    kind: str
    hospital: str
    state: str
    reason: str | None
    slice_id: str | None


LEAST_BYTES_A_ROW = 14
"""In the file: a file_id's letters hold 16 random bytes."""

_VALUES = attrgetter(*(field.name for field in fields(LedgerRow)))  # astuple copies deeply


def write_ledger(folder: Path, rows: Iterable[LedgerRow], *, disk: Disk = DISK) -> Written:
    """Stream sorted rows into ``ledger-<hex>.parquet``."""
    return write_table(folder, "ledger-", LEDGER, map(_VALUES, rows), disk=disk)


def replace_ledger(
    path: Path, rows: Iterable[LedgerRow], *, mode: int = 0o666, disk: Disk = DISK
) -> Written:
    """Stream sorted rows into a file of a given name."""
    return replace_table(path, LEDGER, map(_VALUES, rows), mode=mode, disk=disk)


def read_ledger(path: Path) -> pa.Table:
    """Read and check a ledger.

    Raises:
        InputError: it does not follow the contract.
    """
    return read_table(path, LEDGER, role="the ledger", least_bytes_a_row=LEAST_BYTES_A_ROW)
