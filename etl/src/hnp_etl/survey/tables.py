"""Tables of the page: images by kind, label keys by field, and how figures are written. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from hnp_etl.survey.images import SeriesRow
from hnp_etl.survey.label_keys import KeyProfile, LabelKeys
from hnp_etl.survey.masking import shown_key, shown_place
from hnp_etl.survey.table_sheet import TableSheet
from hnp_shared.command import aligned
from hnp_shared.vocabulary import Reason

MOST_ROWS = 40
"""Rows of a table on the page; --json has all."""

MOST_VALUES = 8
"""Values of a histogram on the page."""

_NO_HEADER = "found no line that looks like a header"
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with BOM",
    "cp949": "CP949",
    "utf-16": "UTF-16",
}


def series_rows(series: Sequence[SeriesRow]) -> list[str]:
    """Return the table of images; planes of one series text share a row where all else is equal."""
    merged: dict[tuple[str, ...], list[SeriesRow]] = {}
    for row in series:
        key = (row.outcome, row.text, row.weighting, row.weighting_from, row.plane_from)
        merged.setdefault(key[:1] if row.outcome == Reason.NOT_MR else key, []).append(row)
    rows = [
        (
            same[0].outcome,
            f"{sum(row.images for row in same):,}",
            f"{max(row.series for row in same):,}",
            _told((row.plane for row in same), same[0].plane_from),
            _told((row.weighting for row in same), same[0].weighting_from),
            same[0].text or "(empty)",
        )
        if len(key) > 1
        else _not_mr(same)
        for key, same in merged.items()
    ]
    head = ("outcome", "images", "series", "plane (from)", "weighting (from)", "Series Description")
    return table(head, rows)


def _told(values: Iterable[str], source: str) -> str:
    return f"{'/'.join(sorted(set(values)))} ({source})"


def _not_mr(same: Sequence[SeriesRow]) -> tuple[str, ...]:
    """Return one row for all that is no MR image: nobody wants to read its texts."""
    counts = (f"{sum(row.images for row in same):,}", f"{sum(row.series for row in same):,}")
    texts = len({row.text for row in same})
    return (same[0].outcome, *counts, "-", "-", f"({many(texts, 'text')}: --json)")


def key_rows(
    keys: LabelKeys, encodings: Iterable[tuple[str, int]], left_out: Collection[str]
) -> Iterator[str]:
    """Yield the table of label keys; the keys of the five discs share a row."""
    if not keys.labels:
        return
    rows = [
        (
            _reading(same, left_out),
            " ".join([shown_key(same[0].path), *(shown_key(each.path[-1:]) for each in same[1:])]),
            f"{max(each.labels for each in same):,}",
            _coverage(same[0]),
            histogram(_sum(each.types for each in same)),
            _values(same),
        )
        for same in _grouped(keys.keys)
    ]
    yield from table(("read as", "key", "labels", "of the labels in", "types", "values"), rows)
    if keys.rare:
        yield f"and {many(keys.rare, 'key')} in few labels or with many siblings, not shown"
    told = histogram({_ENCODINGS.get(name, name): count for name, count in encodings})
    yield f"encodings: {told}"


def sheet_rows(sheets: Sequence[TableSheet]) -> list[str]:
    """Return the table of tables: a row a sheet, each column with what it may be; and the rest."""
    rows = [
        (
            f"{sheet.number}.{sheet.sheet}",
            f"{len(sheet.lines):,}",
            f"line {sheet.header_line}",
            f"{100 * sheet.naming:.0f} %" if sheet.key is not None else "-",
            _columns_told(sheet),
        )
        for sheet in sheets
        if sheet.header_line is not None
    ]
    head = ("table.sheet", "lines", "header", "naming images", "columns (read as)")
    silent = [sheet.refused or _NO_HEADER for sheet in sheets if sheet.header_line is None]
    told = [f"not read: {many(n, 'sheet')}, {what}" for what, n in Counter(silent).items()]
    return [*table(head, rows), *told]


def _columns_told(sheet: TableSheet) -> str:
    roles = {sheet.key: " (image)", sheet.level: " (disc)", sheet.code: " (code)"}
    roles |= dict.fromkeys(sheet.discs, " (codes)")
    named = [(number, name) for number, name in enumerate(sheet.columns) if name]
    told = [f"{shown_key((name,))}{roles.get(number, '')}" for number, name in named]
    rest = len(told) - MOST_ROWS
    return ", ".join(told[:MOST_ROWS] + ([f"{rest} more"] if rest > 0 else []))


def _reading(same: Sequence[KeyProfile], left_out: Collection[str]) -> str:
    """Return as what a key is read."""
    if shown_key(same[0].path) in left_out:
        return "left out"
    return "disc codes" if len(same) > 1 else _field_of(same[0]) or "-"


def _grouped(keys: Iterable[KeyProfile]) -> list[list[KeyProfile]]:
    """Return keys by field, those of discs under one parent together, without mere places."""
    groups: dict[tuple[object, ...], list[KeyProfile]] = {}
    for each in keys:
        if each.guess is None and set(each.types) == {"object"}:
            continue
        level = each.guess is not None and each.guess.is_level
        field = "" if level else each.guess.field if each.guess else "~"
        where = each.path[:-1] if level else each.path
        groups.setdefault((field, where, tuple(each.hospitals)), []).append(each)
    return [sorted(groups[key], key=_field_of) for key in sorted(groups, key=repr)]


def _field_of(profile: KeyProfile) -> str:
    return profile.guess.field if profile.guess else ""


def _coverage(profile: KeyProfile) -> str:
    """Return in which hospitals a key is, and in which share of their labels."""
    shares = Counter(f"{100 * share:.0f} %" for share in profile.hospitals.values())
    if len(shares) == 1:
        return f"{next(iter(shares))} {' '.join(map(shown_place, profile.hospitals))}"
    told = (f"{100 * share:.0f} % {shown_place(name)}" for name, share in profile.hospitals.items())
    return ", ".join(told)


def _values(same: Sequence[KeyProfile]) -> str:
    median = same[0].median
    if median is not None:
        units = f", in {'/'.join(same[0].unit_words)}" if same[0].unit_words else ""
        return f"median {median:g}{units}"
    values, hidden = _sum(each.values for each in same), sum(each.hidden for each in same)
    if not values:
        return "-"
    return histogram(values) + (f", {hidden:,} not shown" if hidden else "")


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total = Counter[str]()
    for each in counts:
        total.update(each)
    return total


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return a table with its head, nothing without rows."""
    if not rows:
        return []
    rest = len(rows) - MOST_ROWS
    more = [f"and {many(rest, 'row')} more: --json has all"] if rest > 0 else []
    return [*aligned([head, *rows[:MOST_ROWS]]), *more]


def histogram(counts: Mapping[str, int]) -> str:
    """Return values and how often they are, the most frequent first."""
    often = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{value or 'empty'}: {count:,}" for value, count in often[:MOST_VALUES])
    return told + (f", {len(often) - MOST_VALUES} more" if len(often) > MOST_VALUES else "")


def many(count: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def bytes_of(size: int) -> str:
    """Return a size in a unit that fits it."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} B"
