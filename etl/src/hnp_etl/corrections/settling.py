"""What holds of one field of one slice when one or several readers have spoken. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hnp_etl.corrections.values import Value

NOT_HELD = (
    "found an `old` that does not hold, expected what the data set says without this row; "
    "was the file made of another data set, or does one of an earlier reading lack?"
)
DISAGREE = "found readers that disagree, expected one answer, or --adjudicated FILE that decides"
UNDECIDED = "found adjudications that disagree, expected one"


class UnsettledError(ValueError):
    """What readers say of a field cannot be applied; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one reader says: the value that was shown, and what it should be."""

    old: Value
    new: Value


def settle(
    source: Value,
    said: Sequence[Said],
    *,
    shown: Sequence[Value] = (),
    decided: Sequence[Said] = (),
) -> Value:
    """Return the value that holds, in whatever order files are given.

    A second reading may be about what a first one corrected: answers are followed from the label's
    value on, each step by readers that were shown the same. Who confirms a value where another
    changes it disagrees, and so does who changes it back.

    >>> settle(3, [Said(3, 4), Said(4, 2), Said(3, 4)])
    2

    Args:
        source: what the label says.
        said: by readers.
        shown: to readers who could not tell.
        decided: by an adjudicator, over what readers say.

    Raises:
        UnsettledError: readers disagree and nobody decides, or were shown another value.
    """
    if decided:
        held = {source, *(each.new for each in said)}
        value = decided[0].new
        if any(each.new != value for each in decided):
            raise UnsettledError(UNDECIDED)
    else:
        held, value = _follow(source, said)
    olds = [*(each.old for each in (*said, *decided)), *shown]
    if any(old not in held for old in olds):
        raise UnsettledError(NOT_HELD)
    return value


def _follow(source: Value, said: Sequence[Said]) -> tuple[set[Value], Value]:
    """Return the values on the way from the label's, and the last."""
    passed, value = {source}, source
    while answers := {each.new for each in said if each.old == value}:
        if len(answers) > 1:
            raise UnsettledError(DISAGREE)
        (new,) = answers
        if new == value:
            break
        if new in passed:
            raise UnsettledError(DISAGREE)
        passed.add(new)
        value = new
    return passed, value
