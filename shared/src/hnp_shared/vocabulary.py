"""The closed lists of the contract: kinds, states, reasons, flags, vendors, levels; its version."""

from enum import StrEnum

SCHEMA_VERSION = "1.1"
"""Major.minor of the tables; a reader refuses an unknown major and ignores unknown columns."""

FIRST_VERSION = "1.0"
"""Of tables that are still read."""

LEVEL_NAMES = ("L1-2", "L2-3", "L3-4", "L4-5", "L5-S1")
"""Disc levels from the head down; the index is the `level` column."""

PARTITIONS = ("training", "validation")
"""As delivered."""

SEXES = ("F", "M")

WEIGHTING_SOURCES = ("tags", "text", "table")
"""What told the weighting."""

UNKNOWN_HOSPITAL = "unknown"
"""Hospital of a path in which the recipe's pattern finds none."""

MAX_AGE_YEARS = 90
"""Ages above 89 are stored as this (HIPAA 45 CFR 164.514(b)(2)(i)(C) groups them too)."""


class Kind(StrEnum):
    """What a file is, told by its name."""

    IMAGE = "image"
    LABEL = "label"
    OTHER = "other"
    ARCHIVE = "archive"


class State(StrEnum):
    """What became of a file."""

    ACCEPTED = "accepted"
    USED = "used"
    FILTERED = "filtered"
    REJECTED = "rejected"
    IGNORED = "ignored"


class Reason(StrEnum):
    """Why a file is not in the manifest, in the order in which reasons are tried."""

    NOT_REGULAR = "NOT_REGULAR"
    NAME_COLLISION = "NAME_COLLISION"
    NOT_PROCEDURE = "NOT_PROCEDURE"
    SUPERSEDED = "SUPERSEDED"
    UNREADABLE = "UNREADABLE"
    ENCRYPTED = "ENCRYPTED"
    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    # images
    NOT_DICOM = "NOT_DICOM"
    TOO_DEEP = "TOO_DEEP"
    BAD_HEADER = "BAD_HEADER"
    NOT_MR = "NOT_MR"
    DERIVED = "DERIVED"
    LOCALIZER = "LOCALIZER"
    NOT_LUMBAR = "NOT_LUMBAR"
    PLANE_UNKNOWN = "PLANE_UNKNOWN"
    NOT_AXIAL = "NOT_AXIAL"
    WEIGHTING_UNKNOWN = "WEIGHTING_UNKNOWN"
    NOT_T2 = "NOT_T2"
    BURNED_IN = "BURNED_IN"
    MULTI_FRAME = "MULTI_FRAME"
    NO_LABEL = "NO_LABEL"
    LABEL_REJECTED = "LABEL_REJECTED"
    CODE_UNMAPPED = "CODE_UNMAPPED"
    NO_LEVEL = "NO_LEVEL"
    LEVEL_AMBIGUOUS = "LEVEL_AMBIGUOUS"
    MISSING_FIELD = "MISSING_FIELD"
    UNSUPPORTED_SYNTAX = "UNSUPPORTED_SYNTAX"
    TRUNCATED = "TRUNCATED"
    CRASHED = "CRASHED"
    TIMEOUT = "TIMEOUT"
    DECODE_FAILED = "DECODE_FAILED"
    FLAT_IMAGE = "FLAT_IMAGE"
    EXCLUDED = "EXCLUDED"
    DUPLICATE = "DUPLICATE"
    # labels
    BAD_ENCODING = "BAD_ENCODING"
    BAD_JSON = "BAD_JSON"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    FIELD_CONFLICT = "FIELD_CONFLICT"
    BAD_VALUE = "BAD_VALUE"
    NO_IMAGE = "NO_IMAGE"

    @property
    def state(self) -> State:
        """`filtered` when the file is sound but not wanted, else `rejected`."""
        return State.FILTERED if self in _FILTERS else State.REJECTED


_FILTERS = frozenset(
    {
        Reason.NOT_PROCEDURE,
        Reason.SUPERSEDED,
        Reason.NOT_MR,
        Reason.DERIVED,
        Reason.LOCALIZER,
        Reason.NOT_LUMBAR,
        Reason.NOT_AXIAL,
        Reason.NOT_T2,
        Reason.NO_LEVEL,
        Reason.EXCLUDED,
    }
)

UNCACHED_REASONS = frozenset({Reason.TIMEOUT, Reason.CRASHED, Reason.UNREADABLE})
"""Outcomes of the moment: retried once alone, never remembered, counted in dataset.json."""


class Flag(StrEnum):
    """What a reader of a manifest row should know about it."""

    AGE_DECADE = "age_decade"
    BAD_AGE = "bad_age"
    BAD_CANAL_WIDTH = "bad_canal_width"
    BAD_SEX = "bad_sex"
    BURNED_TEXT = "burned_text"
    CORRECTED = "corrected"
    DERIVED = "derived"
    FAT_SUPPRESSED = "fat_suppressed"
    LEVEL_ORDER = "level_order"
    PATH_CONFLICT = "path_conflict"
    PATIENT_FROM_STUDY = "patient_from_study"
    PATIENT_SUSPECT = "patient_suspect"
    REGION_DISAGREES = "region_disagrees"
    TEXT_DISAGREES = "text_disagrees"
    TRANSITIONAL = "transitional"


class Vendor(StrEnum):
    """Makers of scanners; free text of the Manufacturer attribute never passes."""

    SIEMENS = "Siemens"
    PHILIPS = "Philips"
    GE = "GE"
    CANON = "Canon"
    HITACHI = "Hitachi"
    FUJIFILM = "Fujifilm"
    UNITED_IMAGING = "United Imaging"
    ESAOTE = "Esaote"
    BRUKER = "Bruker"
    SAMSUNG = "Samsung"
    NEUSOFT = "Neusoft"
    MINDRAY = "Mindray"
    OTHER = "other"
