"""From a run and a data set to predictions, figures, a ROC picture and a card."""

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from hnp_model.data.slices import read_slices
from hnp_model.evaluation.beside_train import (
    NEAR_COPIES_FILE,
    look_beside_train,
    near_copies_csv,
)
from hnp_model.evaluation.case import Case, settle_case
from hnp_model.evaluation.deciding import decide_on
from hnp_model.evaluation.predicting import (
    parts_in_order,
    predict,
)
from hnp_model.evaluation.refits import refit
from hnp_model.evaluation.taking_away import areas_without
from hnp_model.measures.bootstrap import Figure, estimate
from hnp_model.measures.calibrated_figures import CalibratedFigures, compare_calibration
from hnp_model.measures.disc_pooling import score_pooled
from hnp_model.measures.figures import PartFigures, figures_of
from hnp_model.measures.units import UNITS, UnitName, score_units
from hnp_model.report.applied_card import render_applied_card
from hnp_model.report.card import render_card
from hnp_model.report.codes import CodesFound, find_codes
from hnp_model.report.decision_curve import decisions_csv, draw_decisions
from hnp_model.report.findings import Findings
from hnp_model.report.reliability import draw_reliability
from hnp_model.report.remarks import (
    remarks_beside_train,
    remarks_on_evaluation,
    remarks_on_tta,
    remarks_on_use,
)
from hnp_model.report.remarks_on_figures import remarks_on_figures
from hnp_model.report.roc import draw_roc
from hnp_model.runs.calibrations import read_calibrations
from hnp_model.runs.evaluations import (
    is_other_weights,
)
from hnp_model.runs.predictions import Calibrated, Predictions, write_predictions
from hnp_model.runs.referral import Referral, read_val_scores, refer
from hnp_model.runs.run_config import FitResult
from hnp_model.runs.run_folder import (
    APPLIED_CARD_FILE,
    CALIBRATION_FILE,
    CARD_FILE,
    DECISION_FILE,
    DECISION_TABLE,
    METRICS_FILE,
    PREDICTIONS_FILE,
    RELIABILITY_FILE,
    ROC_FILE,
    WEIGHTS_FILE,
    RunFolder,
    hold,
)
from hnp_model.runs.seen import find_used
from hnp_model.settings.evaluate import EvaluateSettings
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.places import refuse_in_dataset
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
    # A data set is no run, before it is a place not to write in.
    columns = RunFolder(run).config().settings.columns
    for path in (run, target or run):
        refuse_in_dataset(path)
    dataset = open_dataset(out)
    slices = read_slices(dataset, columns=columns)
    with hold(run) as folder:
        case = settle_case(folder, dataset, slices, split_file, settings, target)
        predictions = predict(
            folder, case.config, dataset, case.judged, case.judged_parts, tta=settings.tta
        )
        units = read_calibrations(folder, predictions.weights_sha256)
        calibrated = Calibrated(case.config.settled().calibration, units)
        found = _find(folder, dataset, case, predictions, calibrated, settings)
        if case.place == folder:
            return write_evaluation(folder, found, predictions, calibrated)
        with hold(case.place.path, role="the evaluation folder"):
            return write_evaluation(case.place, found, predictions, calibrated)


def _find(  # what is judged, what was said of it, and how it is told
    folder: RunFolder,
    dataset: Dataset,
    case: Case,
    predictions: Predictions,
    calibrated: Calibrated,
    settings: EvaluateSettings,
) -> Findings:
    config, result = case.config, case.config.settled()
    figures = _figures_by_part(predictions, result)
    beside = look_beside_train(folder, config, dataset, case.judged, case.judged_parts)
    used = find_used(folder, case.judged, case.judged_parts)
    return Findings(
        config=config,
        data=case.data,
        split=case.split,
        part=settings.part,
        figures=figures,
        remarks=remarks_on_evaluation(config, case.data, case.leakage, case.seen)
        + case.misfits
        + remarks_on_use(settings.part, settings.part in used, case.lacking)
        + remarks_beside_train(beside)
        + remarks_on_figures(settings.part, figures[settings.part])
        + remarks_on_tta(used=settings.tta),
        leaks=bool(config.leakage or case.leakage or case.seen),
        referral=_refer(folder, predictions, result, settings),
        tta=settings.tta,
        calibration=_judge_calibration(predictions, calibrated, settings.part),
        training=used,
        beside=beside,
        without=areas_without(folder, config, dataset, case.asked) if settings.without else None,
        place=case.place.path,
        anew=is_other_weights(case.place, predictions.weights_sha256),
        digests=_digests(folder, predictions),
        decisions=decide_on(folder, predictions, calibrated, result, settings),
        pooled=_pool(predictions.of_part(settings.part), result),
        refitted=refit(config, case.train, settings.refits) if settings.refits else None,
        codes=_codes_by_part(predictions),
    )


def write_evaluation(
    folder: RunFolder, found: Findings, predictions: Predictions, calibrated: Calibrated
) -> Findings:
    """Write predictions, pictures and card, then metrics.json, and return what it says.

    It comes last and names the digest of each, which tells what a killed evaluation left.
    """
    # Whoever names the run by a link means the folder; sweeping follows none.
    sweep_temporary(folder.path.resolve(), role="the folder", disk=folder.disk)
    asked = predictions.of_part(found.part)
    plain, after = asked.scores(), calibrated.scores(asked)
    title = f"{found.title(found.part)}{' (LEAKING)' if found.leaks else ''}"
    roc = draw_roc(plain, found.asked.units, f"ROC, {title}")
    reliability = draw_reliability(plain, after, f"Reliability, {title}")
    curves = found.decisions.curves if found.decisions else None
    written = {
        PREDICTIONS_FILE: write_predictions(folder, predictions, calibrated),
        ROC_FILE: folder.write(ROC_FILE, roc),
        RELIABILITY_FILE: folder.write(RELIABILITY_FILE, reliability),
        DECISION_FILE: folder.write(DECISION_FILE, draw_decisions(curves, f"Worth, {title}")),
        DECISION_TABLE: folder.write(DECISION_TABLE, decisions_csv(curves)),
        CARD_FILE: folder.write(CARD_FILE, render_card(found).encode()),
        APPLIED_CARD_FILE: folder.write(APPLIED_CARD_FILE, render_applied_card(found)),
    }
    near = found.beside.near_copies
    if near is not None and (len(near) or folder.has(NEAR_COPIES_FILE)):  # an earlier one is stale
        folder.write(NEAR_COPIES_FILE, near_copies_csv(near))
    told = replace(found, digests={**found.digests, **written})
    text = json.dumps(told.metrics(), ensure_ascii=False, indent=1, allow_nan=False)
    folder.write(METRICS_FILE, text.encode() + b"\n")
    return told


def _figures_by_part(predictions: Predictions, result: FitResult) -> dict[str, PartFigures]:
    figures = {}
    for part in parts_in_order(predictions.part):
        here = predictions.of_part(part)
        figures[part] = figures_of(here.slices, here.probability, result.thresholds, here.by_member)
    return figures


def _codes_by_part(predictions: Predictions) -> dict[str, CodesFound]:
    parts = parts_in_order(predictions.part)
    found = {part: find_codes(predictions.of_part(part)) for part in parts}
    return {part: one for part, one in found.items() if one}


def _pool(asked: Predictions, result: FitResult) -> Figure | None:
    """Return the AUC by disc with slices pooled as val has chosen; None where nobody asked."""
    if result.pooling is None:
        return None
    how = result.pooling
    scores = score_pooled(how, asked.slices, asked.probability, result.attention)
    return estimate(scores, 0.5, ("auc",)).figures[0]  # thresholds play no part in an area


def _judge_calibration(
    predictions: Predictions, calibrated: Calibrated, part: str
) -> Mapping[UnitName, CalibratedFigures] | None:
    """Return the figures of each unit; None where calibrations were chosen on what is judged."""
    if part in {"train", "val"}:
        return None
    asked = predictions.of_part(part)
    before, after = asked.scores(), calibrated.scores(asked)
    return {
        unit: compare_calibration(calibrated.method(unit), before[unit], after[unit])
        for unit in UNITS
    }


def _digests(folder: RunFolder, predictions: Predictions) -> dict[str, str]:
    """Return file of the run -> sha256 of what figures come from."""
    found = {WEIGHTS_FILE: predictions.weights_sha256}
    if folder.has(CALIBRATION_FILE):
        found[CALIBRATION_FILE] = sha256(folder.read(CALIBRATION_FILE)).hexdigest()
    return found


def _refer(
    folder: RunFolder, predictions: Predictions, result: FitResult, settings: EvaluateSettings
) -> Referral | None:
    if settings.part in {"train", "val"}:
        return None  # the fit has used these patients; sets that were made on them prove nothing
    asked = predictions.of_part(settings.part)
    scores = score_units("patient", asked.slices, result.calibration.apply(asked.logit))
    return refer(read_val_scores(folder), scores, settings.referral_error)
