"""Files of corrections on the command line, as records."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from hnp_etl.corrections.correction_file import CorrectionFile
from hnp_etl.private.gone import GONE_FILE
from hnp_shared.corrections import MAX_BYTES, AppliedFile, parse_corrections
from hnp_shared.counted import counted
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

corrections_option = click.option(
    "--corrections",
    "corrected",
    metavar="FILE",
    multiple=True,
    type=_FILE,
    help="What a reader says of slices, as hnp-train review makes it: CSV slice_id,field,old,new,"
    "reader[,note]; may be given several times.",
)
adjudicated_option = click.option(
    "--adjudicated",
    metavar="FILE",
    type=_FILE,
    help="The same, of who decides where the readers of --corrections disagree.",
)


def read_files(corrected: Iterable[Path], adjudicated: Path | None) -> tuple[CorrectionFile, ...]:
    """Read the files; one that is given twice, or copied, counts once.

    Raises:
        InputError: one is no file of corrections.
        StorageError: one could not be read.
    """
    given = [
        *((path, False) for path in corrected),
        *([(adjudicated, True)] if adjudicated else []),
    ]
    found = {(file.sha256, file.adjudicates): file for file in (_read(*each) for each in given)}
    return tuple(found[key] for key in sorted(found))


def told(files: Iterable[AppliedFile]) -> Iterator[str]:
    """Yield what a build says of the corrections it applied, in lines."""
    each = list(files)
    if not each:
        return
    changed, confirmed, unsure, gone = (
        sum(getattr(file, name) for file in each)
        for name in ("changed", "confirmed", "cannot_tell", "gone")
    )
    yield (
        f"corrections from {counted(len(each), 'file')}: {counted(changed, 'change')}, "
        f"{confirmed:,} confirmed, {unsure:,} that a reader cannot tell"
    )
    if gone:
        yield (
            f"corrections of slices that the data set does not have: {gone:,}; "
            f"{GONE_FILE} in the private folder lists them"
        )


def _read(path: Path, adjudicates: bool) -> CorrectionFile:
    role = f"the corrections {path.name}"
    try:
        content = read_regular(path, role=role, most_bytes=MAX_BYTES + 1)
    except OSError as error:
        raise StorageError.of(role, error) from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{role} has over {MAX_BYTES:,} bytes, expected a file of corrections")
    rows = parse_corrections(content, role=role)
    return CorrectionFile(hashlib.sha256(content).hexdigest(), rows, adjudicates)
