"""Recipes for public sets: what each takes, and what one is told that cannot be taken."""

from pathlib import Path

import pytest

from dicom_files import dicom_bytes, picture
from enhanced_files import SAGITTAL
from etl.builds.test_frames import built
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.errors import InputError


def test_sudirman_is_taken_from_its_folders_without_labels(tmp_path: Path) -> None:
    files = {
        f"{patient:04d}/L-SPINE_LSS_1/T2_TSE_TRA_384_0004/TRA_{number}.ima": dicom_bytes(
            picture(seed=10 * patient + number),
            bits_stored=12,
            PatientID="anonymous",
            StudyInstanceUID=f"1.2.{patient}",
            SeriesDescription="T2_TSE_TRA_384",
        )
        for patient in (1, 2)
        for number in (1, 2)
    }
    files["0001/L-SPINE_LSS_1/T2_TSE_SAG_384_0002/SAG_1.ima"] = dicom_bytes(
        ImageOrientationPatient=list(SAGITTAL)
    )
    found = built(tmp_path, files, recipe="sudirman-2019")
    assert len(found.manifest) == 4
    assert found.manifest.patient_id.nunique() == 2  # a constant in every header is no person
    assert found.manifest.level.isna().all()
    assert set(found.ledger.reason.dropna()) == {"NOT_AXIAL"}


def test_a_table_labels_the_last_three_discs_of_it() -> None:
    label = load_recipe("sudirman-2019").label
    assert list(label.levels) == ["L3-4", "L4-5", "L5-S1"]


def test_spider_is_refused_with_what_it_is_good_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="sagittal volumes.*good for finding vertebrae, discs"):
        load_recipe("spider")
