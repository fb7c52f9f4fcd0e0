"""From a data set to split files: the schemes of `hnp-train split`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings, read_slices
from hnp_model.data.thumbnails import read_thumbnails
from hnp_model.settings import SplitSettings
from hnp_model.splits.composition import Composition, compose
from hnp_model.splits.grouping import group_slices
from hnp_model.splits.guard import DATASET_FACT, Leakage, find_leakage
from hnp_model.splits.near_copies import Looks, NearCopies, find_near_copies
from hnp_model.splits.split_facts import describe_split
from hnp_model.splits.stable import Places, allot_by_hash, find_moved, places_of
from hnp_model.splits.stratify import allot, describe_groups, fill_empty
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, OutputError
from hnp_shared.opening import read_regular
from hnp_shared.places import is_file, refuse_existing, refuse_place
from hnp_shared.splits import PARTS, Split, read_split, split_bytes, write_split


@dataclass(frozen=True, slots=True)
class MadeSplit:
    """A split.

    Attributes:
        suffix: what its file name ends in: nothing, or ``-H03``.
        split: who is where.
        composition: what is in each part.
        leakage: what sits in more than one part.
    """

    suffix: str
    split: Split
    composition: Composition
    leakage: Leakage


@dataclass(frozen=True, slots=True)
class WrittenSplit:
    """A split and the file it lies in.

    Attributes:
        path: the file.
        made: the split.
        moved: in a stable split, patients whose part is another than in the earlier split given,
            or else in the stable split that lay in the file before.
        near_copies: slices of two patients in two parts that are nearly the same picture.
    """

    path: Path
    made: MadeSplit
    moved: tuple[str, ...]
    near_copies: NearCopies


def split_dataset(
    out: Path,
    target: Path,
    settings: SplitSettings,
    earlier_file: Path | None = None,
    *,
    force: bool = False,
) -> tuple[WrittenSplit, ...]:
    """Split the data set ``out`` and write ``target``, or one file a hospital next to it.

    Args:
        out: the data set.
        target: the split file.
        settings: how to split.
        earlier_file: a split whose patients keep their parts in a stable split.
        force: whether another split file may be written over.

    Raises:
        InputError: no labelled data set, or too little in it to split.
        OutputError: a file is in the way, or the place is none to write to.
        StorageError: a read or write failed.
    """
    refuse_place(target, force=True)  # a file that is there may be what is made anyway
    dataset = open_dataset(out)
    earlier = read_split(earlier_file) if earlier_file else None
    slices = read_slices(dataset)
    made = make_splits(slices, dataset.info.dataset_id, settings, earlier)
    near = find_near_copies(Looks.of(slices, slices.hospital, read_thumbnails(dataset, slices)))
    written = []
    for one in made:
        path = target.with_name(f"{target.stem}{one.suffix}{target.suffix}")
        _refuse_another(path, one.split, force=force)
        before = earlier or _replaced(path, one.split)
        moved = _moved(before, one.split, settings)
        written.append(WrittenSplit(path, one, moved, near.placed(one.split).across()))
    for file in written:
        write_split(file.path, file.made.split)
    return tuple(written)


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
        InputError: fewer groups than parts, one hospital where several are needed, or an earlier
            split of other parts.
    """
    facts = _facts(dataset_id, settings)
    if earlier:
        facts["earlier"] = describe_split("", earlier).digest
    if settings.scheme == "hospital-out":
        return tuple(
            _describe(slices, parts, facts | {"test": hospital}, settings, f"-{hospital}")
            for hospital, parts in _leave_hospitals_out(slices, settings)
        )
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


def _refuse_another(path: Path, split: Split, *, force: bool) -> None:
    """Refuse a file of other content: the same arguments and data set give the same bytes."""
    size = path.stat().st_size if is_file(path) else -1
    content = split_bytes(split)
    same = size == len(content) and read_regular(path, role=path.name) == content
    refuse_existing(path, force=force or same)


def _replaced(path: Path, split: Split) -> Split | None:
    """Return the split that lies in the file, if it was made like the new one."""
    if not os.path.lexists(path):
        return None
    try:
        before = read_split(path)
    except InputError as error:
        raise OutputError(f"{path.name} exists and is no split file") from error
    alike = all(
        before.facts.get(name) == split.facts[name] for name in ("scheme", "ratios", "seed")
    )
    return before if alike and before.unit == split.unit else None


def _moved(before: Split | None, split: Split, settings: SplitSettings) -> tuple[str, ...]:
    return find_moved(before.parts, split.parts) if before and settings.stable else ()


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
) -> Strings:
    _refuse_few(int(groups.max()) + 1, names, "patients that share no image")
    part_of_group = allot(describe_groups(slices, groups), ratios, seed)
    return np.array(names)[part_of_group][groups]


def _refuse_few(count: int, names: tuple[str, ...], kind: str) -> None:
    if count < len(names):
        raise InputError(
            f"found {count} {kind}, "
            f"expected at least {len(names)}, one for each part ({', '.join(names)})"
        )


def _split_slices(
    is_patient: npt.NDArray[np.bool_],
    names: tuple[str, ...],
    ratios: npt.NDArray[np.float64],
    seed: int,
) -> Strings:
    _refuse_few(is_patient.size, names, "slices")
    random = np.random.default_rng(seed)
    parts = np.empty(is_patient.size, dtype=np.int64)
    for label in (False, True):
        rows = random.permutation(np.flatnonzero(is_patient == label))
        cuts = np.rint(np.cumsum(ratios)[:-1] * rows.size).astype(np.int64)
        for part, members in enumerate(np.split(rows, cuts)):
            parts[members] = part
    by_class = np.stack([is_patient, ~is_patient], axis=1).astype(np.float64)
    return np.array(names)[fill_empty(by_class, parts, ratios)]


def _leave_hospitals_out(slices: Slices, settings: SplitSettings) -> Iterator[tuple[str, Strings]]:
    hospitals = np.unique(slices.hospital)
    if hospitals.size < 2:
        raise InputError(f"found one hospital ({hospitals[0]}), expected at least two to leave out")
    groups = group_slices(slices)
    names, ratios = _asked(PARTS[:2], settings.ratios[:2])
    for hospital in hospitals:
        # A group that also has slices elsewhere goes whole: a patient must not sit on both sides.
        out = np.isin(groups, groups[slices.hospital == hospital])
        if out.all():
            raise InputError(f"every patient has a slice from {hospital}: none is left to train on")
        rest = np.unique(groups[~out], return_inverse=True)[1]
        parts = np.full(len(slices), "test", dtype="<U5")
        try:
            parts[~out] = _split_groups(slices.take(~out), rest, names, ratios, settings.seed)
        except InputError as error:
            raise InputError(f"without {hospital}: {error}") from error
        yield str(hospital), parts


def _describe(
    slices: Slices, parts: Strings, facts: Mapping[str, str], settings: SplitSettings, suffix: str
) -> MadeSplit:
    ids = slices.patient_id if settings.unit == "patient" else slices.slice_id
    split = Split(settings.unit, facts, dict(zip(ids.tolist(), parts.tolist(), strict=True)))
    return MadeSplit(suffix, split, compose(slices, parts), find_leakage(slices, parts))
