"""Leaves in a data set what dataset.json names, under every name it has, and nothing else."""

from pathlib import Path

from hnp_shared.dataset_info import (
    ALIASES,
    DATASET_FILE,
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
)
from hnp_shared.storage import DISK, Disk, replace_alias, sweep, sweep_temporary


def tidy(out: Path, info: DatasetInfo, *, disk: Disk = DISK) -> None:
    """Bring aliases up to date and remove every file that dataset.json does not name."""
    for alias, table in zip(ALIASES, (info.manifest, info.ledger), strict=True):
        replace_alias(out / table, out / f"{alias}.parquet", role=f"the {alias} alias", disk=disk)
    names = [Path(name) for name in info.files]
    for folder in (SHARDS_FOLDER, TABLES_FOLDER):
        keep = frozenset(path.name for path in names if path.parent.name == folder)
        sweep(out / folder, keep=keep, role=f"an old file in {folder}", disk=disk)
    sweep_temporary(out, role=f"an unfinished {DATASET_FILE}", disk=disk)
