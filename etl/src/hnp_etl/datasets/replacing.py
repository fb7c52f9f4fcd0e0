"""Makes files that lie in OUT the data set: dataset.json names them, then the old ones go."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hnp_etl import __version__
from hnp_etl.datasets.tidy import tidy
from hnp_shared.corrections import AppliedFile
from hnp_shared.dataset_info import (
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
    NamedFile,
    refuse_missing,
    write_info,
)
from hnp_shared.flow import Flow
from hnp_shared.joined_tables import JoinedTable
from hnp_shared.notices import Notice
from hnp_shared.storage import DISK, NAME_HEX_DIGITS, Disk, Written
from hnp_shared.vocabulary import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Contents:
    """What a data set is made of.

    Attributes:
        shards: by their names in the shards folder.
        recipe: as JSON holds it.
        identity: hospital -> where its patient values came from.
        states: state -> files met; reasons likewise.
        notices: what does not fit in the sources.
        parts: ids of the data sets that it is merged of.
        flow: what is left after each gate.
        corrections: files of corrections that were applied.
        joined: tables whose columns are in it.
    """

    manifest: Written
    ledger: Written
    shards: Mapping[str, NamedFile]
    pixels_id: str
    key_id: str
    recipe: Mapping[str, Any]
    identity: Mapping[str, str]
    states: Mapping[str, int]
    reasons: Mapping[str, int]
    notices: tuple[Notice, ...] = ()
    parts: tuple[str, ...] = ()
    flow: Flow = field(default_factory=dict)
    corrections: tuple[AppliedFile, ...] = ()
    joined: tuple[JoinedTable, ...] = ()


def replace_dataset(out: Path, contents: Contents, *, disk: Disk = DISK) -> DatasetInfo:
    """Make the contents the data set in ``out``.

    Raises:
        StorageError: a write failed, or a file is not there; the old data set stands, unless
            dataset.json was replaced already.
    """
    info = describe(contents)
    refuse_missing(out, info)
    write_info(out, info, disk=disk)
    tidy(out, info, disk=disk)
    return info


def describe(contents: Contents) -> DatasetInfo:
    """Return what dataset.json says of the contents."""
    tables = (contents.manifest, contents.ledger)
    files = {f"{SHARDS_FOLDER}/{name}": file for name, file in contents.shards.items()}
    files |= {f"{TABLES_FOLDER}/{each.name}": NamedFile(each.sha256, each.size) for each in tables}
    return DatasetInfo(
        schema_version=SCHEMA_VERSION,
        dataset_id=contents.manifest.sha256[:NAME_HEX_DIGITS],
        pixels_id=contents.pixels_id,
        key_id=contents.key_id,
        tool=f"hnp-etl {__version__}",
        recipe=contents.recipe,
        identity=contents.identity,
        states=contents.states,
        reasons=contents.reasons,
        manifest=f"{TABLES_FOLDER}/{contents.manifest.name}",
        ledger=f"{TABLES_FOLDER}/{contents.ledger.name}",
        files=files,
        notices=contents.notices,
        parts=contents.parts,
        flow=contents.flow,
        corrections=contents.corrections,
        joined=contents.joined,
    )
