"""A percentile is among the healthy of the same disc, sex and age, never among one's own slices."""

from pathlib import Path

import numpy as np
import pytest

from hnp_model.data.slices import read_slices
from hnp_model.morphometry.healthy import standings
from hnp_shared.dataset import open_dataset
from model.synthetic import Plan, write_dataset


def test_percentiles_are_of_others_and_widen_where_they_are_few(tmp_path: Path) -> None:
    plan = Plan(120, levels=2, slices_a_level=1, side=16, positive_share=0.2)
    slices = read_slices(open_dataset(write_dataset(tmp_path / "out", plan)))
    values = (slices.level * 100.0 + slices.age).astype(np.float64)
    found = standings(values, slices)
    told = {one.among for one in found}
    assert told <= {"disc, sex, age", "disc, sex", "disc", ""}
    assert len(told) > 1
    for at in range(0, len(slices), 17):
        if not found[at].among:
            continue
        sound = ~slices.is_patient & np.isfinite(values) & (slices.level == slices.level[at])
        sound &= slices.patient_id != slices.patient_id[at]
        if "sex" in found[at].among:
            sound &= slices.sex == slices.sex[at]
        if "age" in found[at].among:
            sound &= np.abs(slices.age - slices.age[at]) <= 10
        theirs = values[sound]
        expected = 100 * np.mean((theirs < values[at]) + 0.5 * (theirs == values[at]))
        assert found[at].percentile == pytest.approx(expected)
        assert found[at].patients == np.unique(slices.patient_id[sound]).size >= 20


def test_few_healthy_people_tell_no_percentile(small: Path) -> None:
    slices = read_slices(open_dataset(small))
    assert {one.percentile for one in standings(np.ones(len(slices)), slices)} == {None}
