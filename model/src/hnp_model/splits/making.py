"""Who is in which part, by the schemes of `hnp-train split`. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings
from hnp_model.settings.split import SplitSettings
from hnp_model.splits.composition import Composition, compose
from hnp_model.splits.exchanging import FULL, Effort, effort_of
from hnp_model.splits.grouping import group_slices
from hnp_model.splits.guard import DATASET_FACT, Leakage, find_leakage
from hnp_model.splits.hospital_out import leave_hospitals_out
from hnp_model.splits.split_facts import describe_split
from hnp_model.splits.stable import Places, allot_by_hash, places_of
from hnp_model.splits.stratify import allot, describe_groups, fill_empty
from hnp_shared.counted import counted, some
from hnp_shared.errors import InputError
from hnp_shared.splits import PARTS, Split


@dataclass(frozen=True, slots=True)
class MadeSplit:
    """A split.

    Attributes:
        suffix: what its file name ends in: nothing, or ``-H03``.
        split: who is where.
        composition: what is in each part.
        leakage: what sits in more than one part.
        passed_over: hospital that could not be left out -> reason.
    """

    suffix: str
    split: Split
    composition: Composition
    leakage: Leakage
    passed_over: Mapping[str, str] = field(default_factory=dict)


def make_splits(
    slices: Slices, dataset_id: str, settings: SplitSettings, earlier: Split | None = None
) -> tuple[MadeSplit, ...]:
    """Return the splits of the scheme; the same arguments give the same splits.

    Args:
        slices: all slices.
        dataset_id: goes into the comment lines.
        settings: how to split.
        earlier: a split whose patients keep their parts in a stable split.

    Raises:
        InputError: fewer groups than parts, no hospital that can be left out, or an earlier split
            of other parts.
    """
    facts = _facts(dataset_id, settings)
    if earlier:
        facts["earlier"] = describe_split("", earlier).digest
    if settings.scheme == "hospital-out":
        return _leave_hospitals_out(slices, facts, settings)
    names, ratios = _parts_and_ratios(settings)
    if settings.stable:
        known: Places = places_of(earlier, names) if earlier else {}
        shares = dict(zip(names, ratios.tolist(), strict=True))
        parts = allot_by_hash(slices, group_slices(slices), shares, settings.seed, known)
    elif settings.unit == "slice":
        parts = _split_slices(slices.is_patient, names, ratios, settings.seed)
    else:
        parts = _split_groups(slices, group_slices(slices), names, ratios, settings.seed)
    return (_describe(slices, parts, facts, settings, ""),)


def _facts(dataset_id: str, settings: SplitSettings) -> dict[str, str]:
    kfold = settings.scheme == "kfold"
    scheme: str = settings.scheme
    if settings.stable:
        scheme = "stable kfold" if kfold else "stable"
    return {
        "scheme": scheme,
        "ratios": ":".join(map(str, (1,) * settings.folds if kfold else settings.ratios)),
        "seed": str(settings.seed),
        "stratify": _stratified_by(settings),
        DATASET_FACT: dataset_id,
    }


def _stratified_by(settings: SplitSettings) -> str:
    if settings.stable:
        return "nothing, parts come from a hash of patient_id"
    if settings.unit == "slice":
        return "is_patient"
    return f"positive share, {'' if settings.scheme == 'hospital-out' else 'hospital, '}patients"


def _parts_and_ratios(settings: SplitSettings) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    if settings.scheme == "kfold":
        names = tuple(map(str, range(settings.folds)))
        return names, np.full(settings.folds, 1 / settings.folds)
    return _asked(PARTS, settings.ratios)


def _asked(
    names: tuple[str, ...], ratios: tuple[int, ...]
) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Return the parts whose ratio is not 0, and their shares."""
    kept = {name: ratio for name, ratio in zip(names, ratios, strict=True) if ratio}
    shares = np.array(list(kept.values()), dtype=np.float64)
    return tuple(kept), shares / shares.sum()


def _split_groups(
    slices: Slices,
    groups: npt.NDArray[np.int64],
    names: tuple[str, ...],
    ratios: npt.NDArray[np.float64],
    seed: int,
    effort: Effort = FULL,
) -> Strings:
    _refuse_few(int(groups.max()) + 1, names, "patient", " that share no image or study")
    part_of_group = allot(describe_groups(slices, groups), ratios, seed, effort)
    return np.array(names)[part_of_group][groups]


def _refuse_few(count: int, names: tuple[str, ...], noun: str, kind: str = "") -> None:
    if count < len(names):
        raise InputError(
            f"found {counted(count, noun)}{kind}, "
            f"expected at least {len(names):,}, one for each part ({some(names)})"
        )


def _split_slices(
    is_patient: npt.NDArray[np.bool_],
    names: tuple[str, ...],
    ratios: npt.NDArray[np.float64],
    seed: int,
) -> Strings:
    _refuse_few(is_patient.size, names, "slice")
    random = np.random.default_rng(seed)
    parts = np.empty(is_patient.size, dtype=np.int64)
    for label in (False, True):
        rows = random.permutation(np.flatnonzero(is_patient == label))
        cuts = np.rint(np.cumsum(ratios)[:-1] * rows.size).astype(np.int64)
        for part, members in enumerate(np.split(rows, cuts)):
            parts[members] = part
    by_class = np.stack([is_patient, ~is_patient], axis=1).astype(np.float64)
    return np.array(names)[fill_empty(by_class, parts, ratios)]


def _leave_hospitals_out(
    slices: Slices, facts: Mapping[str, str], settings: SplitSettings
) -> tuple[MadeSplit, ...]:
    names, ratios = _asked(PARTS[:2], settings.ratios[:2])
    effort = effort_of(np.unique(slices.hospital).size)

    def split_rest(rest: Slices, groups: npt.NDArray[np.int64]) -> Strings:
        return _split_groups(rest, groups, names, ratios, settings.seed, effort)

    found = leave_hospitals_out(slices, split_rest)
    return tuple(
        replace(
            _describe(slices, parts, {**facts, "test": hospital}, settings, f"-{hospital}"),
            passed_over=found.passed_over,
        )
        for hospital, parts in found.parts.items()
    )


def _describe(
    slices: Slices, parts: Strings, facts: Mapping[str, str], settings: SplitSettings, suffix: str
) -> MadeSplit:
    ids = slices.patient_id if settings.unit == "patient" else slices.slice_id
    split = Split(settings.unit, facts, dict(zip(ids.tolist(), parts.tolist(), strict=True)))
    return MadeSplit(suffix, split, compose(slices, parts), find_leakage(slices, parts))
