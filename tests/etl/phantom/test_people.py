from collections import Counter
from itertools import islice

import numpy as np
import pytest

from hnp_etl.phantom.people import GRADE_LIMITS_MM, TRAINING_HOSPITALS, make_patients

PATIENTS = list(make_patients(3, 240))


def test_more_patients_leave_the_first_ones_as_they_are() -> None:
    assert list(make_patients(3, 9)) == list(islice(PATIENTS, 9))


def test_another_seed_makes_other_people() -> None:
    assert next(make_patients(4, 1)).discs != PATIENTS[0].discs


def test_an_eighth_is_validation_and_all_of_it_from_one_hospital() -> None:
    validation = [patient for patient in PATIENTS if patient.partition == "validation"]
    assert len(validation) == 30
    assert {patient.hospital for patient in validation} == {"H01"}


def test_training_patients_are_dealt_evenly() -> None:
    dealt = Counter(each.hospital for each in PATIENTS if each.partition == "training")
    assert dealt == dict.fromkeys(TRAINING_HOSPITALS, 42)


def test_patient_numbers_are_unique_in_a_hospital_only() -> None:
    pairs = {(patient.hospital, patient.patient_number) for patient in PATIENTS}
    assert len(pairs) == len(PATIENTS) > len({patient.patient_number for patient in PATIENTS})


def test_a_disc_is_a_patient_when_its_bulge_passes_the_limit() -> None:
    for disc in (disc for patient in PATIENTS for disc in patient.discs):
        assert disc.is_patient == (disc.bulge_mm >= GRADE_LIMITS_MM[0]) == (disc.code >= 2)
        assert 1 <= disc.code <= 5


@pytest.mark.parametrize("seed", [0, 1, 42])
def test_classes_are_workable(seed: int) -> None:
    herniated = [[disc.is_patient for disc in each.discs] for each in make_patients(seed, 300)]
    assert 0.35 <= np.mean(herniated) <= 0.45
    assert np.ptp(np.sum(herniated, axis=1)) == 5


def test_canals_narrow_with_age_and_nuclei_dry_without_herniation() -> None:
    discs = [(patient.age, disc) for patient in PATIENTS for disc in patient.discs]
    ages = [age for age, _ in discs]
    assert np.corrcoef(ages, [disc.canal_width_mm for _, disc in discs])[0, 1] < -0.2
    assert any(disc.degeneration > 0.7 and not disc.is_patient for _, disc in discs)
    assert any(disc.degeneration < 0.3 and disc.is_patient for _, disc in discs)


def test_bulges_lie_in_every_zone_and_on_both_sides() -> None:
    zones = Counter(
        (disc.zone, disc.side) for each in PATIENTS for disc in each.discs if disc.is_patient
    )
    beside = [(zone, side) for zone in ("paracentral", "foraminal") for side in ("left", "right")]
    assert set(zones) == {("central", "middle"), *beside}
    assert min(zones.values()) > 20


def test_many_discs_are_hard() -> None:
    discs = [disc for patient in PATIENTS for disc in patient.discs]
    assert sum(1.8 < disc.bulge_mm < 3.2 for disc in discs) > 0.1 * len(discs)
    assert sum(disc.broad_bulge_mm > 2.5 and disc.code == 1 for disc in discs) > 0.03 * len(discs)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_as_many_patients_are_ill_as_asked_for(share: float) -> None:
    ill = [patient.is_ill for patient in make_patients(3, 200, share)]
    assert np.mean(ill) == pytest.approx(share, abs=0.08)


def test_a_patient_who_is_as_wanted_stays_as_drawn() -> None:
    ill = list(make_patients(3, 60, 1.0))
    kept = [pair for pair in zip(ill, PATIENTS, strict=False) if pair[1].is_ill]
    assert len(kept) > 40
    assert all(one == other for one, other in kept)
    assert [each.hospital for each in ill] == [each.hospital for each in PATIENTS[:60]]


def test_the_share_of_the_ill_does_not_follow_the_hospital() -> None:
    people = list(make_patients(3, 400, 0.5))
    for hospital in TRAINING_HOSPITALS:
        ill = [each.is_ill for each in people if each.hospital == hospital]
        assert 0.35 < np.mean(ill) < 0.65
