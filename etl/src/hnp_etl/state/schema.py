"""The tables of the state; what changes one raises `SCHEMA_VERSION`."""

from hnp_etl import __version__

SCHEMA_VERSION = f"15 {__version__}"  # facts are only as good as the reader that made them

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL,         -- the contract's path, NFC
    raw BLOB NOT NULL,          -- the path on the disk, or a place in an archive
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
    frames INTEGER,             -- of an image, as its header says
    run INTEGER NOT NULL,
    UNIQUE (path, raw)
);

CREATE TABLE listing (          -- an archive whose members are known, as it was met
    archive BLOB PRIMARY KEY, told TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE listed (           -- its members, many at a time
    archive BLOB NOT NULL, number INTEGER NOT NULL, members BLOB NOT NULL,
    PRIMARY KEY (archive, number)
);
CREATE TABLE opened (file INTEGER PRIMARY KEY);  -- archives of which a member is of use

CREATE TABLE shadow (path BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE look (             -- what the recipe makes of an image's header, a frame each
    id INTEGER NOT NULL, frame INTEGER NOT NULL, wanted TEXT, refusal TEXT,
    detail TEXT,                -- what was found where frames are no slices
    study TEXT, patient TEXT, PRIMARY KEY (id, frame)
) WITHOUT ROWID;
CREATE TABLE label (            -- what the recipe makes of a label's leaves
    id INTEGER PRIMARY KEY, facts TEXT, refusal TEXT,
    name TEXT, uid TEXT,        -- of the image it names
    detail TEXT,                -- what was found where it was refused
    patient TEXT
);
CREATE TABLE entry (            -- one label of many in a file; its id is that of its label, below 0
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, key TEXT NOT NULL,
    frame INTEGER               -- that it names, from 1
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
    entry INTEGER PRIMARY KEY, image INTEGER NOT NULL, frame INTEGER NOT NULL,
    rank INTEGER NOT NULL, whole INTEGER NOT NULL
);
CREATE INDEX claim_image ON claim (image);
CREATE TABLE series (key TEXT PRIMARY KEY, weighting TEXT NOT NULL);
CREATE TABLE told (image INTEGER PRIMARY KEY, weighting TEXT NOT NULL);
CREATE TABLE pair (             -- frame 0: the label is of the file, not of one frame of many
    image INTEGER NOT NULL, frame INTEGER NOT NULL, label INTEGER NOT NULL UNIQUE,
    step TEXT NOT NULL, PRIMARY KEY (image, frame)
) WITHOUT ROWID;
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
    source_min REAL NOT NULL, source_max REAL NOT NULL, row_mm REAL, column_mm REAL,
    has_text INTEGER NOT NULL
);
CREATE TABLE ledger (file_id TEXT NOT NULL, id INTEGER PRIMARY KEY);
"""
