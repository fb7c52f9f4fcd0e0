"""Opens the state and makes its tables."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hnp_etl.reading.sealed import DamagedRecordError
from hnp_etl.state.schema import SCHEMA, SCHEMA_VERSION
from hnp_shared.errors import StorageError

STATE_FILE = "state.sqlite"
ROWS_AT_A_TIME = 2000
"""Rows held in memory while a table is worked through."""

_ROLE = "the private state"
_CACHE_KIB = 32 * 1024

EXCLUDED = "excluded"
"""Stands for a reason where a file is ignored because its path fits a pattern."""

Row = tuple[Any, ...]

Connection = sqlite3.Connection
"""An opened state, as other rooms hand it on; statements are put together in this one."""

_FRAME_BITS = 32
SINGLE = 0
"""Frame of a file that has one."""


def slice_number(file: int, frame: int = SINGLE) -> int:
    """Return the number of a slice; it stays while that of its file does, and so do its pixels."""
    return file << _FRAME_BITS | frame


def place_of(number: int) -> tuple[int, int]:
    """Return file and frame of a slice."""
    return number >> _FRAME_BITS, number & (1 << _FRAME_BITS) - 1


class DamagedStateError(StorageError):
    """The state was damaged and is gone; a build begins anew, for no truth lies in it alone."""


@contextlib.contextmanager
def open_state(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the state in ``folder``; one of another version is begun anew.

    Raises:
        DamagedStateError: what is in it cannot be trusted; it was removed.
        StorageError: it could not be opened or written.
    """
    path = folder / STATE_FILE
    try:
        connection = _open(path)
        if connection is None:
            _remove(path)
            connection = _open(path)
        if connection is None:
            raise StorageError(_ROLE, "it cannot be made anew")
        with contextlib.closing(connection):
            yield connection
    except (sqlite3.DatabaseError, DamagedRecordError) as error:
        if isinstance(error, sqlite3.OperationalError) and hasattr(error, "sqlite_errorcode"):
            raise StorageError(_ROLE, str(error)) from error
        # without a code it is no word of SQLite's: a text that cannot be decoded, quoted whole
        _remove(path)
        raise DamagedStateError(_ROLE, "what it remembers was damaged") from error


@contextlib.contextmanager
def open_scratch() -> Iterator[sqlite3.Connection]:
    """Open a state that nobody else sees and that ends with the block.

    SQLite keeps what its cache cannot hold in a file without a name (sqlite.org, "In-Memory
    Databases", section 3).
    """
    with (
        tempfile.TemporaryDirectory(prefix="hnp-scratch-") as folder,  # mode 700
        contextlib.closing(sqlite3.connect("", isolation_level="IMMEDIATE")) as connection,
    ):
        _keep_temporary_files_in(Path(folder), connection)
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.executescript(SCHEMA)
        yield connection


def folder_of(state: sqlite3.Connection) -> Path | None:
    """Return the folder that a state lies in, None when nobody else sees it."""
    usual, state.text_factory = state.text_factory, bytes  # a path need be no UTF-8
    try:
        path = state.execute("PRAGMA database_list").fetchone()[2]
    finally:
        state.text_factory = usual
    return Path(os.fsdecode(path)).parent if path else None


def write_many(state: sqlite3.Connection, statement: str, rows: Iterable[Row]) -> None:
    """Run a statement for every row, a bounded number of rows at a time."""
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == ROWS_AT_A_TIME:
            _write(state, statement, batch)
            batch = []
    _write(state, statement, batch)


def pages(state: sqlite3.Connection, statement: str) -> Iterator[Row]:
    """Yield rows of ``SELECT id, ... WHERE id > ?``, a page at a time, so that writes may follow.

    Args:
        state: the opened state.
        statement: selects the id first and has one parameter, the last id seen; no ORDER BY.
    """
    last = -1
    while True:
        page = state.execute(f"{statement} ORDER BY 1 LIMIT {ROWS_AT_A_TIME}", (last,)).fetchall()
        yield from page
        if len(page) < ROWS_AT_A_TIME:
            return
        last = page[-1][0]


def get_meta(state: sqlite3.Connection, key: str) -> str | None:
    """Return a remembered value."""
    row = state.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def set_meta(state: sqlite3.Connection, key: str, value: str) -> None:
    """Remember a value."""
    with state:
        state.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))


def _open(path: Path) -> sqlite3.Connection | None:
    try:
        if any(part.exists() and not part.is_file() for part in _parts(path)):
            return None  # SQLite would wait for a FIFO, or fail for ever
        path.touch(mode=0o600)
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error
    connection = sqlite3.connect(path, isolation_level="IMMEDIATE")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        _keep_temporary_files_in(path.parent, connection)
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            connection.executescript(SCHEMA)
            set_meta(connection, "schema", SCHEMA_VERSION)
        if get_meta(connection, "schema") == SCHEMA_VERSION:
            return connection
    except sqlite3.DatabaseError:
        pass
    connection.close()
    return None


def _parts(path: Path) -> list[Path]:
    return [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]


def _keep_temporary_files_in(folder: Path, connection: sqlite3.Connection) -> None:
    """Let what SQLite sorts on the disk never leave the private folder: it would go to /var/tmp."""
    name = str(folder.absolute()).replace("'", "''")
    try:
        name.encode()
    except UnicodeEncodeError:  # a path that is no text cannot be said to SQLite
        connection.execute("PRAGMA temp_store = MEMORY")
    else:
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute(f"PRAGMA temp_store_directory = '{name}'")


def _remove(path: Path) -> None:
    try:
        for part in _parts(path):
            if part.is_dir():
                part.rmdir()  # empty, or it is somebody's
            else:
                part.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError.of(_ROLE, error) from error


def _write(state: sqlite3.Connection, statement: str, batch: list[Row]) -> None:
    if batch:
        with state:
            state.executemany(statement, batch)
