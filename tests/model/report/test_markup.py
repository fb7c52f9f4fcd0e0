"""A hospital's name on a page is text: no tag, link or line of its own."""

import pytest

from hnp_model.report.markup import without_markup


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "</td><script>", "<!-- x", "[a](javascript:b)", "![a][b]"],
)
def test_no_tag_and_no_link_of_a_name_is_left(name: str) -> None:
    shown = without_markup(name)
    assert "](" not in shown
    assert "][" not in shown
    assert not [mark for mark in ("<i", "</", "<s", "<!") if mark in shown]


def test_what_our_own_pages_say_stays_as_it_was() -> None:
    for text in ("1 (normal) < 2 (patient)", "**LEAKS**", "`level`", "0.5 to 0.7 [years]"):
        assert without_markup(text) == text


def test_a_name_is_one_line() -> None:
    assert without_markup("a\n# b\x1b") == "a # b "
