"""Writes a data set in the form of another library, in a new folder that appears whole."""

import contextlib
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from hnp_etl.exports import croissant, huggingface, webdataset
from hnp_etl.exports.parts import Part, parts_of
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.places import refuse_place
from hnp_shared.progress import track
from hnp_shared.storage import (
    TEMPORARY_PREFIX,
    Sink,
    make_folder,
    replace_file,
)
from hnp_shared.stores.address import checked
from hnp_shared.vocabulary import State

FORMS = ("webdataset", "huggingface", "croissant")


def export(
    out: Path, target: Path, form: str, *, at: str | None = None, licence: str | None = None
) -> int:
    """Export the data set in ``out``; return how many files were written.

    Args:
        out: the data set.
        target: a new folder; with `croissant` a new file.
        form: one of `FORMS`.
        at: with `croissant`: the address at which the data set is published.
        licence: with `croissant`: under what it may be used.

    Raises:
        InputError: there is no data set, it is damaged, or it holds no slice.
        OutputError: the target exists, or lies in a data set or a private folder.
        StorageError: a read or write failed.
    """
    refuse_place(target, force=False)
    dataset = open_dataset(out)
    if not dataset.is_whole():
        raise InputError("the data set lacks files, expected all; hnp-etl check tells which")
    if form == "croissant":
        base = f"{checked(at)}/" if at else ""
        schema = dataset.manifest_table().schema
        content = croissant.croissant_of(dataset.info, schema, base=base, licence=licence)
        replace_file(target, lambda sink: sink.write(content), role="the description")
        return 1
    if not dataset.info.states.get(State.ACCEPTED):
        raise InputError("the data set holds no slice, expected one or more")
    with _appearing(target) as folder:
        parts = track(parts_of(dataset), "exporting", unit="part")
        write = _write_webdataset if form == "webdataset" else _write_huggingface
        return write(folder, dataset, parts)


def _write_webdataset(folder: Path, dataset: Dataset, parts: Iterator[Part]) -> int:
    written = 0
    for part in parts:

        def fill(sink: Sink, part: Part = part) -> None:
            for piece in webdataset.content_of(part):
                sink.write(piece)

        name = webdataset.file_name(dataset.info.dataset_id, part)
        replace_file(folder / name, fill, role="a tar file")
        written += 1
    return written


def _write_huggingface(folder: Path, dataset: Dataset, parts: Iterator[Part]) -> int:
    make_folder(folder / "data", role="the folder of the export")
    written = 1
    for part in parts:

        def fill(sink: Sink, part: Part = part) -> None:
            huggingface.write_part(part, sink)

        replace_file(folder / huggingface.file_name(part), fill, role="a Parquet file")
        card = huggingface.card_of(dataset.info, part)
        written += 1
    replace_file(folder / "README.md", lambda sink: sink.write(card), role="README.md")
    return written


@contextlib.contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """Yield a folder beside the target that takes its name at the end, or goes."""
    folder = target.parent / f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}"
    make_folder(folder, role="the folder of the export")
    try:
        yield folder
        folder.rename(target)
    except OSError as error:
        if target.exists():
            raise OutputError(f"{target.name} exists now, expected a new folder") from error
        raise StorageError.of("the folder of the export", error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
