"""Who is one person in a whole build, and what is said when patients do not fit."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from dicom_files import label_bytes, write_pair
from etl.trees import KEY, Slice, sound_tree, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.commands.build_manifest import build_manifest
from hnp_etl.commands.check import check
from hnp_etl.commands.merge import merge_command
from hnp_etl.commands.survey import survey_command
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.explain.run import explain_files
from hnp_etl.private.folder import private_folder
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Identity, Layout
from hnp_shared.check import check_dataset
from hnp_shared.vocabulary import SCHEMA_VERSION, Flag


@pytest.fixture
def config(tmp_path: Path) -> BuildConfig:
    out, key = tmp_path / "out", tmp_path / "key"
    key.write_bytes(KEY)
    recipe = load_recipe("aihub-dld")
    return BuildConfig((tmp_path / "src",), out, private_folder(out), recipe, key_file=key)


def run(config: BuildConfig) -> BuildReport:
    return build(config, executor=SerialExecutor())


def manifest(config: BuildConfig) -> pd.DataFrame:
    return pd.read_parquet(config.out / "manifest.parquet")


def suspects(config: BuildConfig) -> int:
    return sum(Flag.PATIENT_SUSPECT in flags for flags in manifest(config)["flags"])


def told(report: BuildReport) -> list[tuple[str, str, dict[str, int]]]:
    return [(each.hospital, each.kind, dict(each.counts)) for each in report.info.notices]


def folder_of(src: Path, person: int, hospital: str = "H01") -> Path:
    return src / hospital / "C004" / f"P{person}"


def people(src: Path, count: int, hospital: str = "H01", **attributes: Any) -> None:
    """Write two slices of several people into folders of their own; labels tell who they are."""
    for person in range(count):
        for stem in ("1", "2"):
            write_pair(
                folder_of(src, person, hospital),
                f"{hospital}-{person}-{stem}",
                patient=f"{hospital}-{person}",
                **attributes,
            )


def without_label_values(src: Path, count: int, **attributes: Any) -> None:
    """Write three slices of several people whom only the folders and studies tell apart."""
    for person in range(count):
        for stem in "123":
            write_pair(
                folder_of(src, person),
                f"{person}-{stem}",
                patient=f"P{person}",
                label=label_bytes(omit=["Patient_ID"], Sex="FM"[person % 2]),
                **attributes,
            )


def test_sound_patients_leave_nothing_to_tell(config: BuildConfig) -> None:
    sound_tree(config.src[0])
    report = run(config)
    content = json.loads((config.out / "dataset.json").read_text("utf-8"))
    assert told(report) == []
    assert "notices" not in content
    assert content["schema_version"] == SCHEMA_VERSION


def test_values_that_share_a_study_are_one_person(config: BuildConfig) -> None:
    for name in ("P000", "P001", "P002"):
        write_slice(config.src[0], Slice(name, 0), StudyInstanceUID="1.2.3.4")
    for name in ("P007", "P008", "P009"):
        write_slice(config.src[0], Slice(name, 0))
    report = run(config)
    table = manifest(config)
    assert table.patient_id.value_counts().tolist() == [3, 1, 1, 1]
    assert pseudonym(KEY, "patient", "H01", "P000") in set(table.patient_id)
    assert suspects(config) == 0
    assert told(report) == [("H01", "joined", {"values": 3, "patients": 1, "uids": 1})]


def test_a_constant_study_uid_joins_nobody(config: BuildConfig) -> None:
    people(config.src[0], 6, StudyInstanceUID="1.2.3.4.5")
    report = run(config)
    assert manifest(config).patient_id.nunique() == 6
    assert suspects(config) == 12
    assert told(report) == [("H01", "not_joined", {"values": 6, "of": 6, "uids": 1})]


def test_a_constant_in_one_hospital_leaves_the_other_alone(config: BuildConfig) -> None:
    people(config.src[0], 4, StudyInstanceUID="1.2.3.4.5")
    people(config.src[0], 4, hospital="H02")
    run(config)
    table = manifest(config)
    assert table.patient_id.nunique() == 8
    suspect = table["flags"].apply(lambda flags: Flag.PATIENT_SUSPECT in flags)
    assert set(table.hospital[suspect]) == {"H01"}


def test_a_constant_study_uid_joins_no_header_values_either(config: BuildConfig) -> None:
    without_label_values(config.src[0], 4, StudyInstanceUID="1.2.3.4.5")
    report = run(config)
    assert manifest(config).patient_id.nunique() == 4
    assert (report.info.notices[0].kind, report.info.notices[0].source) == ("not_joined", "dicom")


def test_a_header_value_of_both_sexes_is_told_by_study(config: BuildConfig) -> None:
    without_label_values(config.src[0], 6, PatientID="ANONYMOUS")
    report = run(config)
    table = manifest(config)
    assert dict(report.info.identity) == {"H01": "dicom"}
    assert table.patient_id.value_counts().tolist() == [3] * 6
    assert suspects(config) == len(table)
    assert all(Flag.PATIENT_FROM_STUDY in flags for flags in table["flags"])
    assert told(report) == [("H01", "told_by_study", {"values": 1, "studies": 6})]


@pytest.mark.parametrize(("years", "patients"), [(20, 1), (21, 2)])
def test_a_header_value_of_ages_far_apart_is_told_by_study(
    years: int, patients: int, config: BuildConfig
) -> None:
    for study, age in enumerate((40, 40 + years)):
        label = label_bytes(omit=["Patient_ID"], Age=age)
        folder = folder_of(config.src[0], study)
        write_pair(folder, f"{study}", patient=f"{study}", PatientID="1", label=label)
    run(config)
    assert manifest(config).patient_id.nunique() == patients


def test_a_label_value_of_both_sexes_stays_one_suspect(config: BuildConfig) -> None:
    for study, sex in enumerate("FM"):
        label = label_bytes(Patient_ID="P1", Sex=sex)
        write_pair(folder_of(config.src[0], study), f"{study}", patient=f"{study}", label=label)
    report = run(config)
    assert manifest(config).patient_id.nunique() == 1
    assert suspects(config) == 2
    assert told(report) == [("H01", "suspect", {"patients": 1})]


@pytest.mark.parametrize("where", ["label", "header"])
def test_one_value_for_most_studies_is_told(where: str, config: BuildConfig) -> None:
    for person in range(5):
        label = label_bytes(
            **({"Patient_ID": "1"} if where == "label" else {"omit": ["Patient_ID"]})
        )
        attributes: dict[str, Any] = {"PatientID": "ANONYMOUS"} if where == "header" else {}
        folder = folder_of(config.src[0], person)
        write_pair(folder, f"{person}", patient=f"P{person}", label=label, **attributes)
    report = run(config)
    counts = {"values": 1, "studies": 5, "of": 5, "folders": 5}
    assert told(report) == [("H01", "one_value", counts)]


def test_two_constants_of_two_scanners_are_told_together(config: BuildConfig) -> None:
    for person in range(6):
        label = label_bytes(Patient_ID=f"scanner {person % 2}")
        write_pair(folder_of(config.src[0], person), f"{person}", patient=f"{person}", label=label)
    counts = {"values": 2, "studies": 6, "of": 6, "folders": 6}
    assert told(run(config)) == [("H01", "one_value", counts)]


def test_one_study_for_all_folders_is_told_where_only_studies_tell_people(
    config: BuildConfig,
) -> None:
    without_label_values(config.src[0], 4, PatientID=None, StudyInstanceUID="1.2.3")
    report = run(config)
    assert dict(report.info.identity) == {"H01": "study"}
    counts = {"values": 1, "studies": 1, "of": 1, "folders": 4}
    assert ("H01", "one_value", counts) in told(report)


def test_a_missing_value_that_switched_the_source_is_told(config: BuildConfig) -> None:
    people(config.src[0], 3)
    label = folder_of(config.src[0], 0) / "H01-0-1.json"
    label.write_bytes(label_bytes(omit=["Patient_ID"]))
    report = run(config)
    assert dict(report.info.identity) == {"H01": "dicom"}
    assert told(report) == [("H01", "value_missing", {"slices": 5, "of": 6})]
    assert report.info.notices[0].source == "label"


def two_sites(src: Path, top: str = "") -> None:
    for site in ("siteA", "siteB"):
        for person in range(3):
            folder = src / top / site / "C004" / f"P{person}"
            stem = f"{site}-{person}"
            write_pair(folder, stem, patient=stem, label=label_bytes(Patient_ID=str(person)))


@pytest.mark.parametrize("top", ["", "2021/mri"])
def test_values_that_begin_anew_in_folders_nobody_tells_apart_are_told(
    top: str, config: BuildConfig
) -> None:
    two_sites(config.src[0], top)
    report = run(config)
    assert ("unknown", "hospitals_mixed", {"values": 3, "folders": 2}) in told(report)
    apart = Layout(hospital="(site[AB])")
    report = run(replace(config, recipe=config.recipe.model_copy(update={"layout": apart})))
    assert told(report) == []


def test_values_that_begin_anew_under_one_hospitals_token_are_told(config: BuildConfig) -> None:
    for site in ("H01_seoul", "H01_busan"):
        for person in range(3):
            stem, label = f"{site}-{person}", label_bytes(Patient_ID=str(person))
            write_pair(folder_of(config.src[0], person, site), stem, patient=stem, label=label)
    assert told(run(config)) == [("H01", "hospitals_mixed", {"values": 3, "folders": 2})]


def test_a_few_patients_who_come_back_in_another_year_are_no_news(config: BuildConfig) -> None:
    for year, patients in (("2020", range(4)), ("2021", range(3, 7))):
        for person in patients:
            stem, label = f"{year}-{person}", label_bytes(Patient_ID=str(person))
            folder = config.src[0] / "H01" / "C004" / year
            write_pair(folder, stem, patient=stem, label=label)
    assert told(run(config)) == []


def test_sources_given_apart_are_told_alike(config: BuildConfig) -> None:
    two_sites(config.src[0])
    report = run(replace(config, src=tuple(config.src[0] / site for site in ("siteA", "siteB"))))
    assert ("unknown", "hospitals_mixed", {"values": 3, "folders": 2}) in told(report)


def test_where_one_value_means_one_person_everywhere_nothing_is_mixed(config: BuildConfig) -> None:
    two_sites(config.src[0])
    everywhere = config.recipe.model_copy(update={"identity": Identity(scope="all")})
    kinds = {kind for _, kind, _ in told(run(replace(config, recipe=everywhere)))}
    assert "hospitals_mixed" not in kinds


def test_a_study_in_two_hospitals_is_told(config: BuildConfig) -> None:
    for hospital in ("H01", "H02"):
        for person in range(4):
            stem = f"{hospital}-{person}"
            folder = folder_of(config.src[0], person, hospital)
            write_pair(folder, stem, patient=f"P{person}")
    report = run(config)
    elsewhere = [each for each in told(report) if each[1] == "study_elsewhere"]
    assert elsewhere == [(name, "study_elsewhere", {"uids": 4}) for name in ("H01", "H02")]


def test_a_hospital_whose_labels_name_no_disc_is_told(config: BuildConfig) -> None:
    people(config.src[0], 2)
    for person in range(2):
        label = label_bytes(level=None, Patient_ID=f"{person}")
        write_pair(folder_of(config.src[0], person, "H02"), f"{person}", label=label)
    assert told(run(config)) == [("H02", "no_level", {"labels": 2})]


def test_some_labels_of_a_hospital_that_spell_their_disc_otherwise_are_told(
    config: BuildConfig,
) -> None:
    people(config.src[0], 2)
    label = json.dumps({"Patient_ID": "P0", "L4.5": 3}).encode()
    write_pair(folder_of(config.src[0], 0), "odd", label=label)
    write_pair(folder_of(config.src[0], 0), "none", label=label_bytes(level=None))
    assert told(run(config)) == [("H01", "unknown_level", {"labels": 1})]


def test_labelled_images_of_another_region_are_told(config: BuildConfig) -> None:
    people(config.src[0], 2)
    write_pair(folder_of(config.src[0], 0), "neck", BodyPartExamined="CSPINE", StudyDescription="C")
    (folder_of(config.src[0], 1) / "alone.dcm").write_bytes(
        (folder_of(config.src[0], 0) / "neck.dcm").read_bytes()
    )
    assert told(run(config)) == [("H01", "not_lumbar", {"images": 1})]


def test_labels_that_name_a_disc_nobody_knows_beside_theirs_are_told(config: BuildConfig) -> None:
    people(config.src[0], 2)
    seen = [{"level": "L4-5", "code": 3}, {"level": "T12-L1", "code": 3}]
    label = json.dumps({"Patient_ID": "P0", "findings": seen}).encode()
    write_pair(folder_of(config.src[0], 0), "two", label=label)
    assert told(run(config)) == [("H01", "passed_over", {"labels": 1})]
    path = str(folder_of(config.src[0], 0) / "two.dcm")
    (found,) = explain_files([path], config.src, config.recipe)
    label_step = {step.name: step.finding for step in found.steps}["label"]
    assert label_step.endswith("; it names another level too, which [label.levels] does not know")


def test_a_merge_tells_what_did_not_fit_in_its_parts(config: BuildConfig) -> None:
    people(config.src[0], 3, StudyInstanceUID="1.2.3.4.5")
    run(config)
    other = replace(config, src=(config.src[0].with_name("more"),), out=config.out.with_name("b"))
    other = replace(other, private=private_folder(other.out))
    people(other.src[0], 1, "H02")
    run(other)
    arguments = (str(config.out), str(other.out), "--out", str(config.out.with_name("all")))
    done = CliRunner().invoke(merge_command, arguments)
    assert done.exit_code == 0
    assert "warning: H01: 3 label values (of 3) share 1 StudyInstanceUID" in done.stderr


def test_it_is_told_too_where_a_gate_stops_the_build(config: BuildConfig) -> None:
    people(config.src[0], 6, StudyInstanceUID="1.2.3.4.5")
    (folder_of(config.src[0], 0) / "bad.dcm").write_bytes(b"none")
    arguments = (str(config.src[0]), "--out", str(config.out), "--key-file", str(config.key_file))
    done = CliRunner().invoke(build_manifest, (*arguments, "--workers", "1", "--max-rejected", "0"))
    assert done.exit_code == 3
    warning, error = done.stderr.splitlines()[-2:]
    assert warning.startswith("warning: H01: 6 label values (of 6) share 1 StudyInstanceUID")
    assert error.startswith("error: 1 of 25 files were rejected")


def test_every_command_tells_it_without_a_value(config: BuildConfig) -> None:
    src, out = config.src[0], config.out
    people(src, 6, StudyInstanceUID="1.2.3.4.5")
    line = (
        "H01: 6 label values (of 6) share 1 StudyInstanceUID; one person would be most of the "
        "hospital, so they are not joined (flag patient_suspect): did an anonymiser write a "
        "constant?"
    )
    built = ("--out", str(out), "--key-file", str(config.key_file), "--workers", "1")
    for command, arguments in (
        (build_manifest, (str(src), *built)),
        (build_manifest, (str(src), *built)),  # nothing changed
        (check, (str(out),)),
        (survey_command, (str(src), "--workers", "1")),
    ):
        done = CliRunner().invoke(command, arguments)
        assert line in done.output
        assert "H01-" not in done.output
        assert "1.2.3.4.5" not in done.output
        as_json = json.loads(CliRunner().invoke(command, (*arguments, "--json")).stdout)
        assert [notice["kind"] for notice in as_json["notices"]] == ["not_joined"]
    assert check_dataset(out, deep=True).findings == ()


def test_the_summary_tells_flags_and_who_told_patients(config: BuildConfig) -> None:
    people(config.src[0], 2)
    write_pair(folder_of(config.src[0], 0), "old", label=label_bytes(Age="60대"))
    arguments = (str(config.src[0]), "--out", str(config.out), "--workers", "1")
    lines = [
        each.split() for each in CliRunner().invoke(build_manifest, arguments).output.split("\n")
    ]
    assert ["age_decade", "1"] in lines
    assert ["H01", "label"] in lines
