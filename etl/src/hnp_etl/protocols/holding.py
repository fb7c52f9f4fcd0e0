"""Whether slices were acquired as a protocol asks, hospital by hospital. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from hnp_etl.protocols.acquisitions import Acquisitions, Value
from hnp_etl.protocols.protocol import NUMBERS, WORDS, Protocol, Range, Words


@dataclass(frozen=True, slots=True)
class Deviation:
    """A column of a hospital that is not as asked.

    Attributes:
        slices: of the hospital.
        outside: slices whose value is not allowed.
        missing: slices without a value.
        expected: what is allowed, in words.
        found: values outside, in words; empty when values are only missing.
    """

    hospital: str
    column: str
    slices: int
    outside: int
    missing: int
    expected: str
    found: str


def deviations(acquired: Acquisitions, protocol: Protocol) -> list[Deviation]:
    """Return what is not as the protocol asks, by hospital and column."""
    return list(_deviations(acquired, protocol))


def unmet_hospitals(acquired: Acquisitions, protocol: Protocol) -> list[str]:
    """Return hospitals that the protocol names and the data set does not have."""
    return sorted(set(protocol.hospital) - set(acquired.hospitals))


def _deviations(acquired: Acquisitions, protocol: Protocol) -> Iterator[Deviation]:
    for hospital in acquired.hospitals:
        for column in (*NUMBERS, *WORDS):
            rule = protocol.rule(hospital, column)
            values = acquired.at(hospital, column)
            if rule is None or not values:
                continue
            beyond = Counter({each: n for each, n in values.items() if not _allows(rule, each)})
            missing, total = values[None], values.total()
            outside = beyond.total()
            known = total - missing
            if missing > rule.missing * total or outside > rule.outside * known:
                expected, found = _expected(rule), _found(beyond)
                yield Deviation(hospital, column, total, outside, missing, expected, found)


def _allows(rule: Range | Words, value: Value) -> bool:
    if value is None:
        return True  # counted apart
    if isinstance(rule, Words):
        return value in rule.words
    low, high = rule.range
    # a column is float32: 0.1 of a protocol is the 0.1 of a column
    slack = 1e-6 * max(abs(low), abs(high))
    return low - slack <= float(value) <= high + slack


def _expected(rule: Range | Words) -> str:
    if isinstance(rule, Words):
        return " or ".join(rule.words)
    low, high = rule.range
    return f"{low:g} to {high:g}"


def _found(beyond: Counter[Value]) -> str:
    if not beyond:
        return ""
    numbers = [each for each in beyond if isinstance(each, int | float)]
    if not numbers:
        return ", ".join(sorted(str(each) for each in beyond))
    low, high = min(numbers), max(numbers)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
