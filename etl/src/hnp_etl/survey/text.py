"""The findings of a survey as a page that is read in one go. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from hnp_etl.survey.advice import advice
from hnp_etl.survey.findings import Findings
from hnp_etl.survey.masking import shown_place
from hnp_etl.survey.tables import (
    MOST_VALUES,
    bytes_of,
    histogram,
    key_rows,
    many,
    series_rows,
    sheet_rows,
    table,
)
from hnp_shared.vocabulary import Kind

_STEPS = {
    "a": "(a) same folder and stem",
    "b": "(b) same path but for image and label folders",
    "c": "(c) stem unique in hospital, procedure and partition",
    "d": "(d) UID or file name inside the label",
}


def page(findings: Findings, *, recipe: str | None) -> str:
    """Return the page.

    Args:
        findings: what was found.
        recipe: name of the file that the drafted recipe was written to, or that was given.
    """
    sections = (
        ("", _summary(findings)),
        ("Where they lie", _places(findings)),
        ("Archives", _archives(findings)),
        ("Files that give nothing", _refusals(findings)),
        ("Images", series_rows(findings.series)),
        ("Tables", sheet_rows(findings.tables)),
        ("Label keys", key_rows(findings.keys, findings.encodings, findings.draft.refused)),
        ("Codes by disc, on chosen slices: wanted, with a sound label", _codes(findings)),
        ("Pairing", _pairing(findings)),
        ("Who is the patient, by wanted slices with a label", _identity(findings)),
        ("A build with the drafted recipe, before decoding", _outcomes(findings)),
        ("What to do next", advice(findings, recipe=recipe)),
    )
    written = (_section(title, list(lines)) for title, lines in sections)
    return "\n\n".join(section for section in written if section)


def _section(title: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    return "\n".join([title.upper(), *lines] if title else lines)


def _summary(findings: Findings) -> Iterator[str]:
    size = sum(place.size for place in findings.places)
    kinds = ", ".join(many(findings.count(kind), f"{kind} file") for kind in _kinds(findings))
    yield f"{many(findings.files, 'file')}, {bytes_of(size)}: {kinds}"
    if findings.excluded:
        yield f"left out by --exclude or layout.exclude: {many(findings.excluded, 'file')}"
    if findings.others.suffixes:
        named = {suffix or "names with a dot": n for suffix, n in findings.others.suffixes.items()}
        yield f"others by suffix: {histogram(named)}"
    if findings.garbled:
        yield f"folder names garbled in unpacking, read as Korean: {findings.garbled:,}"


def _places(findings: Findings) -> list[str]:
    merged: dict[tuple[str, str, str], Counter[str]] = {}
    for place in findings.places:
        key = (place.hospital, place.procedure or "-", place.partition or "-")
        counts = merged.setdefault(key, Counter())
        counts[place.kind] += place.files
        counts["size"] += place.size
    kinds = _kinds(findings)
    rows = [
        (*map(shown_place, key), *(f"{n[kind]:,}" for kind in kinds), bytes_of(n["size"]))
        for key, n in merged.items()
    ]
    heads = (*("hospital", "procedure", "partition"), *(f"{kind}s" for kind in kinds), "size")
    return table(heads, rows)


def _kinds(findings: Findings) -> list[Kind]:
    return [kind for kind in Kind if kind is not Kind.ARCHIVE or findings.count(kind)]


def _archives(findings: Findings) -> Iterator[str]:
    if findings.archives:
        rows = [
            (row.kind, f"{row.files:,}", bytes_of(row.size), row.outcome)
            for row in findings.archives
        ]
        yield from table(("archive", "files", "size", "outcome"), rows)
        for row in findings.archives:
            if row.advice:
                yield f"{row.kind}, {row.outcome}: {row.advice}"


def _refusals(findings: Findings) -> list[str]:
    rows = [(str(kind), str(reason), f"{n:,}") for kind, reason, n in findings.refusals]
    rows += [
        ("other", f"holds DICOM, is named {suffix}", f"{findings.others.suffixes[suffix]:,}")
        for suffix in findings.others.holding_dicom
    ]
    return table(("kind", "reason", "files"), rows)


def _codes(findings: Findings) -> Iterator[str]:
    codes = findings.codes
    if codes.slices:
        names = sorted({code for counts in codes.levels.values() for code in counts})
        shown = names[: MOST_VALUES * 2]
        rows = [
            (level, *(f"{counts.get(code, 0):,}" for code in shown))
            for level, counts in codes.levels.items()
        ]
        yield from table(("disc", *(code or "empty" for code in shown)), rows)
    if findings.keys.labels:
        yield codes.sentence()


def _pairing(findings: Findings) -> Iterator[str]:
    rows = [(text, f"{findings.steps.get(step, 0):,}") for step, text in _STEPS.items()]
    if not findings.keys.labels:
        return
    yield from table(("step", "pairs"), rows)
    unpaired = findings.unpaired
    yield (
        f"without a partner: {many(unpaired.images, 'image')} "
        f"({findings.unpaired_wanted:,} of them wanted), {many(unpaired.labels, 'label')}"
    )
    for difference, count in list(unpaired.differences.items())[:3]:
        yield f"  {many(count, 'label')}: {difference}"


def _identity(findings: Findings) -> list[str]:
    rows = [
        (
            shown_place(row.hospital),
            f"{row.slices:,}",
            *(
                f"{100 * present / row.slices:.0f} % ({values:,})"
                for present, values in (
                    (row.label, row.label_values),
                    (row.dicom, row.dicom_values),
                    (row.study, row.study_values),
                )
            ),
            f"{100 * row.agreeing / row.slices:.0f} %",
            row.source,
        )
        for row in findings.identity
    ]
    head = ("hospital", "slices", "label", "dicom", "study", "label = dicom", "a build takes")
    return [*table(head, rows), *(notice.line for notice in findings.notices)]


def _outcomes(findings: Findings) -> list[str]:
    rows = [(outcome, f"{count:,}") for outcome, count in findings.outcomes.items()]
    return table(("outcome", "images"), rows)
