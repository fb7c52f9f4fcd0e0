"""A mask belongs to the slice whose path ends as its own; what may be another's is nobody's."""

import pytest

from hnp_etl.masks.classes import meaning_of, parse_value
from hnp_etl.masks.linking import Lost, link_masks
from hnp_shared.errors import InputError


def test_the_longest_common_end_of_paths_links() -> None:
    slices = {"src/H01/P1/0001.dcm": ["a"], "src/H01/P2/0001.dcm": ["b"]}
    links = link_masks(["P1/0001_mask.png", "P2/0001.png"], slices)
    assert links == {"P1/0001_mask.png": ["a"], "P2/0001.png": ["b"]}


def test_an_end_that_two_masks_or_two_slices_have_links_nothing() -> None:
    slices = {"src/P1/0001.dcm": ["a"], "src/P2/0002.dcm": ["b"], "src/P3/0002.dcm": ["c"]}
    links = link_masks(["X/0001.png", "Y/0001.png", "0002.png", "0009.png"], slices)
    assert links["X/0001.png"] is links["Y/0001.png"] is links["0002.png"] is Lost.AMBIGUOUS
    assert links["0009.png"] is Lost.NO_SLICE


def test_two_masks_of_one_slice_are_both_left_out() -> None:
    links = link_masks(["P1/1.png", "P1/1_seg.png"], {"src/P1/1.dcm": ["a"]})
    assert set(links.values()) == {Lost.AMBIGUOUS}


@pytest.mark.parametrize("text", ["50", "x=disc", "300=disc", "5=bone", "=sac"])
def test_a_value_is_a_number_and_a_class(text: str) -> None:
    with pytest.raises(ValueError, match="NUMBER=CLASS"):
        parse_value(text)


def test_numbers_are_told_as_ours_or_as_greys() -> None:
    assert meaning_of([0, 1, 2], {}).kind == "ours"
    assert meaning_of([0, 50, 150], {}).kind == "sudirman"
    with pytest.raises(InputError, match="found 0, 17"):
        meaning_of([0, 17], {})
