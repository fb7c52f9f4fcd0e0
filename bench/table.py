"""The table of ratios, as text and as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bench.record import Judged, Outcome

HEAD = ("row", "ours", "theirs", "ratio", "target", "repeats", "verdict")

Figures = tuple[float, float, float]


def rows_of(judged: Iterable[Judged]) -> list[tuple[str, ...]]:
    """Return the cells, one line a row."""
    return [
        (
            each.row.name,
            _figure(each.ours, each.row.unit),
            f"{each.best} {_figure(each.theirs, each.row.unit)}".strip(),
            _ratio(each),
            _target(each),
            str(each.repeats),
            each.verdict if each.verdict != "missed" else "**missed**",
        )
        for each in judged
    ]


def markdown(judged: Iterable[Judged]) -> str:
    """Return the table as Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *rows_of(judged)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def to_json(
    outcomes: Mapping[str, Outcome], machine: Mapping[str, str], sizes: Mapping[str, float]
) -> str:
    """Return everything that the page needs."""
    content: dict[str, Any] = {
        "machine": dict(machine),
        "sizes": dict(sizes),
        "outcomes": {
            name: {
                "seconds": {side: list(values) for side, values in outcome.seconds.items()},
                "missing": dict(outcome.missing),
                "detail": dict(outcome.detail),
                "profile": list(outcome.profile),
            }
            for name, outcome in sorted(outcomes.items())
        },
    }
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def from_json(text: str) -> tuple[dict[str, Outcome], dict[str, str], dict[str, float]]:
    """Return what `to_json` wrote: outcomes, machine, sizes."""
    found = json.loads(text)
    outcomes = {
        name: Outcome(
            contest=name,
            sizes=found["sizes"],
            seconds={side: tuple(values) for side, values in each["seconds"].items()},
            missing=each["missing"],
            detail=each["detail"],
            profile=tuple(each["profile"]),
        )
        for name, each in found["outcomes"].items()
    }
    return outcomes, found["machine"], found["sizes"]


def missing_lines(outcomes: Iterable[Outcome]) -> Sequence[str]:
    """Return one line for each side that could not be run."""
    return [
        f"- {side}: {reason}"
        for outcome in outcomes
        for side, reason in sorted(outcome.missing.items())
    ]


def _figure(figures: Figures | None, unit: str) -> str:
    if figures is None:
        return ""
    middle, least, most = figures
    if unit == "slices/s":
        middle, least, most = 1 / middle, 1 / most, 1 / least
    digits = 0 if min(abs(least), abs(middle)) >= 100 else 2
    return f"{middle:,.{digits}f} ({least:,.{digits}f}-{most:,.{digits}f}) {unit}"


def _ratio(each: Judged) -> str:
    if each.ratio is None or each.row.bound == "value":
        return ""
    middle, least, most = each.ratio
    return f"{middle:.3g} ({least:.3g}-{most:.3g})"


def _target(each: Judged) -> str:
    sign = ">=" if each.row.bound == "faster" else "<="
    kind = {"faster": " x as fast", "cost": " x the time", "value": f" {each.row.unit}"}
    return f"{sign} {each.row.target:g}{kind[each.row.bound]}"
