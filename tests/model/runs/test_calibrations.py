import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hnp_model.data.slices import Slices, read_slices
from hnp_model.measures.unit_calibration import UnitCalibration
from hnp_model.runs.calibrations import Calibrations, read_calibrations, write_calibrations
from hnp_model.runs.run_folder import RunFolder
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError

WEIGHTS = "a" * 64
LINE = UnitCalibration("platt", 0.25, 0.5, losses={"none": 0.5, "platt": 0.4})
CURVE = UnitCalibration("isotonic", knots=(0.1, 0.4, 0.9), heights=(0.2, 0.2, 0.8))


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    return RunFolder(tmp_path)


@pytest.fixture(scope="module")
def slices(small: Path) -> Slices:
    return read_slices(open_dataset(small))


def test_calibrations_survive_the_file(folder: RunFolder) -> None:
    kept = Calibrations(WEIGHTS, {"level": LINE, "patient": CURVE})
    write_calibrations(folder, kept)
    assert read_calibrations(folder, WEIGHTS) == kept


def test_an_older_run_has_none(folder: RunFolder) -> None:
    assert read_calibrations(folder, WEIGHTS) is None


def test_those_of_other_weights_are_refused(folder: RunFolder) -> None:
    write_calibrations(folder, Calibrations(WEIGHTS, {"level": LINE, "patient": CURVE}))
    with pytest.raises(InputError, match="about other weights than the run's; .* --resume"):
        read_calibrations(folder, "b" * 64)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "hnp-calibration 2"},
        {"units": {"level": {}}},
        {"weights_sha256": 1},
        {"units": None},
    ],
)
def test_a_damaged_file_is_refused(folder: RunFolder, change: dict[str, object]) -> None:
    write_calibrations(folder, Calibrations(WEIGHTS, {"level": LINE, "patient": CURVE}))
    found = json.loads(folder.read("calibration.json"))
    folder.write("calibration.json", json.dumps({**found, **change}).encode())
    with pytest.raises(InputError, match=r"calibration\.json is damaged"):
        read_calibrations(folder, WEIGHTS)


def test_each_slice_is_told_of_its_disc_and_patient(slices: Slices) -> None:
    probability = np.random.default_rng(0).random(len(slices))
    kept = Calibrations(WEIGHTS, {"level": LINE, "patient": CURVE})
    found = kept.by_slice(slices, probability)
    for row in range(len(slices)):
        of_patient = slices.patient_id == slices.patient_id[row]  # one study each in these data
        discs = [
            probability[of_patient & (slices.level == level)].mean()
            for level in np.unique(slices.level[of_patient])
        ]
        disc = probability[of_patient & (slices.level == slices.level[row])].mean()
        assert found["level"][row] == pytest.approx(LINE.apply(np.array([disc]))[0])
        assert found["patient"][row] == pytest.approx(CURVE.apply(np.array([max(discs)]))[0])


def test_where_a_disc_is_not_known_nothing_is_said_of_it_or_its_patient(slices: Slices) -> None:
    level = slices.level.copy()
    level[0] = -1
    kept = Calibrations(WEIGHTS, {"level": LINE, "patient": CURVE})
    found = kept.by_slice(replace(slices, level=level), np.full(len(slices), 0.3))
    assert np.isnan(found["level"]).nonzero()[0].tolist() == [0]
    mine = (slices.patient_id == slices.patient_id[0]).nonzero()[0]
    assert np.isnan(found["patient"]).nonzero()[0].tolist() == mine.tolist()
