"""dataset.json tells what each gate leaves: images, studies and patients, as STROBE asks for."""

import json
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from dicom_files import dicom_bytes, label_bytes, write_pair
from etl.trees import KEY
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.commands.merge import merge_command
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.private.folder import private_folder
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.dataset_info import read_info
from hnp_shared.errors import InputError
from hnp_shared.flow import GATES, Flow


def flow_of(src: Path, name: str = "out") -> Flow:
    """Build and return what dataset.json says."""
    out, key = src.parent / name, src.parent / "key"
    key.write_bytes(KEY)
    config = BuildConfig((src,), out, private_folder(out), load_recipe("aihub-dld"), key_file=key)
    build(config, executor=SerialExecutor())
    return read_info(out).flow


def files(flow: Flow, hospital: str = "H01") -> dict[str, int]:
    return {gate: left.files for gate, left in flow[hospital].items()}


@pytest.fixture
def src(tmp_path: Path) -> Path:
    """Three people with two slices each; then one image that falls at each of five gates."""
    src = tmp_path / "src"
    folder = src / "H01" / "C004"
    for person in range(3):
        for stem in ("1", "2"):
            write_pair(folder / f"P{person}", f"{person}-{stem}", patient=f"P{person}")
    (folder / "broken.dcm").write_bytes(b"no DICOM at all, but long enough to be looked at")
    write_pair(
        folder / "head", "b", patient="P3", BodyPartExamined="BRAIN", StudyDescription="Brain"
    )
    write_pair(
        folder / "t1", "t", patient="P0", EchoTime=10, RepetitionTime=500, SeriesDescription="T1 ax"
    )
    (folder / "bare.dcm").write_bytes(dicom_bytes(PatientID="P5", StudyInstanceUID="1.8"))
    write_pair(folder / "healthy", "n", patient="P4", label=label_bytes(None, Patient_ID="P4"))
    return src


def test_each_gate_leaves_what_the_reasons_of_the_ledger_leave(src: Path) -> None:
    found = files(flow_of(src))
    ledger = pd.read_parquet(src.parent / "out" / "ledger.parquet")
    images = ledger[ledger["kind"] == "image"]
    assert list(found) == list(GATES)
    assert found["met"] == len(images) == 11
    assert found["accepted"] == (images["state"] == "accepted").sum() == 6
    left = list(found.values())
    fallen = [before - after for before, after in pairwise(left)]
    assert dict(zip(list(GATES)[1:], fallen, strict=True)) == {
        **dict.fromkeys(("readable_mr", "lumbar", "t2", "labelled", "at_a_disc"), 1),
        **dict.fromkeys(("axial", "decoded", "accepted"), 0),
    }


def test_people_and_studies_are_counted_as_long_as_one_image_of_theirs_is_left(src: Path) -> None:
    found = flow_of(src)["H01"]
    manifest = pd.read_parquet(src.parent / "out" / "manifest.parquet")
    # P0, P1, P2, the head and the healthy one have labels; who the bare image is, none says.
    assert (found["met"].studies, found["met"].patients) == (6, 5)
    assert (found["axial"].studies, found["axial"].patients) == (5, 4)
    accepted = found["accepted"]
    assert accepted.studies == manifest["study_id"].nunique() == 3
    assert accepted.patients == manifest["patient_id"].nunique() == 3


def test_patients_are_not_told_where_no_value_names_them(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "H01" / "C004"
    bare = label_bytes(omit=("Patient_ID",))
    write_pair(folder, "1", patient="", label=bare)
    left = flow_of(tmp_path / "src")["H01"]
    assert {each.patients for each in left.values()} == {None}
    assert {each.files for each in left.values()} == {1}


def test_an_unchanged_rebuild_tells_the_same(src: Path) -> None:
    assert flow_of(src) == flow_of(src)


def test_a_merged_data_set_adds_up_what_its_parts_tell(src: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_pair(other / "H02" / "C004", "1", patient="Q")
    parts = {**flow_of(src, "one"), **flow_of(other, "two")}
    names = [str(tmp_path / name) for name in ("one", "two")]
    done = CliRunner().invoke(merge_command, [*names, "--out", str(tmp_path / "both")])
    assert done.exit_code == 0, done.output
    assert read_info(tmp_path / "both").flow == parts


def test_data_sets_of_before_have_no_flow(src: Path) -> None:
    flow_of(src)
    path = src.parent / "out" / "dataset.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["flow"]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert read_info(path.parent).flow == {}


@pytest.mark.parametrize("damage", [{"files": "1"}, {"files": True}, {"studies": None}])
def test_a_flow_that_is_no_counts_is_refused(src: Path, damage: dict[str, object]) -> None:
    flow_of(src)
    path = src.parent / "out" / "dataset.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["flow"]["H01"]["axial"] |= damage
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        read_info(path.parent)
