"""Writes contact sheets: one picture a hospital and disc, and a page that lists them."""

import base64
import hashlib
import html
import string
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hnp_etl.report.cells import DISCS, LABELS, Cells, Indices, cells_of, evenly, values_of
from hnp_etl.report.drawing import PANEL_PX, Panel, Part, fitted, png, sheet
from hnp_etl.report.looking import pictures
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.places import is_folder, refuse_in_dataset
from hnp_shared.storage import make_folder, replace_file

INDEX_FILE = "index.html"
COLUMNS = 6
"""Slices side by side on a sheet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one sheet shows.

    Attributes:
        slices: of the hospital and disc, as the data set has them.
        shown: label -> slices on the sheet.
    """

    file: str
    hospital: str
    disc: str
    slices: int
    shown: Mapping[str, int]

    def to_json(self) -> dict[str, object]:
        """Return the sheet as plain values."""
        return asdict(self)


def write_sheets(dataset: Dataset, folder: Path, *, each: int, force: bool) -> list[Sheet]:
    """Write a sheet for every hospital and disc, and their index.

    Which slices are shown hangs on the manifest alone: the same data set gives the same files.

    Args:
        dataset: whose slices.
        folder: where they go, new or empty.
        each: at most so many slices of each label on a sheet.
        force: write into a folder that holds something.

    Raises:
        InputError: no slices, or a shard is damaged.
        OutputError: the folder lies in a data set, or holds something.
        StorageError: a read or write failed.
    """
    manifest = dataset.manifest_table()
    if not manifest.num_rows:
        raise InputError("found a data set of 0 slices, expected at least one")
    _prepare(folder, force=force)
    cells, sheets = cells_of(manifest), list[Sheet]()
    for hospital in range(len(cells.hospitals)):
        chosen = dict(_chosen(cells, hospital, each))
        drawn = _drawn(dataset, manifest, np.concatenate(list(chosen.values())))
        for disc in sorted({disc for disc, _ in chosen}):
            labels = {label: rows for (where, label), rows in chosen.items() if where == disc}
            told = _sheet(cells, hospital, disc, labels)
            parts = [
                Part(f"{LABELS[label]} ({rows.size} shown)", [drawn[row] for row in rows.tolist()])
                for label, rows in labels.items()
            ]
            content = png(sheet(f"{told.hospital}  {told.disc}", parts, COLUMNS))
            _write(folder / told.file, content)
            sheets.append(told)
    _write(folder / INDEX_FILE, _index(dataset, sheets))
    return sheets


def aspects(manifest: pa.Table) -> npt.NDArray[np.float64]:
    """Return how much higher than wide the pixels of each slice are; 1 where it is not known."""
    high, wide = (values_of(manifest, name) for name in ("pixel_row_mm", "pixel_col_mm"))
    with np.errstate(all="ignore"):
        ratio = high / wide
    return np.where(np.isfinite(ratio) & (ratio > 0), ratio, 1.0)


def _prepare(folder: Path, *, force: bool) -> None:
    refuse_in_dataset(folder)
    if folder.exists() and not is_folder(folder):
        raise OutputError(f"{folder.name} is no folder, expected a new or an empty one")
    make_folder(folder, role="the folder of the sheets")
    try:
        filled = any(folder.iterdir())
    except OSError as error:
        raise StorageError.of("the folder of the sheets", error) from error
    if filled and not force:
        raise OutputError(
            f"{folder.name} holds something, expected a new or an empty folder; --force writes "
            "into it"
        )


def _chosen(cells: Cells, hospital: int, each: int) -> Iterator[tuple[tuple[int, int], Indices]]:
    """Yield disc and label of each cell that has slices, with the rows that stand for it."""
    for disc in range(len(DISCS)):
        for label in range(len(LABELS)):
            rows = cells.rows(hospital, disc, label)
            if rows.size:
                yield (disc, label), evenly(rows, each)


def _drawn(dataset: Dataset, manifest: pa.Table, rows: Indices) -> dict[int, Panel]:
    ratio = aspects(manifest)
    return {
        row: Panel(fitted(picture, ratio[row], PANEL_PX), _caption(manifest, row))
        for row, picture in pictures(dataset, manifest, rows)
    }


def _caption(manifest: pa.Table, row: int) -> str:
    code, level = (manifest.column(name)[row].as_py() for name in ("label_code", "level_name"))
    return f"code {'none' if code is None else code}  {level or DISCS[-1]}"


def _sheet(cells: Cells, hospital: int, disc: int, labels: Mapping[int, Indices]) -> Sheet:
    name = cells.hospitals[hospital]
    plain = "".join(letter if letter.isalnum() else "_" for letter in name)[:40]
    return Sheet(
        file=f"{hospital + 1:02d}-{plain}-{DISCS[disc].replace(' ', '-')}.png",
        hospital=name,
        disc=DISCS[disc],
        slices=int(((cells.hospital == hospital) & (cells.disc == disc)).sum()),
        shown={LABELS[label]: rows.size for label, rows in labels.items()},
    )


def _write(path: Path, content: bytes) -> None:
    replace_file(path, lambda sink: sink.write(content), role="a contact sheet")


def _index(dataset: Dataset, sheets: list[Sheet]) -> bytes:
    room = resources.files("hnp_etl.report")
    style = (room / "sheets.css").read_text("utf-8")
    page = string.Template((room / "sheets.html").read_text("utf-8"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    figures = "\n".join(_figure(each) for each in sheets)
    text = page.substitute(
        style=style, digest=digest, figures=figures, dataset_id=html.escape(dataset.info.dataset_id)
    )
    return text.encode()


def _figure(each: Sheet) -> str:
    shown = ", ".join(f"{count} {label}" for label, count in each.shown.items())
    words = html.escape(f"{each.hospital}, {each.disc}: {shown} of {each.slices:,} slices")
    file = html.escape(each.file)
    return (
        f'<figure><figcaption>{words}</figcaption><a href="{file}">'
        f'<img src="{file}" alt="Contact sheet: {words}" loading="lazy"></a></figure>'
    )
