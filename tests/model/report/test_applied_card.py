"""card.json: the card by the names of CHAI's schema, which says what is not reported."""

import json
from pathlib import Path
from typing import Any

from hnp_model.report.applied_card import NOT_REPORTED

NAMES = {
    "BasicInfo": ("ModelName", "ModelDeveloper", "DeveloperContact"),
    "ReleaseInfo": ("ReleaseStage", "ReleaseDate", "ReleaseVersion", "GlobalAvailability"),
    "ModelSummary": ("Summary", "Keywords"),
    "UsesAndDirections": (
        *("IntendedUseAndWorkflow", "PrimaryIntendedUsers", "HowToUse"),
        *("TargetedPatientPopulation", "CautionedOutOfScopeSettings"),
    ),
    "Warnings": (
        *("KnownRisksAndLimitations", "KnownBiasesOrEthicalConsiderations"),
        "ClinicalRiskLevel",
    ),
    "TrustIngredients": ("AISystemFacts", "TransparencyInformation"),
    "KeyMetrics": ("UsefulnessUsabilityEfficacy", "FairnessEquity", "SafetyReliability"),
    "Resources": ("PeerReviewedPublications", "PatientConsentOrDisclosure"),
}
"""Elements that schema v0.2 requires, by section."""

OF_A_METRIC = {
    *("MetricGoal", "Results", "Interpretation", "TestType", "TestingDataDescription"),
    "ValidationProcessAndJustification",
}


def card(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "card.json").read_text("utf-8"))
    return found["AppliedModelCard"]  # type: ignore[no-any-return]


def test_every_element_that_the_schema_requires_is_there_in_its_order(run: Path) -> None:
    found = card(run)
    assert [*found] == [*NAMES, "Bibliography"]
    for section, names in NAMES.items():
        assert set(names) <= set(found[section])
    for metric in found["KeyMetrics"].values():
        assert set(metric) == OF_A_METRIC


def test_results_are_those_of_metrics_json(run: Path) -> None:
    figures = json.loads((run / "metrics.json").read_text("utf-8"))["test"]
    metrics = card(run)["KeyMetrics"]
    told = metrics["UsefulnessUsabilityEfficacy"]["Results"]["MetricResult"]
    assert {one["Label"] for one in told} >= {"auc", "sensitivity", "specificity"}
    for one in told:
        value = json.loads(one["ValueJson"])
        assert value == {end: figures["level"][one["Label"]][end] for end in value}
    groups = {one["Label"] for one in metrics["FairnessEquity"]["Results"]["MetricResult"]}
    assert {f"auc, sex {name}" for name in figures["by"]["sex"]} <= groups
    assert metrics["SafetyReliability"]["TestType"] == "Internal"


def test_what_no_file_tells_says_so(run: Path) -> None:
    found = card(run)
    assert found["BasicInfo"]["ModelDeveloper"] == NOT_REPORTED
    assert found["Resources"]["PatientConsentOrDisclosure"] == NOT_REPORTED
    assert found["Resources"]["PeerReviewedPublications"] == NOT_REPORTED
    told = found["TrustIngredients"]["TransparencyInformation"]
    assert set(told.values()) == {NOT_REPORTED}
