from dataclasses import replace
from pathlib import Path

import numpy as np

from hnp_model.data.slices import UNKNOWN, UNKNOWN_LEVEL, Slices, read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.data.tabular_inputs import ENCODED_WIDTH, encoded, standardised
from hnp_shared.dataset import open_dataset


def slices_of(small: Path) -> Slices:
    found = read_slices(open_dataset(small)).take(np.arange(2))
    nan = np.nan
    return replace(
        found,
        age=np.array([57.5, nan], np.float32),
        sex=np.array(["M", UNKNOWN]),
        canal_width_mm=np.array([15.0, nan], np.float32),
        level=np.array([3, UNKNOWN_LEVEL], np.int8),
    )


def test_every_input_is_told_with_whether_it_is_missing(small: Path) -> None:
    slices = slices_of(small)
    told = encoded(slices, fit_standardisation(slices))
    assert told.values.shape == (2, ENCODED_WIDTH)
    known = [0, 0, 0.5, 0.5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert told.values[0].tolist() == known
    assert told.values[1].tolist() == told.without.tolist()
    assert told.without.sum() == told.input_count == 4


def test_what_is_lost_looks_as_what_is_missing(small: Path) -> None:
    slices = slices_of(small)
    for tell in (encoded, standardised):
        told = tell(slices, fit_standardisation(slices))
        lost = np.array([[True, True, True, True]])
        assert told.at(np.array([0]), lost).tolist() == told.at(np.array([1]), None).tolist()
        age_only = told.at(np.array([0]), np.array([[True, False, False, False]]))
        kept = told.input_of > 0
        assert age_only[0, kept].tolist() == told.values[0, kept].tolist()
        assert age_only[0, ~kept].tolist() == told.without[~kept].tolist()


def test_standardised_inputs_are_those_of_the_report(small: Path) -> None:
    slices = read_slices(open_dataset(small))
    standardisation = fit_standardisation(slices)
    told = standardised(slices, standardisation)
    np.testing.assert_array_equal(told.values, standardisation.apply(slices))
