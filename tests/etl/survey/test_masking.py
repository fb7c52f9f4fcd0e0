import pytest

from hnp_etl.survey.masking import harmless_value, looks_identifying, shown_key


def test_keys_are_shown_with_the_keys_above_them_and_without_numbers() -> None:
    assert shown_key(("info", "file_name")) == "info.file_name"
    assert shown_key(("P0012345", "age")) == "<text>#.age"
    assert shown_key(("2020-01-02",)) == "#"


@pytest.mark.parametrize(
    "value",
    [
        "1",
        "12",
        "A",
        "",
        "Severe",
        "Normal/Mild",
        "grade 2",
        "여",
        "정상",
        "III",
        "True",
        "-1",
        "1,3",
    ],
)
def test_codes_and_words_of_the_closed_list_are_harmless(value: str) -> None:
    assert harmless_value(value)


@pytest.mark.parametrize(
    "value",
    [
        "Kim",
        "Dr. Hong",
        "김철수",
        "KHS",
        "1234",
        "20200101",
        "P01 Kim",
        "서울병원",
        "a@b.kr",
        "K I M",
        "01-05-55-12",
        "x" * 99,
    ],
)
def test_names_and_numbers_are_not(value: str) -> None:
    assert not harmless_value(value)


@pytest.mark.parametrize(
    ("key", "identifying"),
    [
        *[(key, True) for key in ("PatientName", "reader", "birth_date", "판독의사", "성명", "ID")],
        *[
            (key, True)
            for key in ("studyDate", "file", "작업자", "hospital", "pt_phone", "등록번호")
        ],
        *[
            (key, False)
            for key in ("grade", "L4-5", "Age", "side", "stage", "page", "등급", "ideal")
        ],
    ],
)
def test_keys_that_may_hold_a_person_are_told_by_their_words(key: str, identifying: bool) -> None:
    assert looks_identifying(key) is identifying
