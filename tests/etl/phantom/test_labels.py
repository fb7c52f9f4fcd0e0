from itertools import islice

import pytest

from hnp_etl.labels.document import parse_label
from hnp_etl.labels.label import LabelFacts, LabelReader
from hnp_etl.phantom.labels import NEEDS_RECIPE, LabelStyle, label_bytes
from hnp_etl.phantom.people import TRAINING_HOSPITALS, Patient, make_patients
from hnp_etl.recipes.loading import load_recipe

RECIPE = load_recipe("aihub-dld").label


def read(patient: Patient, level: int | None, style: LabelStyle = LabelStyle.DEFAULT) -> LabelFacts:
    shown = None if level is None else (level, patient.discs[level].code)
    leaves = parse_label(label_bytes(patient, shown, "stem", style))
    return LabelReader(RECIPE).read(leaves)


def patients_of(hospital: str, count: int = 12) -> list[Patient]:
    people = (each for each in make_patients(8, 200) if each.hospital == hospital)
    return list(islice(people, count))


@pytest.mark.parametrize("hospital", TRAINING_HOSPITALS)
def test_the_built_in_recipe_reads_every_spelling(hospital: str) -> None:
    for patient in patients_of(hospital):
        for level, disc in enumerate(patient.discs):
            facts = read(patient, level)
            assert (facts.patient, facts.sex) == (patient.patient_number, patient.sex)
            assert facts.age == (min(90, patient.age))
            assert facts.canal_width_mm == pytest.approx(disc.canal_width_mm)
            expected = [("6",)] * 5
            expected[level] = (str(disc.code),)
            assert list(facts.cells) == expected
            assert facts.flags == ()


@pytest.mark.parametrize("hospital", TRAINING_HOSPITALS)
def test_an_image_of_no_disc_has_no_code_and_no_canal(hospital: str) -> None:
    facts = read(patients_of(hospital)[0], None)
    assert facts.cells == (("6",),) * 5
    assert facts.canal_width_mm is None
    assert facts.flags == ()


SAYS_LESS = {LabelStyle.NO_PATIENT, LabelStyle.DECADES, LabelStyle.SEVERAL}
READ_AS_THEY_ARE = sorted(set(LabelStyle) - NEEDS_RECIPE - SAYS_LESS)


@pytest.mark.parametrize("style", READ_AS_THEY_ARE)
def test_the_built_in_recipe_reads_every_style(style: LabelStyle) -> None:
    patient = patients_of("H02")[0]
    facts = read(patient, 2, style)
    assert (facts.patient, facts.sex) == (patient.patient_number, patient.sex)
    assert (facts.age, facts.flags) == (min(90, patient.age), ())
    assert facts.canal_width_mm == pytest.approx(patient.discs[2].canal_width_mm)
    assert facts.cells == (("6",), ("6",), (str(patient.discs[2].code),), ("6",), ("6",))


def test_hospitals_spell_differently() -> None:
    firsts = [
        label_bytes(patients_of(hospital)[0], (0, 1), "stem") for hospital in TRAINING_HOSPITALS
    ]
    assert sum(first.startswith(b"\xef\xbb\xbf") for first in firsts) == 1
    assert sum("환자".encode("cp949") in first for first in firsts) == 1
    assert sum(first.startswith(b"[") for first in firsts) == 1


def test_styles_that_say_less_are_read_as_far_as_they_go() -> None:
    patient = patients_of("H02")[0]
    code = str(patient.discs[2].code)
    assert read(patient, 2, LabelStyle.NO_PATIENT).patient is None
    assert read(patient, 2, LabelStyle.DECADES).age == patient.age // 10 * 10 + 5
    assert read(patient, 2, LabelStyle.SEVERAL).cells[2] == (("1", code) if code > "1" else ("1",))


@pytest.mark.parametrize(
    ("style", "field"),
    [
        (LabelStyle.CENTIMETRES, "canal_width_mm"),
        (LabelStyle.SEX_NUMBERS, "sex"),
        (LabelStyle.SHIFTED, "cells"),
        (LabelStyle.LETTERS, "patient"),
    ],
)
def test_some_styles_need_a_recipe_of_their_own(style: LabelStyle, field: str) -> None:
    patient = patients_of("H02")[0]
    assert getattr(read(patient, 2, style), field) != getattr(read(patient, 2), field)
    assert style in NEEDS_RECIPE
