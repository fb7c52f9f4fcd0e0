"""What a report of a data set holds, as plain values: counts, never a slice, an id or a path."""

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from hnp_etl.explain.remedies import remedy
from hnp_etl.protocols.acquisitions import acquisitions_of
from hnp_etl.protocols.holding import deviations
from hnp_etl.protocols.protocol import Protocol
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.report.apart import apart
from hnp_etl.report.cells import DISCS, LABELS, Cells, cells_of, numbered, values_of
from hnp_etl.report.changes import changes
from hnp_etl.report.contact_sheets import aspects
from hnp_etl.report.sample import Sample, look
from hnp_etl.report.tallies import Number, Word, number_tally, patterns, word_tally
from hnp_etl.report.wording import phrases_of, shown, told_of
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.flow import flow_to_plain
from hnp_shared.languages import Words
from hnp_shared.small_groups import SMALL_GROUP_PATIENTS, small_groups
from hnp_shared.vocabulary import Reason

NUMBERS = (
    Number("source_min", ""),
    Number("source_max", ""),
    Number("pixel_row_mm", "mm"),
    Number("pixel_col_mm", "mm"),
    Number("slice_thickness_mm", "mm"),
    Number("tilt_deg", "degrees"),
    Number("echo_time_ms", "ms"),
    Number("repetition_time_ms", "ms"),
    Number("field_strength_t", "T"),
    Number("age", "years", band=10.0),
    Number("canal_width_mm", "mm"),
)
"""Columns of the manifest; ages are told in bands, as few may share a cell."""

WORDS = (Word("vendor"), Word("sex"))


def content_of(
    dataset: Dataset, against: Dataset | None, words: Words, protocol: Protocol | None = None
) -> dict[str, object]:
    """Return the content of the page.

    Args:
        dataset: that is told of.
        against: an older one to compare with.
        words: of the language.
        protocol: that acquisition is held against.

    Raises:
        InputError: it has no slices, or a shard is damaged, or both cannot be compared.
        StorageError: a shard could not be read.
    """
    manifest = dataset.manifest_table()
    if not manifest.num_rows:
        raise InputError("found a data set of 0 slices, expected at least one")
    changed = changes(against, dataset) if against else None
    cells = cells_of(manifest)
    sample = look(dataset, manifest, cells, aspects(manifest))
    return {
        "language": words.language,
        "texts": shown(words),
        **_head(dataset),
        **_counts(manifest, cells, words),
        **_files(dataset, words),
        **_warnings(dataset, manifest, words),
        "columns": [*_numbers(manifest, cells), _means(cells, sample)],
        "words": [
            word_tally(each, manifest.column(each.name).to_pylist(), cells.cell) for each in WORDS
        ],
        "greys": {
            str(each): sample.greys[cells.cell[sample.rows] == each].sum(axis=0).tolist()
            for each in np.unique(cells.cell[sample.rows])
        },
        "looked": sample.rows.size,
        "apart": apart(manifest, cells, sample, [each.name for each in NUMBERS]),
        "pictures": list(_pictures(manifest, cells, sample)),
        "changes": changed,
        "protocol": _protocol(manifest, protocol),
    }


def _protocol(manifest: pa.Table, protocol: Protocol | None) -> list[list[object]] | None:
    """Return what of the acquisition is not as asked; None when nothing was asked."""
    if protocol is None:
        return None
    found = deviations(acquisitions_of(manifest), protocol)
    return [[*asdict(each).values()] for each in found]


def _head(dataset: Dataset) -> dict[str, object]:
    info = dataset.info
    return {
        "ids": {
            "dataset": info.dataset_id,
            "pixels": info.pixels_id,
            "key": info.key_id,
            "tool": info.tool,
            "schema": info.schema_version,
            "recipe": str(info.recipe.get("name", "unknown")),
            "origin": info.origin,
            "corrections": str(len(info.corrections)),
            "joined": str(len(info.joined)),
        },
        "dataset_id": info.dataset_id,
        "recipe": json.dumps(info.recipe, ensure_ascii=False, indent=1, sort_keys=True),
    }


def _counts(manifest: pa.Table, cells: Cells, words: Words) -> dict[str, object]:
    numbers, slices = np.unique(cells.cell, return_counts=True)
    owners = {name: numbered(manifest, name) for name in ("patient_id", "study_id")}
    flags = [
        [flag, *(words.texts.get(f"flags.{flag}.{told}", "") for told in ("means", "do"))]
        for flag in sorted(set(manifest.column("flags").combine_chunks().flatten().to_pylist()))
    ]
    marked = manifest.column("flags").to_pylist()
    by_cell = {flag: dict[int, int]() for flag, _, _ in flags}
    for cell, names in zip(cells.cell.tolist(), marked, strict=True):
        for name in names:
            by_cell[name][cell] = by_cell[name].get(cell, 0) + 1
    return {
        "hospitals": list(cells.hospitals),
        "discs": list(DISCS),
        "labels": list(LABELS),
        "cells": dict(zip(map(str, numbers.tolist()), slices.tolist(), strict=True)),
        "patients": patterns(owners["patient_id"], cells.cell),
        "studies": patterns(owners["study_id"], cells.cell),
        "flags": [[*each, by_cell[each[0]]] for each in flags],
    }


def _files(dataset: Dataset, words: Words) -> dict[str, object]:
    """Return what became of every file met, by hospital, and what each reason means."""
    names = ["hospital", "kind", "state", "reason"]
    ledger = dataset.ledger_table().select(names)
    counted = ledger.append_column("one", pa.array(np.ones(ledger.num_rows, np.int64)))
    rows = counted.group_by(names).aggregate([("one", "sum")]).select([*names, "one_sum"])
    files = sorted(([*row.values()] for row in rows.to_pylist()), key=str)
    try:
        recipe: Recipe | None = Recipe.model_validate(dataset.info.recipe)
    except ValidationError:  # of a merged data set, or of another version
        recipe = None
    met = {row[3] for row in files if row[3] is not None}
    return {
        "files": files,
        "reasons": {
            str(reason): {
                "means": words.texts[f"reasons.{reason}.means"],
                "do": words.texts[f"reasons.{reason}.do"],
                "in_if": remedy([reason], recipe, phrases_of(words)) if recipe else "",
            }
            for reason in Reason
            if reason in met
        },
        "flow": flow_to_plain(dataset.info.flow),
    }


def _warnings(dataset: Dataset, manifest: pa.Table, words: Words) -> dict[str, object]:
    groups = small_groups(manifest)
    return {
        "identity": dict(dataset.info.identity),
        "notices": [[each.hospital, told_of(each, words)] for each in dataset.info.notices],
        "groups": asdict(groups) if groups else None,
        "small": SMALL_GROUP_PATIENTS,
    }


def _numbers(manifest: pa.Table, cells: Cells) -> Iterator[dict[str, object]]:
    for column in NUMBERS:
        yield number_tally(column, values_of(manifest, column.name), cells.cell)


def _means(cells: Cells, sample: Sample) -> dict[str, object]:
    column = Number("mean_grey", "grey")
    return number_tally(column, sample.mean, cells.cell[sample.rows])


def _pictures(manifest: pa.Table, cells: Cells, sample: Sample) -> Iterator[list[object]]:
    """Yield cell, code and picture of every slice that is shown."""
    codes = manifest.column("label_code")
    for row, content in sample.shown.items():
        cell, code = int(cells.cell[row]), codes[row].as_py()
        yield [cell, code, base64.b64encode(content).decode("ascii")]
