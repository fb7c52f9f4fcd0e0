"""The page in Korean: every sentence that it may say is translated, and none that it may not."""

import re
from pathlib import Path

from hnp_model.dossier.language import words_in
from model.conftest import invoke
from model.dossier.sentences import of_page
from model.dossier.test_making import content

VALUE = re.compile(r"\{\w+\}")


def test_every_sentence_of_the_page_has_one_in_korean_and_the_reverse() -> None:
    assert set(words_in("ko").catalogue) == of_page()


def test_a_translation_has_the_values_of_its_sentence() -> None:
    for english, korean in words_in("ko").catalogue.items():
        assert sorted(VALUE.findall(english)) == sorted(VALUE.findall(korean)), english


def test_numbers_are_the_same_in_both_languages(run: Path, tmp_path: Path) -> None:
    pages = {}
    for language in ("en", "ko"):
        pages[language] = tmp_path / f"{language}.html"
        done = invoke("report", run, "-o", pages[language], "--lang", language)
        assert done.exit_code == 0, done.output
    english, korean = (content(pages[language])["runs"][0] for language in ("en", "ko"))
    assert '<html lang="ko">' in pages["ko"].read_text("utf-8")
    said = ("short", "warnings", "limits", "ids")
    assert {name: one for name, one in english.items() if name not in said} == {
        name: one for name, one in korean.items() if name not in said
    }
    number = re.compile(r"\d+(?:\.\d+)?")
    for one, other in zip(english["short"], korean["short"], strict=True):
        assert sorted(number.findall(one)) == sorted(number.findall(other)), (one, other)
        assert one != other
