import pytest

from bench.page import DATA, PAGE, page
from bench.peers import ROOT


@pytest.mark.skipif(not (ROOT / "docs" / DATA).exists(), reason="nothing was measured yet")
def test_the_page_is_what_the_figures_give() -> None:
    docs = ROOT / "docs"
    figures = (docs / DATA).read_text(encoding="utf-8")
    assert (docs / PAGE).read_text(encoding="utf-8") == page(figures)
