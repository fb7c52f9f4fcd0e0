"""Leaves of our files in a data set those that dataset.json names, under every name they have."""

import re
from pathlib import Path

from hnp_shared.dataset_info import (
    ALIASES,
    DATASET_FILE,
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
    NamedFile,
    holds,
)
from hnp_shared.storage import (
    DISK,
    NAME_HEX_DIGITS,
    Disk,
    replace_by_copy,
    sweep,
    sweep_temporary,
)

_HEX = rf"[0-9a-f]{{{NAME_HEX_DIGITS}}}"
_FORMS = {
    SHARDS_FOLDER: re.compile(rf"{_HEX}\.npz"),
    TABLES_FOLDER: re.compile(rf"({'|'.join(ALIASES)})-{_HEX}\.parquet"),
}
"""Folder -> names that we give in it."""


def is_ours(name: str, file: NamedFile) -> bool:
    """Tell whether a file has the folder and the form of name that we give, after its content."""
    folder, _, rest = name.partition("/")
    form = _FORMS.get(folder)
    return (
        form is not None
        and form.fullmatch(rest) is not None
        and file.sha256[:NAME_HEX_DIGITS] in rest
    )


def tidy(out: Path, info: DatasetInfo, *, disk: Disk = DISK) -> None:
    """Bring aliases up to date and remove every file of ours that dataset.json does not name."""
    for alias, table in zip(ALIASES, (info.manifest, info.ledger), strict=True):
        _refresh(out / table, out / f"{alias}.parquet", info.files[table], disk)
    sweep_unnamed(out, info, disk=disk)


def sweep_unnamed(out: Path, info: DatasetInfo, *, disk: Disk = DISK) -> None:
    """Remove every file of ours that dataset.json does not name."""
    names = [Path(name) for name in info.files]
    for folder, form in _FORMS.items():
        keep = frozenset(path.name for path in names if path.parent.name == folder)
        sweep(out / folder, form, keep=keep, role=f"an old file in {folder}", disk=disk)
    sweep_temporary(out, role=f"an unfinished {DATASET_FILE}", disk=disk)


def _refresh(table: Path, alias: Path, expected: NamedFile, disk: Disk) -> None:
    """Make the alias a copy of its table; what people write over it must not reach the table."""
    own = not (alias.exists() and alias.samefile(table))
    if not (own and holds(alias, expected)):
        replace_by_copy(table, alias, role=f"the {alias.stem} alias", disk=disk)
