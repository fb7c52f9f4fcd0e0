"""Makes what was built the data set: tables, then dataset.json, then the old files go."""

from collections.abc import Mapping
from dataclasses import dataclass

from hnp_etl.building.config import BuildConfig
from hnp_etl.datasets.replacing import Contents, replace_dataset
from hnp_etl.datasets.told_recipe import told_recipe
from hnp_etl.private.gone import keep_gone
from hnp_etl.private.linkage import write_linkage
from hnp_etl.private.pseudonyms import key_id
from hnp_etl.state import rows, shards
from hnp_etl.state.corrections import NONE_APPLIED, Applied
from hnp_etl.state.database import Connection
from hnp_shared.dataset_info import (
    TABLES_FOLDER,
    DatasetInfo,
    NamedFile,
)
from hnp_shared.flow import Flow
from hnp_shared.ledger import write_ledger
from hnp_shared.manifest import write_manifest
from hnp_shared.notices import Notice
from hnp_shared.storage import (
    Written,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What dataset.json tells of the sources.

    Attributes:
        sources: hospital -> where its patient identity came from.
        notices: what does not fit.
        found: what became of the files.
        flow: what is left after each gate.
        corrections: what became of readers' corrections.
    """

    sources: Mapping[str, str]
    notices: tuple[Notice, ...]
    found: rows.Outcomes
    flow: Flow
    corrections: Applied = NONE_APPLIED


def commit(
    state: Connection,
    config: BuildConfig,
    *,
    key: bytes,
    told: Told,
    built: dict[str, Written],
) -> DatasetInfo:
    """Write the tables and replace dataset.json.

    Args:
        state: the opened state.
        config: what was asked for.
        key: of the pseudonyms.
        told: what it tells of the sources.
        built: shards by name.

    Raises:
        StorageError: a write failed, or a shard is not there; the old data set stands, unless
            dataset.json was replaced already.
    """
    out, recipe, disk = config.out, config.recipe, config.disk
    tables = out / TABLES_FOLDER
    manifest = write_manifest(tables, rows.manifest_rows(state), disk=disk)
    rows.prepare_ledger(state, key)
    ledger = write_ledger(tables, rows.ledger_rows(state), disk=disk)
    write_linkage(config.private, rows.links(state), disk=disk)
    keep_gone(config.private, told.corrections.gone, disk=disk)
    contents = Contents(
        manifest=manifest,
        ledger=ledger,
        shards={name: NamedFile(file.sha256, file.size) for name, file in built.items()},
        pixels_id=recipe.pixels_id(),
        key_id=key_id(key),
        recipe=told_recipe(recipe),
        identity=told.sources,
        states=told.found.states,
        reasons=told.found.reasons,
        notices=told.notices,
        flow=told.flow,
        corrections=told.corrections.files,
    )
    info = replace_dataset(out, contents, disk=disk)
    shards.forget_other_shards(state, frozenset(built))
    return info
