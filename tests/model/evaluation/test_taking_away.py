import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from sklearn.metrics import roc_auc_score

from hnp_model.data.slices import read_slices
from hnp_model.evaluation.run import open_run
from hnp_model.fitting.samples import inputs_of
from hnp_model.measures.units import score_units
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import read_info
from model.conftest import invoke, invoke_fit

WITHOUT = ("nothing", "age", "sex", "canal_width_mm", "level", "all tabular", "image")


def without(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "metrics.json").read_text())["test"]["without"]
    return {name: figures["auc"] for name, figures in found.items()}


def lacking(dataset: Path, place: Path, name: str) -> Path:
    """Return a copy of a data set in which no slice has a column's value."""
    copy = Path(shutil.copytree(dataset, place))
    path = copy / read_info(copy).manifest
    table = pq.read_table(path)
    field = table.schema.field(name)
    nothing = pa.nulls(table.num_rows, field.type)
    pq.write_table(table.set_column(table.schema.get_field_index(name), field, nothing), path)
    return copy


def test_the_card_says_how_the_run_does_without_each_input(run: Path) -> None:
    found = without(run)
    assert tuple(found) == WITHOUT
    card = (run / "card.md").read_text().split("## When inputs are missing")[1].split("##")[0]
    for name, figure in found.items():
        interval = f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
        assert f"| {name} | {interval} |" in card


def test_with_nothing_taken_away_the_figure_is_that_of_the_part(run: Path) -> None:
    plain = json.loads((run / "metrics.json").read_text())["test"]["level"]["auc"]
    assert without(run)["nothing"] == plain


def test_taking_an_input_away_is_what_data_without_it_come_to(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    out = lacking(dataset, tmp_path / "out", "age")
    asked = ("evaluate", run, out, "--split", split_file, "--out", tmp_path / "e")
    told = invoke(*asked, "--allow-missing", "--skip-missing-inputs")
    assert told.exit_code == 0, told.stderr
    found = json.loads((tmp_path / "e" / "metrics.json").read_text())["test"]
    assert found["level"]["auc"]["value"] == pytest.approx(without(run)["age"]["value"])
    assert "without" not in found
    assert "left out (--skip-missing-inputs)" in (tmp_path / "e" / "card.md").read_text()
    remark = "no slice has age (--allow-missing): the model does without"
    assert remark in told.stderr
    assert remark in found["about"]["remarks"]
    assert remark in (tmp_path / "e" / "card.md").read_text()
    assert remark in invoke("compare", tmp_path / "e", tmp_path / "e").stderr
    metadata = pq.read_schema(tmp_path / "e" / "predictions.parquet").metadata
    assert metadata[b"hnp.lacking_inputs"] == b"age"
    assert b"hnp.lacking_inputs" not in pq.read_schema(run / "predictions.parquet").metadata


def test_without_the_image_a_black_one_is_looked_at(
    run: Path, dataset: Path, split_file: Path
) -> None:
    opened = open_run(run)
    slices = read_slices(open_dataset(dataset))
    test = slices.take(np.isin(slices.slice_id, _ids(run, "test")))
    config = opened.config
    tabular = torch.from_numpy(inputs_of(test, config.standardisation, config.settings).values)
    with torch.inference_mode():
        logit = opened.network()(torch.zeros(len(test), 1, 32, 32), tabular).numpy()
    scores = score_units("level", test, 1 / (1 + np.exp(-logit.astype(np.float64))))
    expected = roc_auc_score(scores.truth, scores.probability)
    assert without(run)["image"]["value"] == pytest.approx(expected, abs=1e-4)


def _ids(run: Path, part: str) -> list[str]:
    said = pq.read_table(run / "predictions.parquet").to_pandas()
    return [str(name) for name in said[said.part == part].slice_id]


def test_without_any_input_a_tabular_run_says_nothing(
    dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    assert invoke_fit(dataset, split_file, tmp_path / "t", "--inputs", "tabular").exit_code == 0
    told = invoke("evaluate", tmp_path / "t", dataset, "--split", split_file)
    found = without(tmp_path / "t")
    assert tuple(found) == WITHOUT[:-1]
    assert found["all tabular"]["value"] == 0.5
    assert "AUC by disc when missing: nothing 0." in told.stdout


def test_a_part_of_the_split_that_lacks_an_input_is_refused(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(dataset, tmp_path / "out"))
    path = copy / read_info(copy).manifest
    table = pq.read_table(path)
    test = np.isin(table.column("slice_id").to_pylist(), _ids(run, "test"))
    ages = np.ma.array(table.column("age").to_numpy(), mask=test)
    field = table.schema.field("age")
    column = pa.array(ages.filled(np.nan), field.type, from_pandas=True)
    pq.write_table(table.set_column(table.schema.get_field_index("age"), field, column), path)
    refused = invoke("evaluate", run, copy, "--split", split_file, "--out", tmp_path / "e")
    assert refused.exit_code == 65
    assert "no slice of test has age, which the run was trained on" in refused.stderr
