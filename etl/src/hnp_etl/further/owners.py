"""Whom a line of a table names: patients by their values, studies by their UIDs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hnp_etl.further.table import KeyedLine
from hnp_etl.recipes.grammar import identifier
from hnp_etl.state.people import Known
from hnp_shared.errors import InputError


@dataclass(frozen=True, slots=True)
class Matched:
    """Lines and whom they name.

    Attributes:
        lines: with the owner, in the order of the table.
        unmatched: lines whose key names nobody in the data set.
        keyless: lines without a key.
        unclear: lines whose key names several people of one hospital.
    """

    lines: Sequence[tuple[KeyedLine, str]]
    unmatched: int
    keyless: int
    unclear: int

    @property
    def owners(self) -> int:
        """How many patients or studies are named."""
        return len({owner for _, owner in self.lines})


def match(lines: Sequence[KeyedLine], known: Iterable[Known], there: frozenset[str]) -> Matched:
    """Return whom each line names.

    Args:
        lines: of the table.
        known: values and whose they are, of the hospitals that the table is of.
        there: owners that are in the data set.

    Raises:
        InputError: a key names people of several hospitals, or none names anybody.
    """
    owners: dict[tuple[str | None, str], set[Known]] = {}
    for each in known:
        if each.owner in there:
            value = identifier(each.value)
            for hospital in (each.hospital, None):  # a line may tell its hospital, or not
                owners.setdefault((hospital, value), set()).add(each)
    matched: list[tuple[KeyedLine, str]] = []
    unmatched = keyless = unclear = several = 0
    for line in lines:
        if line.key is None:
            keyless += 1
            continue
        found = owners.get((line.hospital, line.key), set())
        people = {each.owner for each in found}
        if len(people) == 1:
            matched.append((line, min(people)))
        elif people:
            unclear += 1
            several += len({each.hospital for each in found}) > 1
        else:
            unmatched += 1
    if several:
        raise InputError(
            f"{several} lines name people of several hospitals, expected one hospital a table, "
            "or a column that tells it: --hospital NAME, --hospital-column HEADER"
        )
    if not matched:
        zeros = _but_for_zeros(lines, {value for _, value in owners})
        raise InputError(
            f"none of {unmatched + keyless + unclear} lines names anybody of the data set, whose "
            f"{len(there)} patients or studies were looked for; "
            f"{zeros or 'is the column of the key the right one, and the hospital?'}"
        )
    return Matched(tuple(matched), unmatched, keyless, unclear)


def _but_for_zeros(lines: Iterable[KeyedLine], values: set[str]) -> str:
    """Return what to do where a spreadsheet took the zeros off the front of values; else ""."""
    bare = {value.lstrip("0") for value in values} - {""}
    others = [line.key for line in lines if line.key and line.key not in values]
    count = sum(key.lstrip("0") in bare for key in others)
    told = f"{count} would with the zeros in front that a spreadsheet took off, expected them kept"
    return f"{told} (save the column as text)" if count else ""
