"""Makes what was built the data set: tables, then dataset.json, then the old files go."""

import sqlite3

from hnp_etl import __version__
from hnp_etl.building.config import BuildConfig
from hnp_etl.datasets.tidy import tidy
from hnp_etl.private.linkage import write_linkage
from hnp_etl.private.pseudonyms import key_id
from hnp_etl.state import rows, shards
from hnp_shared.dataset_info import (
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
    NamedFile,
    refuse_missing,
    write_info,
)
from hnp_shared.ledger import write_ledger
from hnp_shared.manifest import write_manifest
from hnp_shared.storage import (
    NAME_HEX_DIGITS,
    Written,
)
from hnp_shared.vocabulary import SCHEMA_VERSION


def commit(
    state: sqlite3.Connection,
    config: BuildConfig,
    *,
    key: bytes,
    sources: dict[str, str],
    built: dict[str, Written],
    found: rows.Outcomes,
) -> DatasetInfo:
    """Write the tables and replace dataset.json.

    Args:
        state: the opened state.
        config: what was asked for.
        key: of the pseudonyms.
        sources: hospital -> where its patient identity came from.
        built: shards by name.
        found: what became of the files.

    Raises:
        StorageError: a write failed, or a shard is not there; the old data set stands, unless
            dataset.json was replaced already.
    """
    out, recipe, disk = config.out, config.recipe, config.disk
    tables = out / TABLES_FOLDER
    manifest = write_manifest(tables, rows.manifest_rows(state, sources), disk=disk)
    rows.prepare_ledger(state, key)
    ledger = write_ledger(tables, rows.ledger_rows(state), disk=disk)
    write_linkage(config.private, rows.links(state), disk=disk)
    named = {
        f"{SHARDS_FOLDER}/{name}": NamedFile(file.sha256, file.size) for name, file in built.items()
    } | {
        f"{TABLES_FOLDER}/{file.name}": NamedFile(file.sha256, file.size)
        for file in (manifest, ledger)
    }
    info = DatasetInfo(
        schema_version=SCHEMA_VERSION,
        dataset_id=manifest.sha256[:NAME_HEX_DIGITS],
        pixels_id=recipe.pixels_id(),
        key_id=key_id(key),
        tool=f"hnp-etl {__version__}",
        recipe=recipe.model_dump(mode="json"),
        identity=sources,
        states=found.states,
        reasons=found.reasons,
        manifest=f"{TABLES_FOLDER}/{manifest.name}",
        ledger=f"{TABLES_FOLDER}/{ledger.name}",
        files=named,
    )
    refuse_missing(out, info)
    write_info(out, info, disk=disk)
    tidy(out, info, disk=disk)
    shards.forget_other_shards(state, frozenset(built))
    return info
