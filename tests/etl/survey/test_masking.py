import pytest

from hnp_etl.survey.masking import harmless_value, looks_identifying, shown_key, shown_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("t2_tse_tra_384", "t2_tse_tra_384"),
        ("FSE 3200/110 5mmT", "FSE 3200/110 5mmT"),
        ("Axi TR-FSE2D T2W", "Axi TR-FSE2D T2W"),
        ("요추 축상 T2", "요추 축상 T2"),
        ("T2 2019-03-04", "T2 <date>"),
        ("T2 4.3.2019 ax", "T2 <date> ax"),
        ("T2 04MAR2019", "T2 <date>"),
        ("T2 2019년 3월 4일", "T2 <date>"),
        ("T2 2019년3월", "T2 <date>"),
        ("T2 20190304", "T2 #"),
        ("T2 FSE 3200 110 384", "T2 FSE 3200 110 384"),
        ("T2 190304", "T2 #"),
        ("T2 10:42:07", "T2 <time>"),
        ("ID 1234567 ax", "ID # ax"),
        ("010-1234-5678", "#"),
        ("800101-1234567", "#"),
        ("９８７６５４ ax", "# ax"),
        ("KIM^CHUL SU ax", "<name> SU ax"),
        ("김^철수 T2", "<name> T2"),
        ("1.2.840.113619.2.5 T2", "<uid> T2"),
        ("T2\x1b[31m\nax\u202e", "T2 [31m ax"),
        ("T2 \udcff", "T2 ?"),
        ("x" * 200, "x" * 64),
    ],
)
def test_series_texts_are_shown_without_what_could_name_a_person(text: str, shown: str) -> None:
    assert shown_text(text) == shown


def test_keys_are_shown_with_the_keys_above_them_and_without_numbers() -> None:
    assert shown_key(("info", "file_name")) == "info.file_name"
    assert shown_key(("P0012345", "age")) == "P#.age"
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
