"""From a data set and a split to what could make a model look better than it is."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_model.audit.chance import Chance
from hnp_model.audit.discs import group_discs
from hnp_model.audit.leaks import Leaks, find_leaks
from hnp_model.audit.optimism import LeakagePrice
from hnp_model.audit.shortcuts import Shortcuts, find_shortcuts
from hnp_model.audit.views import gather_views
from hnp_model.data.slices import Slices, Strings, read_slices
from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.measures.units import PRIMARY_UNIT, score_units
from hnp_model.report.remarks import remarks_on_size
from hnp_model.runs.evaluated import find_evaluations, read_evaluated
from hnp_model.runs.evaluations import Subject
from hnp_model.runs.run_folder import RunFolder
from hnp_model.settings.audit import AuditSettings
from hnp_model.splits.guard import choose_fold, parts_of, refuse_empty, remarks_on_names
from hnp_model.splits.split_facts import describe_split
from hnp_shared.counted import counted
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError
from hnp_shared.splits import Split, read_split

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Attributes:
        n_patients: part -> patients.
        leaks: what sits in more than one part.
        shortcuts: how well simple models do.
        price: what leakage is worth; None when it was not asked for.
        chance: what labels that mean nothing give; None when it was not asked for.
        remarks: what a reader should know first.
        dataset_id: of the data set audited.
    """

    n_patients: dict[str, int]
    leaks: Leaks
    shortcuts: Shortcuts
    price: LeakagePrice | None
    chance: Chance | None
    remarks: tuple[str, ...]
    dataset_id: str

    @property
    def found(self) -> tuple[str, ...]:
        """What is wrong; empty when nothing was found."""
        chance = self.chance.found if self.chance else ()
        return (*self.leaks.found, *self.shortcuts.found, *chance)

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return {
            "dataset_id": self.dataset_id,
            "n_patients": self.n_patients,
            "leaks": self.leaks.to_plain(),
            **self.shortcuts.to_plain(),
            "leakage_price": self.price.to_plain() if self.price else None,
            "chance": self.chance.to_plain() if self.chance else None,
            "remarks": self.remarks,
            "found": self.found,
        }


def audit(out: Path, split_file: Path, run: Path | None, settings: AuditSettings) -> Audit:
    """Look for leaks and shortcuts in the data set ``out`` as it is split.

    Args:
        out: the data set.
        split_file: its split.
        run: a run evaluated on the test part, to compare with what is known without the image.
        settings: which fold, and whether to price leakage.

    Raises:
        InputError: data set, split and run do not go together, or there is too little to train on.
        StorageError: a file could not be read.
    """
    dataset = open_dataset(out)
    slices = read_slices(dataset)
    split = read_split(split_file)
    parts = parts_of(slices, choose_fold(split, settings.fold), dataset.info.dataset_id)
    refuse_empty(slices, parts)
    in_test = parts == "test"
    if not in_test.any():
        raise InputError("the split puts no slice of the data set in test, expected some")
    said = None
    if run:
        said = np.full(len(slices), np.nan)
        told = slices.take(in_test)
        said[in_test] = _said_by(run, split, settings.fold, told, dataset.info.dataset_id)
    discs = group_discs(slices)
    shortcuts = find_shortcuts(slices, discs, gather_views(dataset, slices, discs), said)
    return Audit(
        n_patients=_count_patients(slices, parts),
        leaks=find_leaks(slices, parts),
        shortcuts=shortcuts,
        price=_price(dataset, slices, settings) if settings.leakage_price else None,
        chance=_chance(dataset, slices, parts, settings) if settings.permutations else None,
        remarks=remarks_on_names(slices, split) + _remarks(slices, shortcuts),
        dataset_id=dataset.info.dataset_id,
    )


def _price(dataset: Dataset, slices: Slices, settings: AuditSettings) -> LeakagePrice:
    from hnp_model.audit.price import price_leakage  # noqa: PLC0415  # torch takes seconds

    return price_leakage(dataset, slices, epochs=settings.epochs, seed=settings.seed)


def _chance(dataset: Dataset, slices: Slices, parts: Strings, settings: AuditSettings) -> Chance:
    from hnp_model.audit.permuted_trials import try_chance  # noqa: PLC0415  # torch takes seconds

    times, epochs, seed = settings.permutations, settings.epochs, settings.seed
    return try_chance(dataset, slices, parts, times=times, epochs=epochs, seed=seed)


def _said_by(run: Path, split: Split, fold: int | None, test: Slices, dataset_id: str) -> Numbers:
    """Return the run's probability of each slice of test."""
    config = RunFolder(run).config()
    asked = (describe_split("", split).digest, fold)
    if (config.split.digest, config.settings.fold) != asked:
        raise InputError("the run was fitted with another split or fold, expected the one audited")
    kept = find_evaluations(run, "test", "audited")
    alike = [one for one in kept if one.parts["test"] == Subject(dataset_id, "test", asked[0])]
    told = read_evaluated((alike or kept)[0].folder, "test", "audited")
    probability = dict(zip(told.slice_id.tolist(), told.probability.tolist(), strict=True))
    missing = set(test.slice_id.tolist()) - probability.keys()
    if missing:
        raise InputError(
            f"the run was not evaluated on {len(missing):,} of {counted(len(test), 'slice')} in "
            "test, expected all of them; hnp-train evaluate does so"
        )
    return np.array([probability[slice_id] for slice_id in test.slice_id.tolist()])


def _count_patients(slices: Slices, parts: Strings) -> dict[str, int]:
    return {
        part: np.unique(slices.patient_id[parts == part]).size for part in ("train", "val", "test")
    }


def _remarks(slices: Slices, shortcuts: Shortcuts) -> tuple[str, ...]:
    discs = score_units(PRIMARY_UNIT, slices, np.zeros(len(slices)))
    positive, negative = discs.patients_with(True), discs.patients_with(False)
    remarks = remarks_on_size("the data set", positive, negative)
    if shortcuts.unjudged:
        remarks += (
            f"the data set has under {MIN_PATIENTS} patients in a class: "
            "shortcuts could not be judged",
        )
    return remarks
