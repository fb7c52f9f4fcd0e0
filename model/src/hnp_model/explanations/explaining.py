"""From a run and a data set to a folder that shows, and says, what the network looks at."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from hnp_model.data.tabular import features_of
from hnp_model.explanations.asked import ExplainSettings
from hnp_model.explanations.attributing import Attributions
from hnp_model.explanations.drawing import Drawn, draw_sheet, draw_slice
from hnp_model.explanations.measured import Measured, joined
from hnp_model.explanations.measuring import Looker, maps_of
from hnp_model.explanations.new_folder import new_folder, refuse_target
from hnp_model.explanations.page import page
from hnp_model.explanations.subject import BATCH, Subject, looker_at, open_subject
from hnp_model.explanations.summary import Summary, summarise
from hnp_model.explanations.table import TABLE_FILE, attribution_table
from hnp_model.explanations.titles import INPUT_NAMES, title_of
from hnp_model.runs.run_folder import RunFolder
from hnp_shared.dataset import Dataset
from hnp_shared.explained_maps import SLICES_FOLDER, SUMMARY_FILE
from hnp_shared.progress import track
from hnp_shared.storage import make_folder, replace_file

PAGE_FILE = "explain.md"
COMPARED = 40
"""Slices of those drawn that random weights look at too."""

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found, and where it lies.

    Attributes:
        summary: of the slices drawn.
        files: names of what was written, pictures of single slices left out.
        pictures: how many of these there are.
    """

    summary: Summary
    files: tuple[str, ...]
    pictures: int


def explain(run: Path, out: Path, target: Path, settings: ExplainSettings) -> Explanation:
    """Write to the new folder ``target`` what the network of a run looks at in a data set.

    Args:
        run: the run.
        out: the data set, labelled or not.
        target: the folder to make.
        settings: which slices.

    Raises:
        InputError: run and data set do not go together, or there is nothing to explain.
        OutputError: the place holds something else, or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_target(target, SUMMARY_FILE, force=settings.force)
    dataset, subject = open_subject(run, out, settings)
    with new_folder(target, SUMMARY_FILE, force=settings.force) as folder:
        make_folder(folder.path / SLICES_FOLDER, role="the folder of pictures", disk=folder.disk)
        measured, shown = _look(folder, subject, run, dataset, settings)
        names = _write_sheets(folder, subject, shown)
        summary = _summary(subject, measured, settings)
        table = attribution_table(subject, measured)
        replace_file(
            folder.path / TABLE_FILE, lambda sink: pq.write_table(table, sink), role=TABLE_FILE
        )
        folder.write(PAGE_FILE, page(summary, names).encode())
        text = json.dumps(summary.to_plain(), ensure_ascii=False, indent=1, allow_nan=False)
        folder.write(SUMMARY_FILE, text.encode() + b"\n")
    files = (PAGE_FILE, *names, TABLE_FILE, SUMMARY_FILE)
    return Explanation(summary, files, len(subject.slices))


def _summary(subject: Subject, measured: Measured, settings: ExplainSettings) -> Summary:
    drawn = subject.selection.drawn
    slices = subject.slices.take(drawn)
    about = {
        "dataset_id": subject.data.dataset_id,
        "part": settings.part,
        "training": subject.training,
        "weights_sha256": subject.weights_sha256,
        "model": subject.config.settings.model,
        "seed": settings.seed,
    }
    return summarise(about, measured.take(drawn), features_of(slices), slices.patient_id)


def _look(
    folder: RunFolder, subject: Subject, run: Path, dataset: Dataset, settings: ExplainSettings
) -> tuple[Measured, Mapping[int, Drawn]]:
    """Write the picture of each slice; return what was measured, and what goes on sheets."""
    looker = looker_at(subject, run, dataset, settings.seed)
    on_sheets = {int(row) for rows in subject.selection.sheets.values() for row in rows}
    found, shown = [], {}
    steps = list(_batches(subject))
    for indices, strange in track(steps, "explaining", total=len(steps), unit="step"):
        maps, measured = looker.look(indices, subject.called[indices], strange=strange)
        found.append(measured)
        for place, row in enumerate(indices.tolist()):
            drawn = _drawn(looker, subject, (maps, measured), row, place)
            folder.write(f"{SLICES_FOLDER}/{subject.slices.slice_id[row]}.png", draw_slice(drawn))
            if row in on_sheets:
                shown[row] = drawn
    every = np.concatenate([indices for indices, _ in steps])
    return joined(found).take(np.argsort(every)), shown


def _batches(subject: Subject) -> Iterator[tuple[Indices, bool]]:
    """Yield slices, and whether random weights look at them too: some of those drawn."""
    drawn = subject.selection.drawn
    spread = np.linspace(0, drawn.size - 1, min(COMPARED, drawn.size)).astype(np.int64)
    others = np.setdiff1d(np.arange(len(subject.slices)), drawn[spread])
    for rows, strange in ((drawn[spread], True), (others, False)):
        for first in range(0, rows.size, BATCH):
            yield rows[first : first + BATCH], strange


def _drawn(
    looker: Looker, subject: Subject, found: tuple[Attributions, Measured], row: int, place: int
) -> Drawn:
    maps, measured = found
    inputs = features_of(subject.slices)
    return Drawn(
        picture=maps.picture[place],
        integrated=maps_of(maps)["ig"][place],
        cam=maps.cam[place],
        box=looker.regions.masks(np.array([row]))[0, 0],
        added=[float(measured.image[place]), *measured.tabular[place].tolist()],
        names=["picture", *(INPUT_NAMES.get(name, name) for name in inputs)],
        title=title_of(subject, row, float(measured.logit[place])),
    )


def _write_sheets(
    folder: RunFolder, subject: Subject, shown: Mapping[int, Drawn]
) -> tuple[str, ...]:
    """Write the sheets that have a slice, and return their names."""
    names = []
    for kind, rows in subject.selection.sheets.items():
        if rows.size:
            names.append(f"{kind}.png")
            title = f"most confident {kind.replace('-', ' ')}"
            folder.write(names[-1], draw_sheet([shown[row] for row in rows.tolist()], title))
    return tuple(names)
