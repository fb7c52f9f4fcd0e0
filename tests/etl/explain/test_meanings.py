"""Every reason and every flag says what it means and what to do."""

import pytest

from hnp_etl.explain.meanings import FLAGS, REASONS
from hnp_shared.vocabulary import Flag, Reason


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_meaning_and_something_to_do(reason: Reason) -> None:
    assert REASONS[reason].means
    assert REASONS[reason].do


@pytest.mark.parametrize("flag", list(Flag))
def test_every_flag_has_a_meaning_and_something_to_do(flag: Flag) -> None:
    assert FLAGS[flag].means
    assert FLAGS[flag].do


def test_no_two_words_mean_the_same() -> None:
    for words in (REASONS, FLAGS):
        assert len({each.means for each in words.values()}) == len(words)
