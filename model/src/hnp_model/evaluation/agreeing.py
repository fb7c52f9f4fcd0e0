"""Two readers' files compared, field by field, on the slices that both have read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hnp_model.data.readings import FIELDS, Readings, read_readings, spellings_of
from hnp_model.measures.agreement import Agreement, agree
from hnp_shared.counted import counted
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError

HERNIATED = "herniated"
"""Stands beside the fields: what the codes mean by the recipe of the data set."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What of one field is compared.

    Attributes:
        both: slices of which both say something.
        unsure: those of them that either cannot tell.
        agreement: of the others; None where there are none.
    """

    both: int
    unsure: int
    agreement: Agreement | None

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        told = self.agreement.to_plain() if self.agreement else None
        return {"both": self.both, "cannot_tell": self.unsure, "agreement": told}


@dataclass(frozen=True, slots=True)
class Readers:
    """How far two readers agree.

    Attributes:
        fields: field -> what is compared.
        remarks: what a reader of the figures should know first.
    """

    fields: Mapping[str, Compared]
    remarks: tuple[str, ...]

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        fields = {name: one.to_plain() for name, one in self.fields.items()}
        return {"fields": fields, "remarks": list(self.remarks)}


def compare_readers(first: Path, second: Path, data: Path | None) -> Readers:
    """Return how far the readers of two files agree.

    Args:
        first: a file of corrections.
        second: another one.
        data: the data set that tells whose slices they are; None: not told, and no intervals.

    Raises:
        InputError: no such files, or they have no slice in common.
        StorageError: a read failed.
    """
    dataset = open_dataset(data) if data else None
    spellings = spellings_of(dataset.info.recipe if dataset else None)
    readings = (
        read_readings(first, "first", spellings),
        read_readings(second, "second", spellings),
    )
    patient_of = _patients(dataset) if dataset else None
    fields = {
        field: _compare(readings[0].of(field), readings[1].of(field), patient_of)
        for field in FIELDS
    }
    fields = {field: one for field, one in fields.items() if one.both}
    if not fields:
        raise InputError("the two files have no reading of the same slice, expected some")
    if dataset and "label_code" in fields:
        meanings = _meanings(dataset)
        mine, theirs = (_translate(one.of("label_code"), meanings) for one in readings)
        fields[HERNIATED] = _compare(mine, theirs, patient_of)
    return Readers(fields, _remarks(readings, patient_of))


def _patients(dataset: Dataset) -> dict[str, str]:
    table = dataset.manifest_table().select(["slice_id", "patient_id"])
    columns = (table.column(name).to_pylist() for name in table.column_names)
    return dict(zip(*columns, strict=True))


def _meanings(dataset: Dataset) -> dict[str, str]:
    """Return code -> normal or patient; of recipes that differ, what they agree on."""
    recipe = dataset.info.recipe
    found: dict[str, str] = {}
    for each in recipe.get("merged", [recipe]):
        for code, meaning in each.get("label", {}).get("codes", {}).items():
            found[code] = meaning if found.get(code, meaning) == meaning else ""
    return found


def _translate(
    answers: Mapping[str, str | None], meanings: Mapping[str, str]
) -> dict[str, str | None]:
    """Return what codes mean; any patient makes patient, and an unknown code is left out."""
    told: dict[str, str | None] = {}
    for slice_id, answer in answers.items():
        meant = {meanings.get(code) for code in answer.split(",")} if answer else {""}
        if answer is None or not meant:
            told[slice_id] = None
        elif "patient" in meant:
            told[slice_id] = "patient"
        elif "normal" in meant:
            told[slice_id] = "normal"
    return told


def _compare(
    first: Mapping[str, str | None],
    second: Mapping[str, str | None],
    patient_of: Mapping[str, str] | None,
) -> Compared:
    both = sorted(first.keys() & second.keys())
    if patient_of is not None:
        both = [slice_id for slice_id in both if slice_id in patient_of]
    pairs = [(slice_id, first[slice_id], second[slice_id]) for slice_id in both]
    sure = [(slice_id, a, b) for slice_id, a, b in pairs if a is not None and b is not None]
    patients = [patient_of[slice_id] for slice_id, _, _ in sure] if patient_of is not None else None
    found = agree([a for _, a, _ in sure], [b for _, _, b in sure], patients)
    return Compared(len(both), len(both) - len(sure), found)


def _remarks(
    readings: tuple[Readings, Readings], patient_of: Mapping[str, str] | None
) -> tuple[str, ...]:
    told = [
        f"the {which} file holds changes only: slices that its reader confirmed are not in it, so "
        "that agreement is not told by what is"
        for which, one in zip(("first", "second"), readings, strict=True)
        if one.changes_only
    ]
    told += [
        f"the {which} file holds {one.readers} readers, taken as one"
        for which, one in zip(("first", "second"), readings, strict=True)
        if one.readers > 1
    ]
    shared = {
        slice_id
        for field in FIELDS
        for slice_id in readings[0].of(field).keys() & readings[1].of(field).keys()
    }
    if patient_of is None:
        told.append(
            "no intervals: slices of one person are not independent, and --data OUT tells whose "
            "they are"
        )
    elif gone := len(shared - patient_of.keys()):
        told.append(f"{counted(gone, 'slice')} that both read are not in the data set: left out")
    return tuple(told)
