import pytest

from hnp_etl.recipes.loading import load_recipe
from hnp_etl.survey.key_guess import KeyGuesser

GUESSER = KeyGuesser(load_recipe("aihub-dld").label)


@pytest.mark.parametrize(
    ("path", "field", "alias"),
    [
        (("Patient_ID",), "patient", "Patient_ID"),
        (("info", "pt_no"), "patient", "pt_no"),
        (("patient", "id"), "patient", "patient.id"),
        (("환자", "연령"), "age", "연령"),
        (("ageAtScan",), "age", "ageAtScan"),
        (("Patient Gender",), "sex", "Patient Gender"),
        (("dural_sac_area",), "canal_width_mm", "dural_sac_area"),
        (("척추관넓이",), "canal_width_mm", "척추관넓이"),
        (("dicom_file_name",), "file", "dicom_file_name"),
        (("SOP Instance UID",), "sop_instance_uid", "SOP Instance UID"),
        (("disc_L4_5",), "L4-5", "disc_L4_5"),
        (("l5s1_grade",), "L5-S1", "l5s1_grade"),
        (("L1/L2",), "L1-2", "L1/L2"),
        (("4-5",), "L4-5", "4-5"),
        (("L4–5",), "L4-5", "L4–5"),
        (("Ｌ４～５ 등급",), "L4-5", "Ｌ４～５ 등급"),
    ],
)
def test_a_key_is_read_by_its_words(path: tuple[str, ...], field: str, alias: str) -> None:
    guess = GUESSER.guess(path)
    assert guess is not None
    assert (guess.field, guess.alias) == (field, alias)


@pytest.mark.parametrize(
    "path",
    [
        "image/id",
        "stage",
        "doctor_name",
        "T12-L1",
        "C4_5",
        "L5-6",
        "grade_12",
        "label12",
        "a.b_age",
    ],
)
def test_other_keys_are_nothing(path: str) -> None:
    assert GUESSER.guess(tuple(path.split("/"))) is None


def test_spellings_of_the_recipe_are_believed_most() -> None:
    ranks = [
        guess.rank for path in (("Age",), ("pt_age",), ("id",)) if (guess := GUESSER.guess(path))
    ]
    assert ranks == [0, 1, 3]
