"""Opens the state and makes its tables."""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hnp_etl import __version__
from hnp_etl.reading.sealed import DamagedRecordError
from hnp_shared.errors import StorageError

STATE_FILE = "state.sqlite"
ROWS_AT_A_TIME = 2000
"""Rows held in memory while a table is worked through."""

_ROLE = "the private state"
_CACHE_KIB = 32 * 1024
_SCHEMA_VERSION = f"12 {__version__}"  # facts are only as good as the reader that made them

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL,         -- the contract's path, NFC
    raw BLOB NOT NULL,          -- the path on the disk
    kind TEXT NOT NULL,
    hospital TEXT NOT NULL,
    procedure TEXT,
    partition TEXT,
    conflict INTEGER NOT NULL,
    folder_key BLOB NOT NULL, trunk_key BLOB NOT NULL, stem_key BLOB NOT NULL,
    short_folder_key BLOB NOT NULL, short_trunk_key BLOB NOT NULL, short_stem_key BLOB NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL, young INTEGER NOT NULL,
    patched INTEGER NOT NULL,   -- lies in a folder of corrections
    early TEXT,                 -- reason that needs no look inside, or EXCLUDED
    facts TEXT,                 -- what reading told, free of any recipe
    refusal TEXT,               -- or why it could not be read
    detail TEXT,                -- and what was found there, in words
    name BLOB NOT NULL,         -- of an image, without suffix; its SOP Instance UID
    uid TEXT,
    encoding TEXT,              -- of a label's text
    run INTEGER NOT NULL,
    UNIQUE (path, raw)
);

CREATE TABLE shadow (path BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE look (             -- what the recipe makes of an image's header
    id INTEGER PRIMARY KEY, wanted TEXT, refusal TEXT
);
CREATE TABLE label (            -- what the recipe makes of a label's leaves
    id INTEGER PRIMARY KEY, facts TEXT, refusal TEXT,
    name TEXT, uid TEXT,        -- of the image it names
    detail TEXT                 -- what was found where it was refused
);
CREATE TABLE entry (            -- one label of many in a file; its id is that of its label, below 0
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, key TEXT NOT NULL
);
CREATE TABLE part (file INTEGER PRIMARY KEY, whole INTEGER NOT NULL);  -- files read as one
CREATE TABLE fault (            -- what is wrong in a file of many labels, or in one label of it
    file INTEGER NOT NULL, entry INTEGER, what TEXT NOT NULL
);
CREATE INDEX fault_file ON fault (file);
CREATE TABLE named (image INTEGER NOT NULL, key TEXT NOT NULL);
CREATE INDEX named_key ON named (key);
CREATE TABLE asking (entry INTEGER PRIMARY KEY, key TEXT NOT NULL);  -- entries that look for images
CREATE TABLE heard (entry INTEGER PRIMARY KEY);  -- entries whose name an image has
CREATE TABLE claim (            -- the one image that an entry names, by all its name or its end
    entry INTEGER PRIMARY KEY, image INTEGER NOT NULL,
    rank INTEGER NOT NULL, whole INTEGER NOT NULL
);
CREATE INDEX claim_image ON claim (image);
CREATE TABLE series (key TEXT PRIMARY KEY, weighting TEXT NOT NULL);
CREATE TABLE told (image INTEGER PRIMARY KEY, weighting TEXT NOT NULL);
CREATE TABLE pair (image INTEGER PRIMARY KEY, label INTEGER NOT NULL UNIQUE, step TEXT NOT NULL);
CREATE TABLE outcome (          -- why a frame of an image is no slice of the data set
    file INTEGER, frame INTEGER, reason TEXT NOT NULL, detail TEXT, PRIMARY KEY (file, frame)
) WITHOUT ROWID;

CREATE TABLE slice (            -- a frame that was chosen; frame 0 is that of a single-frame file
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, frame INTEGER NOT NULL,
    hospital TEXT NOT NULL,
    label_patient TEXT, dicom_patient TEXT, study_uid TEXT, series_uid TEXT,
    position_mm REAL, tilt_deg REAL, weighting_from TEXT NOT NULL,
    level INTEGER, code TEXT, is_patient INTEGER, age REAL, sex TEXT, canal_width_mm REAL,
    flags TEXT NOT NULL,
    seal INTEGER NOT NULL,      -- checksum of these, `ChosenRow`
    patient TEXT,               -- the value that counts as this person's
    patient_id TEXT, study_id TEXT, series_id TEXT, slice_id TEXT,
    by_study INTEGER NOT NULL DEFAULT 0,    -- that value is the study's
    suspect INTEGER NOT NULL DEFAULT 0,
    disordered INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX slice_order
    ON slice (patient_id, study_id, series_id, position_mm IS NULL, position_mm, slice_id);
CREATE INDEX slice_study ON slice (study_id);
CREATE INDEX slice_file ON slice (file);

CREATE TABLE correction (       -- slices that readers spoke of, and what their labels say
    id INTEGER PRIMARY KEY, level INTEGER, code TEXT, excluded INTEGER NOT NULL
);
CREATE TABLE renamed (          -- a patient value and that of its person, NULL for each study's
    place TEXT NOT NULL, patient TEXT NOT NULL, becomes TEXT, suspect INTEGER NOT NULL,
    PRIMARY KEY (place, patient)
) WITHOUT ROWID;

CREATE TABLE shard (
    plan TEXT PRIMARY KEY,
    name TEXT, sha256 TEXT, size INTEGER,
    samples TEXT NOT NULL, refusals TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE sample (
    id INTEGER PRIMARY KEY,
    shard TEXT NOT NULL, row INTEGER NOT NULL, sha256 TEXT NOT NULL,
    source_min REAL NOT NULL, source_max REAL NOT NULL, row_mm REAL, column_mm REAL
);
CREATE TABLE ledger (file_id TEXT NOT NULL, id INTEGER PRIMARY KEY);
"""

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
    with contextlib.closing(sqlite3.connect("", isolation_level="IMMEDIATE")) as connection:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.executescript(_SCHEMA)
        yield connection


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
            connection.executescript(_SCHEMA)
            set_meta(connection, "schema", _SCHEMA_VERSION)
        if get_meta(connection, "schema") == _SCHEMA_VERSION:
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
