"""What a check of this machine found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the table.

    Attributes:
        check: what is claimed, in a few words.
        detail: what was tried, in numbers, or the first thing that was wrong; never a path.
    """

    check: str
    passed: bool
    detail: str


def expect_same(
    check: str, found: dict[str, bytes], expected: dict[str, bytes], tried: str
) -> Outcome:
    """Return whether two folders hold the same files with the same bytes.

    Args:
        check: what is claimed.
        found: one folder.
        expected: the other.
        tried: what was tried, for the detail.
    """
    names = found.keys() | expected.keys()
    differing = sum(found.get(name) != expected.get(name) for name in names)
    if differing:
        return Outcome(check, False, f"{differing} of {len(names)} files differ after {tried}")
    return Outcome(check, True, f"{tried}: {len(names)} files the same")
