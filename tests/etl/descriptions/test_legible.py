"""Of a stranger's text only words of the field are shown, so no form of a name has to be known."""

import time

import pytest

from hnp_etl.descriptions.legible import MOST_SHOWN, is_legible, shown_text, shown_word


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
        ("T2 19 03 04", "T2 #"),
        ("T2 ax 1983", "T2 ax #"),
        ("T2 10:42:07", "T2 <time>"),
        ("ID 1234567 ax", "<text> # ax"),
        ("010-1234-5678", "#"),
        ("02 555 1234 T2", "# T2"),
        ("800101-1234567", "#"),
        ("９８７６５４ ax", "# ax"),
        ("KIM^CHUL SU ax", "<name> <text> ax"),
        ("김^철수 T2", "<name> T2"),
        ("1.2.840.113619.2.5 T2", "<uid> T2"),
        ("T2\x1b[31m\nax\u202e", "T2 [<text> ax"),
        ("T2 \udcff", "T2 ?"),
        ("x" * 200, "<text>"),
    ],
)
def test_series_texts_are_shown_without_what_could_name_a_person(text: str, shown: str) -> None:
    assert shown_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "FL08/FL08/OAX FRFSE T2",
        "t2_tse_tra_msma_320",
        "T2_FSE_5mm(S)",
        "FL08/FL06/OSag FIR (fat suppr",
        "TIWI/SE/5mm/S/C",
        "PosDisp: [4] t2_tse_tra_384",
        "WATER: SAG T2 FSE Flex",
        "Ax DWI b50-b700",
        "C-T-L Scout 1, 2, 3 (mobiview)",
        "Ax Cube T2-100ETL2Rx",
        "T2W_TSE_ax zoom PSS Refoc",
        "tof_fl3d_tra_p2_multi-slab_MIP_TRA",
        "T1W_TSE_GADO_POST",
    ],
)
def test_names_of_protocols_stay_legible(text: str) -> None:
    assert shown_text(text) == text


NAMES = {
    "김철수 T2 axial": "김철수",
    "김 철수 축상 T2": "김 철수",
    "T2 TRA 이영희": "이영희",
    "홍길동님 요추 MRI": "홍길동",
    "박지성T2축상": "박지성",
    "t2김철수축상": "김철수",
    "박영상 T2": "박영상",
    "이강조 T2": "이강조",
    "강 T2 축상": "강",
    "남궁민수_t2_tse_tra": "남궁민수",
    "KIM CHUL SU t2 tra": "KIM CHUL SU",
    "Kim, Chulsoo AX T2": "Kim Chulsoo",
    "kim_chul_su_t2_tra": "kim chul su",
    "KimChulSu_T2": "KimChulSu",
    "kimchulsut2tra": "kimchulsu",
    "scoutkimchulsu": "kimchulsu",
    "ＫＩＭ T2": "ＫＩＭ KIM",
    "Ⓚⓘⓜ T2": "Ⓚⓘⓜ Kim",
    "K I M T2": "K I M",
    "C S T2 ax": "C S",
    "P. K. T2": "P. K.",
    "S.C. ax t2": "S.C.",
    "Lee Young-hee T2_TSE_ax": "Lee Young hee",
    "Ha Ji Won T2": "Ha Ji Won",
    "Hi Sun T2": "Hi Sun",
    "JONES, MARY A": "JONES MARY A",
    "Mary A. Jones T2": "Mary A. Jones",
    "T2tseJONES": "JONES",
    "localizerjones": "jones",
    "O'Brien Patrick AX": "Brien Patrick",
    "Müller Jürgen sag t1": "Müller Jürgen",
    "TRAN VAN AN t2 tra": "TRAN VAN AN",
    "Rho T2 axial": "Rho",
    "Mr. Swan T2 ax": "Swan",
    "İnce T2": "İnce",
    "Ceres AX": "Ceres",
    "Tracey T2": "Tracey",
    "Cora Sagan": "Cora Sagan",
    "CHOI2 T2": "CHOI",
    "Иванов Иван T2 акс": "Иванов Иван",
    "王强 T2 轴位": "王强",
    "田中 太郎 T2": "田中 太郎",
    "Dr. Park T2 ax": "Park",
    "AX T2 010-1234-5678": "010 1234 5678",
    "tel 02 555 1234": "02 555 1234",
    "+82 10 9999 0000": "82 9999 0000",
    "(031) 123-4567 T2": "031 123 4567",
    "mary.jones@mail.com T2": "mary jones mail",
    "t2@tra.ax": "t2@tra.ax",
    "MRN 1234 567 T2": "1234 567",
    "chart 4711 ax": "4711",
    "P0012345 ax": "P0012345 0012345",
    "ID A12345 T2": "A12345 12345",
}


@pytest.mark.parametrize("text", NAMES)
def test_no_form_of_a_name_a_number_or_an_address_is_shown(text: str) -> None:
    shown = shown_text(text)
    assert not [piece for piece in NAMES[text].split() if piece in shown.replace("<text>", "")]


@pytest.mark.parametrize(
    "key", ["Jones_Age", "김철수_나이", "kim.grade", "Age_P0012345", "010-1234"]
)
def test_a_key_that_holds_more_than_words_of_labels_is_not_legible(key: str) -> None:
    assert not is_legible(key)


@pytest.mark.parametrize(
    "key",
    [
        "Patient_ID",
        "PatientAge",
        "SOPInstanceUID",
        "L4-5",
        "L5/S1",
        "척추관폭",
        "환자ID",
        "file name",
    ],
)
def test_keys_of_words_that_labels_have_are_legible(key: str) -> None:
    assert (is_legible(key), shown_word(key)) == (True, key)


@pytest.mark.parametrize(
    "start", ["a", "김", "^", "1.", "1-", "@", " ", "t2", "Ab", "K^", "1" * 5 + " "]
)
def test_a_text_of_a_million_characters_costs_no_more_than_one_line(start: str) -> None:
    begun = time.process_time()
    shown = [shown_text(start * 1_000_000), shown_word(start * 1_000_000)]
    assert time.process_time() - begun < 0.5
    assert max(map(len, shown)) <= MOST_SHOWN
