"""card.json: the card in the form that the Coalition for Health AI (CHAI) asks of applied models.

Source: CHAI Applied Model Card, schema v0.2 (https://mc.chai.org/v0.2/schema.xsd). Names of the
elements and their order are the schema's, as JSON; every text of it may hold Markdown, and the
value of a result is JSON in a string. What no file of ours tells is `NOT_REPORTED`, for whoever
releases a model to fill in.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.figures import UnitFigures
from hnp_model.measures.units import PRIMARY_UNIT
from hnp_model.report.card_words import REFERENCE_REPORT, limits_on
from hnp_model.report.configuration import model_name
from hnp_model.report.findings import Findings
from hnp_model.report.sentences import worst_hospital
from hnp_model.runs.run_folder import WEIGHTS_FILE
from hnp_model.settings.fit import BASELINES

FORM = "CHAI Applied Model Card v0.2"
NOT_REPORTED = "not reported"

Card = dict[str, Any]


def render_applied_card(found: Findings) -> bytes:
    """Return the bytes of card.json."""
    card = {"form": FORM, "AppliedModelCard": applied_card(found)}
    return json.dumps(card, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n"


def applied_card(found: Findings) -> Card:
    """Return the content of the card, by the schema's names."""
    return {
        "BasicInfo": {
            "ModelName": model_name(found.config.settings),
            "ModelDeveloper": NOT_REPORTED,
            "DeveloperContact": NOT_REPORTED,
        },
        "ReleaseInfo": {
            "ReleaseStage": "research use only, not released",
            "ReleaseDate": NOT_REPORTED,
            "ReleaseVersion": f"weights {found.digests.get(WEIGHTS_FILE, NOT_REPORTED)[:16]}",
            "GlobalAvailability": NOT_REPORTED,
            "RegulatoryApproval": "none: not a medical device",
        },
        "ModelSummary": {
            "Summary": "Gives the probability that the disc on one axial T2 slice is herniated.",
            "Keywords": {"Keyword": ["lumbar disc herniation", "MRI", "axial T2"]},
        },
        "UsesAndDirections": _uses(),
        "Warnings": _warnings(found),
        "TrustIngredients": {
            "AISystemFacts": _facts(found),
            "TransparencyInformation": {
                "FundingSource": NOT_REPORTED,
                "ThirdPartyInformation": NOT_REPORTED,
                "StakeholdersConsulted": NOT_REPORTED,
            },
        },
        "KeyMetrics": _metrics(found),
        "Resources": {
            "EvaluationReferences": "card.md and metrics.json beside this file. Reference report: "
            f"{REFERENCE_REPORT}",
            "PeerReviewedPublications": NOT_REPORTED,
            "PatientConsentOrDisclosure": NOT_REPORTED,
        },
        "Bibliography": "",
    }


def _uses() -> Card:
    return {
        "IntendedUseAndWorkflow": "Research and teaching: a second opinion on labels and slices.",
        "PrimaryIntendedUsers": "Researchers, and readers of images who check what it says.",
        "HowToUse": "`hnp-train predict` on a data set of `hnp-etl` whose pixels_id is the run's; "
        "a reader decides.",
        "TargetedPatientPopulation": "Patients like those of the data sets named here, with axial "
        "T2 MRI of lumbar discs.",
        "CautionedOutOfScopeSettings": "Diagnosis, triage or treatment of anybody; other body "
        "parts, planes or weightings; hospitals and scanners unlike those named here.",
    }


def _warnings(found: Findings) -> Card:
    limits = (*found.remarks, *limits_on(found.config.settings))
    return {
        "KnownRisksAndLimitations": "".join(f"- {each}\n" for each in limits),
        "KnownBiasesOrEthicalConsiderations": f"{worst_hospital(found.asked)}; figures by sex, age "
        "and maker stand in card.md. Nothing was done to make groups alike.",
        "ClinicalRiskLevel": f"{NOT_REPORTED}: not for clinical use",
    }


def _facts(found: Findings) -> Card:
    config = found.config
    codes = ", ".join(f"{code} {what}" for code, what in (config.data.label_codes or {}).items())
    profile = config.profile
    trained = (
        f"{profile.patients:,} patients and {profile.slices:,} slices of "
        f"{', '.join(profile.hospitals)}; {100 * profile.positive_share:.1f} % positive"
        if profile
        else NOT_REPORTED
    )
    pictures = "" if config.settings.model in BASELINES else "axial T2 slice; "
    return {
        "OutcomesAndOutputs": "Probability of herniation of a slice, disc and patient; thresholds "
        f"fixed on val. Label codes: {codes or NOT_REPORTED}.",
        "ModelType": model_name(config.settings),
        "FoundationModels": "none",
        "InputDataSource": f"data set {config.data.dataset_id}, recipe {config.data.recipe}",
        "OutputAndInputDataTypes": f"in: {pictures}{', '.join(config.features)}; out: a number, "
        "0 to 1",
        "DevelopmentDataCharacterization": f"train: {trained}; split by {config.split.unit}",
        "BiasMitigationApproaches": f"balance of the training: {config.settings.recipe.balance}; "
        "no other",
        "OngoingMaintenance": NOT_REPORTED,
        "Security": "weights without pickle (safetensors); no network access",
        "Transparency": "weights, settings, figures and predictions lie in the run's folder",
    }


def _metrics(found: Findings) -> Card:
    disc = found.asked.units[PRIMARY_UNIT]
    return {
        "UsefulnessUsabilityEfficacy": _metric(
            found,
            "Tell herniated discs from others",
            _results(disc, ("auc", "sensitivity", "specificity", "ppv", "npv", "f1")),
            "By disc, thresholds of val; intervals are 95 % between patients.",
        ),
        "FairnessEquity": _metric(
            found,
            "Do as well in each group",
            _by_group(found),
            "AUC by slice. Null: under 10 patients in a class.",
        ),
        "SafetyReliability": _metric(
            found,
            "Probabilities that match frequencies",
            _results(disc, ("brier", "calibration_slope", "calibration_intercept")),
            "By disc, before calibration; 1 and 0 are right for slope and intercept.",
        ),
    }


def _metric(found: Findings, goal: str, results: Mapping[str, Figure], means: str) -> Card:
    elsewhere = found.data.dataset_id != found.config.data.dataset_id
    disc = found.asked.units[PRIMARY_UNIT]
    training = " TRAINING: the fit has used it." if found.part in found.training else ""
    return {
        "MetricGoal": goal,
        "Results": {
            "MetricResult": [
                {"Label": name, "ValueJson": json.dumps(_ends(one))}
                for name, one in results.items()
            ]
        },
        "Interpretation": means,
        "TestType": "External" if elsewhere else "Internal",
        "TestingDataDescription": f"part {found.part} of data set {found.data.dataset_id}: "
        f"{disc.n_patients:,} patients, {disc.n_levels:,} discs, {disc.n_positive:,} positive."
        f"{training}{' LEAKS: figures are too good.' if found.leaks else ''}",
        "ValidationProcessAndJustification": f"{_apart(found)}; weights, thresholds and "
        "calibration chosen on val.",
    }


def _apart(found: Findings) -> str:
    if found.part in found.training:
        return "None: TRAINING, these patients are those of the fit"
    if found.leaks:
        return "None: LEAKING, persons or pictures sit on both sides"
    return "Patients apart from those trained on"


def _results(figures: UnitFigures, names: tuple[str, ...]) -> dict[str, Figure]:
    return {name: figures.figure(name) for name in names}


def _by_group(found: Findings) -> dict[str, Figure]:
    return dict(_groups(found))


def _groups(found: Findings) -> Iterator[tuple[str, Figure]]:
    for dimension in ("sex", "age_band", "hospital"):
        for group, figures in found.asked.by.get(dimension, {}).items():
            yield f"auc, {dimension} {group}", figures.figure("auc")


def _ends(figure: Figure) -> dict[str, float | None]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}
