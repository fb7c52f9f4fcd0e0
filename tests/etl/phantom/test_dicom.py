import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
)

from hnp_etl.phantom.acquisition import acquire
from hnp_etl.phantom.people import make_patients
from hnp_etl.phantom.scanners import scanner_of
from hnp_etl.phantom.study import plan_study

SEED = 5

AXIAL_SYNTAXES = {
    "H01": {ExplicitVRLittleEndian, ImplicitVRLittleEndian},
    "H02": {JPEGLosslessSV1},
    "H03": {JPEGLSLossless},
    "H04": {JPEG2000Lossless},
    "H06": {RLELossless},
}


@pytest.fixture(scope="module")
def headers(root: Path) -> list[pydicom.FileDataset]:
    return [pydicom.dcmread(path, stop_before_pixels=True) for path in sorted(root.rglob("*.dcm"))]


def test_hospitals_keep_axial_series_in_their_own_syntax(root: Path) -> None:
    found = defaultdict(set)
    for path in sorted(root.rglob("*_04_001.dcm")):
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        found[path.parent.parent.name].add(dataset.file_meta.TransferSyntaxUID)
    assert found == AXIAL_SYNTAXES


def test_every_file_decodes_to_what_was_acquired(root: Path) -> None:
    for patient in make_patients(SEED, 7):
        for planned in plan_study(SEED, patient):
            if planned.instance_number > 2:
                continue
            name = f"{patient.patient_number}_{planned.series_number:02d}"
            pattern = f"**/{patient.hospital}/C004/*_{name}_{planned.instance_number:03d}.dcm"
            (path,) = root.glob(pattern)
            pixels = acquire(SEED, patient, planned, scanner_of(patient))
            np.testing.assert_array_equal(pydicom.dcmread(path).pixel_array, pixels)
            assert np.ptp(pixels) > 300


def test_headers_are_those_of_lumbar_mr(headers: list[pydicom.FileDataset]) -> None:
    for header in headers:
        assert (header.Modality, header.SOPClassUID) == ("MR", MRImageStorage)
        assert header.StudyDescription == "L-SPINE"
        assert header.BodyPartExamined in {"LSPINE", "SPINE"}
        assert header.ImageType[:2] == ["ORIGINAL", "PRIMARY"]
        assert (header.BitsAllocated, header.BitsStored, header.HighBit) == (16, 12, 11)
        directions = np.array(header.ImageOrientationPatient, float).reshape(2, 3)
        assert directions @ directions.T == pytest.approx(np.eye(2), abs=1e-5)


def test_times_tell_the_weighting(headers: list[pydicom.FileDataset]) -> None:
    for header in headers:
        times_ms = float(header.EchoTime), float(header.RepetitionTime)
        if header.SeriesNumber == 1:
            assert header.ScanningSequence == "GR"
        elif header.SeriesNumber == 3:
            assert times_ms[0] <= 30
            assert times_ms[1] <= 1100
        else:
            assert times_ms[0] >= 60
            assert times_ms[1] >= 1500


def test_uids_are_valid_and_name_one_thing_each(headers: list[pydicom.FileDataset]) -> None:
    uids = [header.SOPInstanceUID for header in headers]
    assert len(set(uids)) == len(uids)
    assert all(uid.is_valid and re.fullmatch(r"2\.25\.[1-9]\d*", uid) for uid in uids)
    assert len({header.StudyInstanceUID for header in headers}) == 7
    assert len({header.SeriesInstanceUID for header in headers}) == 7 * 4


def test_hospitals_differ_in_matrix_and_maker(headers: list[pydicom.FileDataset]) -> None:
    axial = {
        (header.ManufacturerModelName, header.Rows, header.Columns)
        for header in headers
        if header.SeriesNumber == 4
    }
    assert len({(rows, columns) for _, rows, columns in axial}) >= 5
    assert any(rows != columns for _, rows, columns in axial)


def test_axial_slices_tilt_with_the_disc_and_sagittal_ones_face_sideways(
    headers: list[pydicom.FileDataset],
) -> None:
    for header in headers:
        rows, columns = np.array(header.ImageOrientationPatient, float).reshape(2, 3)
        normal = np.cross(rows, columns)
        if header.SeriesNumber == 2:
            assert abs(normal[0]) == pytest.approx(1.0)
        if header.SeriesNumber == 4 and header.InstanceNumber in {13, 14}:  # L5-S1
            assert 24.0 <= np.degrees(np.arccos(normal[2])) <= 36.0
