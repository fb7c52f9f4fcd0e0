"""What an evaluation says of acting on a model, in words and figures that belong together."""

import json
from pathlib import Path

import pandas as pd

from model.conftest import invoke


def test_counts_stand_in_plain_words_on_screen_and_in_the_card(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    place = tmp_path / "judged"
    told = invoke(
        *("evaluate", run, dataset, "--split", split_file, "--out", place),
        *("--sensitivity", 0.95, "--skip-missing-inputs"),
    )
    assert told.exit_code == 0, told.stderr
    discs = json.loads((place / "metrics.json").read_text())["test"]["decisions"]["level"]
    table = discs["two_by_two"]
    ill, others = table["found"] + table["missed"], table["alarms"] + table["passed"]
    said = f"of {ill} herniated discs {table['found']} found"
    assert f"{said} ({100 * table['found'] / ill:.1f} %, " in told.stdout
    assert f"; of {others} others {table['alarms']} called herniated" in told.stdout
    assert said in (place / "card.md").read_text()
    assert "discs screened and" in told.stdout
    predictions = pd.read_parquet(place / "predictions.parquet").query("part == 'test'")
    pooled = predictions.groupby(["study_id", "level"])
    called = pooled.probability.mean() >= discs["operating_point"]["judged"]["threshold"]
    truth = pooled.is_patient.any()
    assert (called & truth).sum() == discs["operating_point"]["judged"]["found"]
    assert (called & ~truth).sum() == discs["operating_point"]["judged"]["alarms"]


def test_the_decision_curve_is_told_in_a_picture_a_table_and_metrics(run: Path) -> None:
    curve = json.loads((run / "metrics.json").read_text())["test"]["decisions"]["level"]
    table = pd.read_csv(run / "decision.csv").query("unit == 'level'")
    assert table.net_benefit.tolist() == curve["decision_curve"]["net_benefit"]
    assert table.threshold.tolist() == [step / 100 for step in range(1, 100)]
    assert (run / "decision.png").read_bytes().startswith(b"\x89PNG")
    assert "![Net benefit" in (run / "card.md").read_text()


def test_val_has_counts_but_no_curve_for_calibration_was_chosen_on_it(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    told = invoke(
        *("evaluate", run, dataset, "--split", split_file, "--part", "val", "--allow-leakage"),
        *("--out", tmp_path / "val", "--skip-missing-inputs"),
    )
    assert told.exit_code == 0, told.stderr
    found = json.loads((tmp_path / "val" / "metrics.json").read_text())["val"]["decisions"]
    assert "two_by_two" in found["level"]
    assert "decision_curve" not in found["level"]
    assert (tmp_path / "val" / "decision.csv").read_text().count("\n") == 1
