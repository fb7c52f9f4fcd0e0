"""A protocol as text, drafted from how slices were acquired; a person has to check it. Pure."""

import math
from collections import Counter
from collections.abc import Callable, Iterator

from hnp_etl.protocols.acquisitions import Acquisitions, Value
from hnp_etl.protocols.protocol import NUMBERS, WORDS, Protocol, Range, Rules, Words
from hnp_shared.vocabulary import Vendor

_DIGITS = 3


def drafted(acquired: Acquisitions) -> Protocol:
    """Return a protocol that all these slices keep to: least to greatest value, rounded outwards.

    Three digits are kept. As many may be missing as are in the hospital that lacks most.
    """
    rules: dict[str, Range | Words] = {}
    for column in (*NUMBERS, *WORDS):
        values = acquired.values(column)
        missing = max(_missing(acquired.at(each, column)) for each in acquired.hospitals)
        known = [each for each in values if each is not None]
        if known and column in WORDS:
            words = tuple(Vendor(each) for each in sorted(map(str, known)))
            rules[column] = Words(words=words, missing=missing)
        elif known:
            numbers = [float(each) for each in known]
            ends = (_outwards(min(numbers), math.floor), _outwards(max(numbers), math.ceil))
            rules[column] = Range(range=ends, missing=missing)
    return Protocol(all=Rules.model_validate(rules))


def protocol_text(acquired: Acquisitions) -> str:
    """Return the drafted protocol as TOML; comments say what each hospital has."""
    return "\n".join([*_HEAD, *_lines(acquired, drafted(acquired))]) + "\n"


_HEAD = (
    "# Acquisition protocol, drafted from what was found: CHECK each line against what was agreed.",
    "# hnp-etl check OUT --protocol THIS holds every hospital against it and ends with 3 when one",
    "# does not keep to it. missing and outside are shares of slices that are let pass.",
    "# A table [hospital.H02] with the same keys holds for that hospital in place of [all].",
    "",
    "[all]",
)


def _lines(acquired: Acquisitions, protocol: Protocol) -> Iterator[str]:
    for column in (*NUMBERS, *WORDS):
        rule = protocol.all.of(column)
        if rule is None:
            continue
        for hospital in acquired.hospitals:
            yield f"# {_told(hospital)}: {_usual(acquired.at(hospital, column))}"
        missing = f", missing = {rule.missing:g}" if rule.missing else ""
        if isinstance(rule, Words):
            allowed = "words = [" + ", ".join(f'"{each}"' for each in rule.words) + "]"
        else:
            low, high = rule.range
            allowed = f"range = [{low:g}, {high:g}]"
        yield f"{column} = {{ {allowed}{missing} }}  # CHECK"


def _told(hospital: str) -> str:
    return hospital if hospital.isprintable() else "a hospital"


def _usual(values: Counter[Value]) -> str:
    """Return the commonest values of a hospital, in words."""
    known = Counter({each: n for each, n in values.items() if each is not None})
    if not known:
        return "no value"
    shown = [_number(each) for each, _ in known.most_common(3)]
    return ", ".join(shown) + (f" and {len(known) - 3} more" if len(known) > 3 else "")


def _number(value: Value) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _outwards(value: float, rounded: Callable[[float], int]) -> float:
    """Round to three digits, never towards the middle."""
    if value == 0:
        return 0.0
    places = _DIGITS - 1 - math.floor(math.log10(abs(value)))
    near = round(value, places + 3)  # 0.1 of float32 is no reason for 0.101
    return round(rounded(near * 10.0**places) / 10.0**places, max(places, 0))


def _missing(values: Counter[Value]) -> float:
    return math.ceil(1000 * values[None] / max(values.total(), 1)) / 1000
