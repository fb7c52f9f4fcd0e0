"""What stands beside a run on its page: an audit, folds, suspects, cases; and what is refused."""

import base64
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from matplotlib.image import imread

from hnp_model.dossier.beside import read_audit, read_crossval, read_suspected_labels
from hnp_model.explanations.drawing import Drawn, draw_slice
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.units import UNITS
from hnp_shared.errors import InputError
from model.conftest import invoke
from model.dossier.test_making import content

FIGURE = {"value": 0.7, "low": 0.6, "high": 0.8}


def audited(**more: object) -> dict[str, object]:
    suspect = {"auc": FIGURE, "adds": FIGURE, "finding": True, "p_corrected": 0.001}
    return {
        "dataset_id": "0123456789abcdef",
        "n_patients": {"train": 5},
        "leaks": {"patients": 0},
        "baseline": FIGURE,
        "suspects": {"border": suspect},
        "disc": {**suspect, "finding": False},
        "hospitals": [{"name": "H01", "auc": FIGURE, "rest": None, "finding": False}],
        "found": ["border tells the label"],
        "remarks": [],
        **more,
    }


def test_an_audit_is_read_as_it_was_printed(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text(json.dumps(audited()))
    found = read_audit(tmp_path / "audit.json", "0123456789abcdef")
    assert found["suspects"]["border"]["finding"]
    assert found["suspects"]["border"]["auc"]["value"] == 0.7
    assert found["found"] == ("border tells the label",)


def test_an_audit_of_another_data_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text(json.dumps(audited()))
    with pytest.raises(InputError, match="is of data set 0123456789abcdef, expected f"):
        read_audit(tmp_path / "audit.json", "f" * 16)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "suspect  sees", json.dumps(audited(suspects=[1])), '{"a":' * 2_000],
    ids=["empty", "list", "no-fields", "table", "other-fields", "deep"],
)
def test_what_is_no_audit_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "audit.json").write_text(text)
    with pytest.raises(InputError, match="audit --json"):
        read_audit(tmp_path / "audit.json", "0123456789abcdef")


def test_what_the_audit_prints_stands_on_the_page(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    done = invoke("audit", dataset, "--split", split_file, "--json")
    (tmp_path / "audit.json").write_text(done.stdout)
    page = tmp_path / "page.html"
    assert invoke("report", run, "-o", page, "--audit", tmp_path / "audit.json").exit_code == 0
    said = json.loads(done.stdout)
    found = content(page)["audit"]
    assert {name: one["auc"]["value"] for name, one in found["suspects"].items()} == {
        name: one["auc"]["value"] for name, one in said["suspects"].items()
    }
    assert found["found"] == said["found"]


def folds(folder: Path, **more: object) -> Path:
    unit = dict.fromkeys(METRICS, FIGURE)
    pooled = {name: {"mean": 0.7, "min": 0.6, "max": 0.8, "folds": 2} for name in METRICS}
    fold: dict[str, object] = {"n_patients": 5, "n_slices": 9}
    fold |= dict.fromkeys(UNITS, unit)
    told = {
        "dataset_id": "0123456789abcdef",
        "remarks": [],
        "folds": {"H01": fold},
        "pooled": dict.fromkeys(UNITS, pooled),
        **more,
    }
    folder.mkdir()
    (folder / "crossval.json").write_text(json.dumps(told))
    return folder


def test_folds_are_read_with_what_they_leave_out(tmp_path: Path) -> None:
    found = read_crossval(folds(tmp_path / "folds"))
    assert found["folds"]["H01"]["level"]["auc"]["low"] == 0.6
    assert found["pooled"]["level"]["auc"] == {"mean": 0.7, "min": 0.6, "max": 0.8}
    assert not found["hospital_out"]  # no run of a fold lies there, which would tell


def test_what_are_no_folds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found no crossval.json"):
        read_crossval(tmp_path)
    with pytest.raises(InputError, match="damaged"):
        read_crossval(folds(tmp_path / "folds", folds={"H01": {}}))


SUSPECTS = (
    "rank,patient_id,level,slice_id,label,label_code,probability,margin,fold,study_id,hospital\n"
    "1,p1,L4-5,s1,normal,1,0.91,0.4,f0,t1,H01\n"
    "1,p1,L4-5,s2,normal,1,0.91,0.4,f0,t1,H01\n"
    "2,p2,L5-S1,s3,patient,2,0.05,0.3,f1,t2,H02\n"
)


@pytest.mark.parametrize("separator", [",", ";"], ids=["as-written", "as-a-spreadsheet-saves"])
def test_suspects_are_discs_without_an_id(tmp_path: Path, separator: str) -> None:
    (tmp_path / "suspects.csv").write_text(SUSPECTS.replace(",", separator))
    found = read_suspected_labels(tmp_path / "suspects.csv")
    assert [(one["rank"], one["level"], one["slices"]) for one in found] == [
        (1, "L4-5", 2),
        (2, "L5-S1", 1),
    ]
    assert not any({"p1", "p2", "s1", "t1"} & set(map(str, one.values())) for one in found)


def test_what_is_no_list_of_suspects_is_refused(tmp_path: Path) -> None:
    (tmp_path / "suspects.csv").write_text("slice_id,part\na,test\n")
    with pytest.raises(InputError, match="no list of suspects"):
        read_suspected_labels(tmp_path / "suspects.csv")
    (tmp_path / "suspects.csv").write_text(SUSPECTS + "x,p,L4-5,s,normal,1,0.5,0.1,f,t,H\n")
    with pytest.raises(InputError, match="line 5"):
        read_suspected_labels(tmp_path / "suspects.csv")


def explained(folder: Path, run: Path, weights: str) -> Path:
    """Write the folder of an explanation of two slices of a run, as `explain` draws them."""
    said = pq.read_table(run / "predictions.parquet").to_pylist()
    kinds: dict[str, bool] = {"hits": True, "false-alarms": False}
    rows = []
    (folder / "slices").mkdir(parents=True)
    grey = np.full((8, 8), 0.5, np.float32)
    for kind, truth in kinds.items():
        row = next(one for one in said if one["is_patient"] is truth)
        known = ("slice_id", "hospital", "level", "is_patient", "probability")
        rows.append({**{name: row[name] for name in known}, "sheet": kind})
        drawn = Drawn(grey, grey, grey, grey, [0.1], ["picture"], "title")
        (folder / "slices" / f"{row['slice_id']}.png").write_bytes(draw_slice(drawn))
    pq.write_table(pa.Table.from_pylist(rows), folder / "attributions.parquet")
    metrics = json.loads((run / "metrics.json").read_text("utf-8"))
    about = {"dataset_id": metrics["test"]["about"]["dataset_id"], "weights_sha256": weights}
    (folder / "explain.json").write_text(json.dumps({"about": about}))
    return folder


def test_cases_come_with_probability_and_maps_and_without_an_id(run: Path, tmp_path: Path) -> None:
    weights = json.loads((run / "metrics.json").read_text("utf-8"))["weights_sha256"]
    folder = explained(tmp_path / "explained", run, weights)
    page = tmp_path / "page.html"
    done = invoke("report", run, "-o", page, "--explained", folder)
    assert done.exit_code == 0, done.output
    assert ", 2 cases shown" in done.stdout
    hit, alarm = content(page)["runs"][0]["gallery"]
    assert (hit["kind"], hit["positive"], alarm["kind"]) == ("hits", True, "false-alarms")
    table = pq.read_table(folder / "attributions.parquet").to_pylist()
    assert hit["probability"] == table[0]["probability"]
    for data in hit["panels"]:
        content_of = base64.b64decode(data)
        (tmp_path / "panel.jpg").write_bytes(content_of)
        picture = imread(tmp_path / "panel.jpg")
        assert picture.shape[0] == picture.shape[1] > 300
        assert not (picture > 250).all(axis=(1, 2)).any()  # the picture, and no margin of paper
    text = page.read_text("utf-8")
    assert not any(row["slice_id"] in text for row in table)


def test_an_explanation_of_other_weights_is_refused(run: Path, tmp_path: Path) -> None:
    folder = explained(tmp_path / "explained", run, "0" * 64)
    refused = invoke("report", run, "-o", tmp_path / "page.html", "--explained", folder)
    assert refused.exit_code == 65
    assert "of other weights" in refused.stderr
    assert not (tmp_path / "page.html").exists()
