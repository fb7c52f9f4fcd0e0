"""A report says the same in every language, and says all of it."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner

from hnp_etl.cli import main
from hnp_etl.explain.remedies import remedy
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.report.wording import phrases_of, shown, told_of, wording
from hnp_shared.dataset import Dataset
from hnp_shared.notices import Misfit, Notice
from hnp_shared.vocabulary import Reason

ENGLISH, KOREAN = wording("en").texts, wording("ko").texts
_NAME = re.compile(r"\{(\w+)[^}]*\}")
_HANGUL = re.compile("[가-힣]")
_KEPT = {"sources.dicom"}
"""Texts that need no Hangul."""


def test_both_catalogues_have_the_same_keys() -> None:
    assert sorted(KOREAN) == sorted(ENGLISH)


@pytest.mark.parametrize("key", sorted(KOREAN))
def test_a_text_fills_the_same_names_in_both_languages(key: str) -> None:
    names = [set(_NAME.findall(texts[key])) for texts in (ENGLISH, KOREAN)]
    if key.startswith("counted."):
        names = [each | {"source"} for each in names]
    assert names[0] == names[1]
    assert bool(_HANGUL.search(KOREAN[key])) != (key in _KEPT)


def test_every_word_that_the_page_asks_for_is_in_the_catalogue() -> None:
    script = (resources.files("hnp_etl.report") / "page.js").read_text("utf-8")
    asked = set(re.findall(r'say\("([\w.]+)"', script))
    assert len(asked) > 60
    assert asked <= set(shown(wording("ko")))


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_its_phrase_in_korean(reason: Reason) -> None:
    assert "{" not in remedy([reason], Recipe(name="x"), phrases_of(wording("ko")))


@pytest.mark.parametrize("kind", list(Misfit))
def test_notices_are_told_in_korean_even_where_a_count_is_missing(kind: Misfit) -> None:
    told = told_of(Notice("H01", kind, "label", {"values": 3, "of": 9}), wording("ko"))
    assert _HANGUL.search(told)
    assert "{" not in told


def test_a_notice_of_a_later_version_is_told_as_it_is() -> None:
    notice = Notice("H01", "later", "label", {"patients": 3})
    assert told_of(notice, wording("ko")) == notice.sentence == "later: 3 patients"


def test_a_korean_page_has_the_numbers_of_the_english_one(dataset: Dataset, tmp_path: Path) -> None:
    found = []
    for language in ("en", "ko"):
        file = tmp_path / f"{language}.html"
        asked = ["report", str(dataset.folder), "-o", str(file), "--lang", language]
        assert CliRunner().invoke(main, asked).exit_code == 0
        page = file.read_text("utf-8")
        assert f'<html lang="{language}">' in page
        found.append(json.loads(page.split('id="content">')[1].split("</script>")[0]))
    english, korean = found
    for key in (
        "cells",
        "patients",
        "columns",
        "words",
        "files",
        "flow",
        "greys",
        "pictures",
        "apart",
    ):
        assert english[key] == korean[key]
    assert set(english["reasons"]) == set(korean["reasons"])
    assert all(_HANGUL.search(each["means"]) for each in korean["reasons"].values())
