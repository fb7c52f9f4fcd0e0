"""From a run and a data set to predictions, figures, a ROC picture and a card."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from hnp_model.data.slices import Slices, Strings, read_slices
from hnp_model.evaluation.predicting import (
    find_lacking_inputs,
    parts_in_order,
    predict,
    refuse_lacking,
    refuse_other_pixels,
)
from hnp_model.measures.figures import PartFigures, figures_of
from hnp_model.measures.units import UNITS, score_units
from hnp_model.report.card import render_card
from hnp_model.report.findings import Findings
from hnp_model.report.reliability import draw_reliability
from hnp_model.report.remarks import (
    remarks_on_evaluation,
    remarks_on_size,
    remarks_on_tta,
    remarks_on_use,
)
from hnp_model.report.roc import draw_roc
from hnp_model.runs.evaluations import Subject, place_of, refuse_another
from hnp_model.runs.predictions import Predictions, write_predictions
from hnp_model.runs.referral import Referral, read_val_scores, refer
from hnp_model.runs.run_config import DataFacts, FitResult, RunConfig, describe_dataset
from hnp_model.runs.run_folder import (
    CARD_FILE,
    METRICS_FILE,
    PREDICTIONS_FILE,
    RELIABILITY_FILE,
    ROC_FILE,
    WEIGHTS_FILE,
    RunFolder,
    hold,
)
from hnp_model.runs.seen import SEEN_FILE, find_seen, find_used
from hnp_model.settings import ALL, EvaluateSettings
from hnp_model.splits.guard import Leakage, choose_fold, find_leakage, parts_of, refuse_leakage
from hnp_model.splits.split_facts import SplitFacts, describe_split
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.places import refuse_in_dataset
from hnp_shared.splits import read_split
from hnp_shared.storage import sweep_temporary


def evaluate(
    run: Path,
    out: Path,
    split_file: Path | None,
    settings: EvaluateSettings,
    target: Path | None = None,
) -> Findings:
    """Judge a run on the data set ``out`` and leave the findings in a folder.

    Args:
        run: the run.
        out: the data set.
        split_file: its split; None judges all of it.
        settings: which part, and what is let pass.
        target: the folder; None takes the one that `evaluations.place_of` gives.

    Raises:
        InputError: run, data set and split do not go together, or the figures would leak.
        OutputError: a folder is in use, holds another evaluation or lies in a data set.
        StorageError: a read or write failed.
    """
    for path in (run, target or run):
        refuse_in_dataset(path)
    dataset = open_dataset(out)
    slices = read_slices(dataset)
    with hold(run) as folder:
        config = folder.config()
        result = config.settled()
        data = describe_dataset(dataset.info)
        refuse_other_pixels(config.data, data, allow=settings.allow_mismatch)
        lacking = find_lacking_inputs(config, slices)
        refuse_lacking(lacking, allow=settings.allow_missing)
        split, parts, leakage = _divide(slices, data, split_file, config, settings)
        place = _choose_place(folder, config, data, split, settings, target)
        judged, judged_parts = _choose(slices, parts, settings.part)
        seen = find_seen(folder, judged, judged_parts)
        _refuse_seen(seen, allow=settings.allow_leakage)
        predictions = predict(folder, config, dataset, judged, judged_parts, tta=settings.tta)
        figures = _figures_by_part(predictions, result)
        used = find_used(folder, judged, judged_parts)
        patient_count = figures[settings.part].units["patient"].n_patients
        referral = _refer(folder, predictions, result, settings)
        found = Findings(
            config=config,
            data=data,
            split=split,
            part=settings.part,
            figures=figures,
            remarks=remarks_on_evaluation(config, data, leakage, seen)
            + remarks_on_use(settings.part, settings.part in used, lacking)
            + remarks_on_size(settings.part, patient_count)
            + remarks_on_tta(used=settings.tta),
            leaks=bool(config.leakage or leakage or seen),
            referral=referral,
            tta=settings.tta,
            training=used,
            place=place.path,
            digests={WEIGHTS_FILE: predictions.weights_sha256},
        )
        if place == folder:
            return write_evaluation(folder, found, predictions, result)
        with hold(place.path, role="the evaluation folder"):
            return write_evaluation(place, found, predictions, result)


def write_evaluation(
    folder: RunFolder, found: Findings, predictions: Predictions, result: FitResult
) -> Findings:
    """Write predictions, pictures and card, then metrics.json, and return what it says.

    It comes last and names the digest of each, which tells what a killed evaluation left.
    """
    # Whoever names the run by a link means the folder; sweeping follows none.
    sweep_temporary(folder.path.resolve(), role="the folder", disk=folder.disk)
    asked = predictions.of_part(found.part)
    plain, calibrated = (
        {unit: score_units(unit, asked.slices, probability) for unit in UNITS}
        for probability in (asked.probability, result.calibration.apply(asked.logit))
    )
    title = f"{found.title(found.part)}{' (LEAKING)' if found.leaks else ''}"
    roc = draw_roc(plain, found.asked.units, f"ROC, {title}")
    reliability = draw_reliability(plain, calibrated, f"Reliability, {title}")
    written = {
        PREDICTIONS_FILE: write_predictions(folder, predictions, result.calibration),
        ROC_FILE: folder.write(ROC_FILE, roc),
        RELIABILITY_FILE: folder.write(RELIABILITY_FILE, reliability),
        CARD_FILE: folder.write(CARD_FILE, render_card(found).encode()),
    }
    told = replace(found, digests={**found.digests, **written})
    text = json.dumps(told.metrics(), ensure_ascii=False, indent=1, allow_nan=False)
    folder.write(METRICS_FILE, text.encode() + b"\n")
    return told


def _divide(
    slices: Slices,
    data: DataFacts,
    split_file: Path | None,
    config: RunConfig,
    settings: EvaluateSettings,
) -> tuple[SplitFacts | None, Strings, Leakage]:
    """Return the split's facts, the part of each slice and what leaks between parts."""
    if split_file is None:
        return None, np.full(len(slices), ALL), Leakage(0, 0)
    split = read_split(split_file)
    parts = parts_of(slices, choose_fold(split, config.settings.fold), data.dataset_id)
    leakage = find_leakage(slices, parts)
    refuse_leakage(leakage, allow=settings.allow_leakage)
    return describe_split(split_file.name, split), parts, leakage


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


def _figures_by_part(predictions: Predictions, result: FitResult) -> dict[str, PartFigures]:
    figures = {}
    for part in parts_in_order(predictions.part):
        here = predictions.of_part(part)
        figures[part] = figures_of(here.slices, here.probability, result.thresholds, here.by_member)
    return figures


def _refer(
    folder: RunFolder, predictions: Predictions, result: FitResult, settings: EvaluateSettings
) -> Referral | None:
    if settings.part in {"train", "val"}:
        return None  # the fit has used these patients; sets that were made on them prove nothing
    asked = predictions.of_part(settings.part)
    scores = score_units("patient", asked.slices, result.calibration.apply(asked.logit))
    return refer(read_val_scores(folder), scores, settings.referral_error)
