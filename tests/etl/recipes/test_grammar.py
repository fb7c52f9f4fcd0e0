"""Claims about how numbers, names and keys are written: alike from every source."""

import json
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hnp_etl.labels.values import Field, age_of, canal_of
from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.grammar import bare, identifier, number, remembered, whole, word

MODEST = settings(derandomize=True, deadline=None, max_examples=200, database=None)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@MODEST
@given(FINITE)
def test_every_float_that_python_or_json_writes_is_read_back(value: float) -> None:
    assert number(repr(value)) == number(json.dumps(value)) == value
    assert number(f"+{abs(value)!r}") == abs(value)


@MODEST
@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_is_the_same_as_int_float_and_exponent(value: int) -> None:
    forms = {f"{value}", f"{value}.", f"{value}.00", repr(float(value)), f"{value}e0"}
    assert {whole(form) for form in forms} == {str(value)}


@MODEST
@given(FINITE)
def test_a_number_keeps_its_value_when_it_is_made_whole(value: float) -> None:
    assert float(whole(repr(value))) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12.", 12.0),
        (".9", 0.9),
        (" 1.25e1 ", 12.5),
        ("1E+1", 10.0),
        ("６３．５", 63.5),
        ("－１", -1.0),
        ("007", 7.0),
        ("", None),
        (".", None),
        ("12,3", None),
        ("1_000", None),
        ("0x1f", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
        ("9" * 5000, None),
        ("1 2", None),
    ],
)
def test_numbers_as_people_write_them(written: str, value: float | None) -> None:
    assert number(written) == value


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("1001.0", "1001"),
        ("1001.000", "1001"),
        ("1e+16", "1" + "0" * 16),
        ("１００１", "1001"),
        ("-0.0", "0"),
        ("007", "007"),
        ("007.0", "007.0"),
        ("12E5", "12E5"),
        ("1.2.840", "1.2.840"),
        ("P-01.0", "P-01.0"),
        ("63.5", "63.5"),
        ("Ｐ１", "Ｐ１"),
        ("\u1112\u116a\u11ab", "환"),
    ],
)
def test_names_keep_leading_zeros_and_lose_only_what_a_float_added(written: str, name: str) -> None:
    assert identifier(written) == name


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d~\uff5e\u301c")
def test_any_dash_or_tilde_between_two_vertebrae_is_the_same(dash: str) -> None:
    assert bare(f"L4{dash}L5") == bare("l4_l5") == "l4l5"


def test_words_are_compared_without_case_blanks_and_wide_forms() -> None:
    assert word(" ＳＥＶＥＲＥ ") == word("severe")
    assert word("３") == word("3.0") == "3"
    assert word("03") != word("3")


@pytest.mark.parametrize("end", ["", "x", ".", ".x", "e", "e5x"])
def test_a_megabyte_of_digits_costs_linear_time(end: str) -> None:
    written = "9" * 2**20 + end
    started = time.perf_counter()
    assert number(written) is None
    assert whole(written) == word(written) == identifier(written) == written
    assert age_of(written) == canal_of(written, Canal()) == Field(bad=True)
    assert time.perf_counter() - started < 5  # a quadratic scan takes hours


def test_long_values_are_not_remembered() -> None:
    met: list[str] = []
    read = remembered(met.append)
    for value in ("short", "short", "long" * 99, "long" * 99):
        read(value)
    assert [each[:5] for each in met] == ["short", "longl", "longl"]


def test_no_written_number_costs_more_than_its_length() -> None:
    assert whole("1e99999999999") == "1e99999999999"
    assert whole("9" * 100_000 + ".0") == "9" * 100_000 + ".0"
    assert math.isfinite(number("0." + "1" * 300) or math.inf)
