"""calibration.json of a run: how discs and patients are calibrated, as the fit chose on val."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from hnp_model.data.slices import UNKNOWN_LEVEL, Slices
from hnp_model.measures.unit_calibration import UnitCalibration, choose_calibration
from hnp_model.measures.units import Numbers, Scores, UnitName, spread_over_slices
from hnp_model.runs.run_folder import CALIBRATION_FILE, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON, parse_record
from hnp_shared.errors import InputError
from hnp_shared.plain_json import plain_json

FORMAT = "hnp-calibration 1"

CALIBRATED_UNITS: tuple[UnitName, ...] = ("level", "patient")
"""Units with a calibration of their own; slices have the line in config.json."""


@dataclass(frozen=True, slots=True)
class Calibrations:
    """The content of calibration.json.

    Attributes:
        weights_sha256: of the weights whose probabilities are calibrated.
        units: `CALIBRATED_UNITS` -> calibration.
    """

    weights_sha256: str
    units: Mapping[str, UnitCalibration]

    def __post_init__(self) -> None:
        if set(self.units) != set(CALIBRATED_UNITS):
            raise ValueError(f"expected a calibration of each of {', '.join(CALIBRATED_UNITS)}")

    def by_slice(self, slices: Slices, probability: Numbers) -> dict[UnitName, Numbers]:
        """Return unit -> calibrated probability of each slice's disc or patient, (slice,).

        NaN where the disc is not known; a patient's is not where that of any slice is not.

        Args:
            slices: of whole patients.
            probability: (slice,), the model's.
        """
        unknown = (slices.level == UNKNOWN_LEVEL).astype(np.float64)
        found = {}
        for unit in CALIBRATED_UNITS:
            told = self.units[unit].apply(spread_over_slices(unit, slices, probability))
            found[unit] = np.where(spread_over_slices(unit, slices, unknown) > 0, np.nan, told)
        return found


def choose_calibrations(weights_sha256: str, val: Mapping[UnitName, Scores]) -> Calibrations:
    """Return what the scores of val choose, unit -> scores."""
    chosen: dict[str, UnitCalibration] = {
        unit: choose_calibration(val[unit]) for unit in CALIBRATED_UNITS
    }
    return Calibrations(weights_sha256, chosen)


def write_calibrations(folder: RunFolder, calibrations: Calibrations) -> None:
    """Keep what later evaluations and predictions use."""
    content = {"format": FORMAT, **asdict(calibrations)}
    text = json.dumps(content, indent=1, sort_keys=True, allow_nan=False)
    folder.write(CALIBRATION_FILE, text.encode() + b"\n")


def read_calibrations(folder: RunFolder, weights_sha256: str) -> Calibrations | None:
    """Return the calibrations of a run; None when an older version fitted it.

    Raises:
        InputError: the file is damaged, or about other weights than those given.
        StorageError: it could not be read.
    """
    if not folder.has(CALIBRATION_FILE):
        return None
    try:
        found = plain_json(folder.read(CALIBRATION_FILE))
        calibrations = parse_record(Calibrations, found if found["format"] == FORMAT else None)
    except DAMAGED_JSON as error:
        raise InputError(
            f"{CALIBRATION_FILE} is damaged or was not written by hnp-train fit"
        ) from error
    if calibrations.weights_sha256 != weights_sha256:
        raise InputError(
            f"{CALIBRATION_FILE} is about other weights than the run's; "
            "hnp-train fit --resume makes it anew"
        )
    return calibrations
