"""Makes what was built the data set: tables, then dataset.json, then the old files go."""

import sqlite3
from collections import Counter

from hnp_etl import __version__
from hnp_etl.config import BuildConfig
from hnp_etl.linkage import write_linkage
from hnp_etl.pseudonyms import key_id
from hnp_etl.state import rows, shards
from hnp_etl.tidy import tidy
from hnp_shared.dataset_info import (
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
    NamedFile,
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
) -> DatasetInfo:
    """Write the tables and replace dataset.json.

    Args:
        state: the opened state.
        config: what was asked for.
        key: of the pseudonyms.
        sources: hospital -> where its patient identity came from.
        built: shards by name.

    Raises:
        StorageError: a write failed; before dataset.json was replaced the old data set stands.
    """
    out, recipe, disk = config.out, config.recipe, config.disk
    tables = out / TABLES_FOLDER
    manifest = write_manifest(tables, rows.manifest_rows(state, sources), disk=disk)
    rows.prepare_ledger(state, key)
    counts: Counter[tuple[str, str]] = Counter()
    counted = rows.count_outcomes(rows.ledger_rows(state), counts)
    ledger = write_ledger(tables, counted, disk=disk)
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
        states=_sums(counts, 0),
        reasons=_sums(counts, 1),
        manifest=f"{TABLES_FOLDER}/{manifest.name}",
        ledger=f"{TABLES_FOLDER}/{ledger.name}",
        files=named,
    )
    write_info(out, info, disk=disk)
    tidy(out, info, disk=disk)
    shards.forget_other_shards(state, frozenset(built))
    return info


def _sums(counts: Counter[tuple[str, str]], part: int) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for names, count in counts.items():
        if names[part]:
            sums[str(names[part])] += count
    return dict(sorted(sums.items()))
