"""What an evaluation judges, once it is known that it may be judged."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hnp_model.data.slices import Slices, Strings
from hnp_model.evaluation.predicting import (
    find_lacking_inputs,
    refuse_lacking,
    refuse_other_pixels,
)
from hnp_model.evaluation.refits import refuse_refits
from hnp_model.runs.evaluations import (
    Subject,
    place_of,
    refuse_another,
    refuse_strangers,
)
from hnp_model.runs.run_config import DataFacts, RunConfig, describe_dataset
from hnp_model.runs.run_folder import (
    RunFolder,
)
from hnp_model.runs.seen import SEEN_FILE, find_seen
from hnp_model.settings.evaluate import ALL, EvaluateSettings
from hnp_model.splits.guard import (
    Leakage,
    choose_fold,
    find_leakage,
    parts_of,
    refuse_leakage,
    remarks_on_names,
)
from hnp_model.splits.split_facts import SplitFacts, describe_split
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.places import refuse_in_dataset
from hnp_shared.splits import read_split


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What is judged, once it is known that it may be.

    Attributes:
        config: of the run.
        data: the data set.
        split: the split; None where all is judged.
        leakage: what the split leaks.
        seen: what of the judged the fit has used.
        misfits: what of the split does not fit the data set.
        lacking: inputs that train had and the part asked for has not.
        place: the folder of the findings.
        train: slices of that part.
        judged: the part asked for, and val.
        judged_parts: part of each.
        asked: the part asked for alone.
    """

    config: RunConfig
    data: DataFacts
    split: SplitFacts | None
    leakage: Leakage
    seen: Leakage | None
    misfits: tuple[str, ...]
    lacking: tuple[str, ...]
    place: RunFolder
    train: Slices
    judged: Slices
    judged_parts: Strings
    asked: Slices


def settle_case(  # what evaluate was given
    folder: RunFolder,
    dataset: Dataset,
    slices: Slices,
    split_file: Path | None,
    settings: EvaluateSettings,
    target: Path | None,
) -> Case:
    """Return what is judged.

    Raises:
        InputError: run, data set and split do not go together, or the figures would leak.
        OutputError: the folder holds another evaluation.
        StorageError: a read failed.
    """
    config = folder.config()
    config.settled()
    data = describe_dataset(dataset.info)
    refuse_other_pixels(config.data, data, allow=settings.allow_mismatch)
    split, parts, leakage, misfits = _divide(slices, data, split_file, config, settings)
    if settings.refits:
        refuse_refits(config, data, split)
    place = _choose_place(folder, config, data, split, settings, target)
    judged, judged_parts = _choose(slices, parts, settings.part)
    asked = judged.take(judged_parts == settings.part)
    lacking = find_lacking_inputs(config, asked)
    where = "the data set" if settings.part == ALL else settings.part
    refuse_lacking(lacking, allow=settings.allow_missing, where=where)
    seen = find_seen(folder, judged, judged_parts)
    _refuse_seen(seen, allow=settings.allow_leakage)
    train = slices.take(parts == "train")
    return Case(
        *(config, data, split, leakage, seen, misfits, lacking, place),
        *(train, judged, judged_parts, asked),
    )


def _divide(
    slices: Slices,
    data: DataFacts,
    split_file: Path | None,
    config: RunConfig,
    settings: EvaluateSettings,
) -> tuple[SplitFacts | None, Strings, Leakage, tuple[str, ...]]:
    """Return the split's facts, each slice's part, what leaks, and what does not fit the data."""
    if split_file is None:
        return None, np.full(len(slices), ALL), Leakage(0, 0), ()
    split = read_split(split_file)
    parts = parts_of(slices, choose_fold(split, config.settings.fold), data.dataset_id)
    leakage = find_leakage(slices, parts)
    refuse_leakage(leakage, allow=settings.allow_leakage)
    facts = describe_split(split_file.name, split)
    return facts, parts, leakage, remarks_on_names(slices, split)


def _choose_place(
    run: RunFolder,
    config: RunConfig,
    data: DataFacts,
    split: SplitFacts | None,
    settings: EvaluateSettings,
    target: Path | None,
) -> RunFolder:
    """Return the folder of the findings.

    Raises:
        OutputError: it holds another evaluation.
    """
    digest = split.digest if split else None
    subject = Subject(data.dataset_id, settings.part, digest, settings.tta)
    place = replace(run, path=target) if target else place_of(run, config, subject)
    refuse_in_dataset(place.path)  # a link may lead anywhere
    if not settings.force:
        refuse_another(place, run, subject, ours=target is None)
    elif target:
        refuse_strangers(place)
    return place


def _choose(slices: Slices, parts: Strings, part: str) -> tuple[Slices, Strings]:
    """Return the slices of val and of the part asked for."""
    if not (parts == part).any():
        raise InputError(f"the split puts no slice of the data set in {part}, expected some")
    wanted = (parts == part) | (parts == "val")
    return slices.take(wanted), parts[wanted]


def _refuse_seen(seen: Leakage | None, *, allow: bool) -> None:
    if allow or (seen is not None and not seen):
        return
    found = f"{seen} to judge were used in the fit" if seen else f"the run has no {SEEN_FILE}"
    raise InputError(
        f"{found}, expected data it has not seen; --allow-leakage goes on and every report says so"
    )
