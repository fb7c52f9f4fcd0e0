"""What was found of the machine."""

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    ADVICE = "advice"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table.

    Attributes:
        check: what was looked at.
        found: in numbers or words of ours; never a name of host, user or folder.
        do: what to do about it; empty where nothing needs to be.
    """

    check: str
    weight: Weight
    found: str
    do: str = ""


def at_least(check: str, found: str, is_enough: bool, do: str, *, vital: bool = False) -> Finding:
    """Return a finding with what to do when something is not enough."""
    if is_enough:
        return Finding(check, Weight.OK, found)
    return Finding(check, Weight.FAULT if vital else Weight.ADVICE, found, do)
