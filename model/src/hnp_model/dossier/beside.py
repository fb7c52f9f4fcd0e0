"""What other commands have left beside a run: an audit, a cross-validation, suspects."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.units import UNITS
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON, parse_record
from hnp_shared.csv_lines import decode, parse_lines
from hnp_shared.errors import HnpError, InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.vocabulary import LEVEL_NAMES

CROSSVAL_FILE = "crossval.json"
MOST_SUSPECTS = 200
"""Discs that a page lists; the file has the others."""

_SUSPECT_COLUMNS = frozenset({"rank", "level", "label", "probability"})
_MOST_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Suspected:
    """A suspect of the audit, as `hnp-train audit --json` writes it."""

    auc: Figure
    adds: Figure
    finding: bool
    p_corrected: float | None = None


@dataclass(frozen=True, slots=True)
class Hospital:
    """A hospital judged by what the others teach, likewise."""

    name: str
    auc: Figure
    finding: bool
    rest: float | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found; fields as `auditing.Audit.to_plain` has them."""

    n_patients: Mapping[str, int]
    leaks: Mapping[str, int]
    baseline: Figure
    suspects: Mapping[str, Suspected]
    disc: Suspected
    hospitals: tuple[Hospital, ...]
    found: tuple[str, ...]
    remarks: tuple[str, ...]
    run: Figure | None = None
    dataset_id: str | None = None


def read_audit(path: Path, dataset_id: str) -> dict[str, Any]:
    """Return what an audit found, as plain values.

    Raises:
        InputError: it is none, or of another data set than the runs were judged on.
        StorageError: it could not be read.
    """
    try:
        found = parse_record(Audited, json.loads(_read(path, "the audit")))
    except DAMAGED_JSON as error:
        raise InputError(
            f"{path.name} is no audit, expected what hnp-train audit --json prints"
        ) from error
    if found.dataset_id not in (None, dataset_id):
        raise InputError(
            f"the audit is of data set {found.dataset_id}, expected {dataset_id}, on which the "
            "runs were judged"
        )
    return asdict(found)


def read_crossval(path: Path) -> dict[str, Any]:
    """Return the figures of every fold, and what the folds leave out.

    Raises:
        InputError: no finished cross-validation.
        StorageError: a file could not be read.
    """
    folder = RunFolder(path)
    if not folder.has(CROSSVAL_FILE):
        raise InputError(f"found no {CROSSVAL_FILE}, expected the folder of a finished crossval")
    try:
        found = json.loads(folder.read(CROSSVAL_FILE))
        folds = {str(name): _fold(told) for name, told in found["folds"].items()}
        content = {
            "dataset_id": str(found["dataset_id"]),
            "remarks": list(map(str, found["remarks"])),
            "pooled": {
                unit: {
                    name: {end: _number(found["pooled"][unit][name][end]) for end in _POOLED}
                    for name in METRICS
                }
                for unit in UNITS
            },
        }
    except DAMAGED_JSON as error:
        raise InputError(f"{CROSSVAL_FILE} is damaged or was not written by hnp-train") from error
    schemes = {_scheme(path / Path(name).name) for name in folds}
    return {**content, "folds": folds, "hospital_out": schemes == {"hospital-out"}}


_POOLED = ("mean", "min", "max")


def _fold(told: Mapping[str, Any]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        unit: {name: asdict(parse_record(Figure, told[unit][name])) for name in METRICS}
        for unit in UNITS
    }
    return {"n_patients": int(told["n_patients"]), "n_slices": int(told["n_slices"]), **figures}


def _number(found: object) -> float | None:
    return None if found is None else float(str(found))


def _scheme(run: Path) -> str | None:
    try:
        return RunFolder(run).config().split.facts.get("scheme")
    except HnpError:  # the folder of a fold was left at home
        return None


def read_suspected_labels(path: Path) -> list[dict[str, Any]]:
    """Return the discs of a list of `hnp-train suspects`, without an id; the rank finds the row.

    Raises:
        InputError: it is none; names the line.
        StorageError: it could not be read.
    """
    role = f"the suspects {path.name}"

    def is_header(cells: object) -> bool:
        return isinstance(cells, list) and set(cells) >= _SUSPECT_COLUMNS

    lines = parse_lines(decode(_read(path, role), role=role), is_header, role=role)
    rows = [line for line in lines if not line.is_comment]
    if not rows or not is_header(rows[0].cells):
        raise InputError(
            f"{role} is no list of suspects, expected rank, level, label and probability"
        )
    discs: dict[int, dict[str, Any]] = {}
    for line in rows[1:]:
        try:
            disc = _suspected(dict(zip(rows[0].cells, line.cells, strict=False)))
        except (ValueError, KeyError, IndexError) as error:
            raise InputError(
                f"{role}, line {line.number}: expected a rank, a disc, a label and a probability"
            ) from error
        discs.setdefault(disc["rank"], {**disc, "slices": 0})["slices"] += 1
    return [discs[rank] for rank in sorted(discs)[:MOST_SUSPECTS]]


def _suspected(row: Mapping[str, str]) -> dict[str, Any]:
    level = row["level"]
    return {
        "rank": int(row["rank"]),
        "level": level if level in LEVEL_NAMES else LEVEL_NAMES[int(level)],
        "label": row["label"],
        "code": row.get("label_code") or None,
        "probability": float(row["probability"]),
        "margin": float(row["margin"]) if row.get("margin") else None,
        "hospital": row.get("hospital") or None,
    }


def _read(path: Path, role: str) -> bytes:
    try:
        return read_regular(path, role=role, most_bytes=_MOST_BYTES)
    except OSError as error:
        raise StorageError.of(role, error) from error
