"""docs/performance.md from measured figures and a template: no figure is typed by hand."""

from collections.abc import Mapping
from pathlib import Path
from string import Template

from bench.catalogue import ROWS
from bench.costs import FLOAT_BYTES_A_SLICE, HEADLINE_FILES, SMALL_FILES, Costs, costs_of
from bench.picture import draw
from bench.record import Judged, Outcome, judge
from bench.table import from_json, markdown, missing_lines

TEMPLATE = Path(__file__).parent / "performance.md.in"
PAGE, DATA, PICTURE = "performance.md", "performance.json", "performance.svg"
QUARTER = 4
"""One file in so many is a slice that is kept."""


def write_page(folder: Path, text: str) -> None:
    """Write the page, its figures and its picture into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    outcomes, _, _ = from_json(text)
    (folder / DATA).write_text(text, encoding="utf-8")
    (folder / PAGE).write_text(page(text), encoding="utf-8")
    draw(outcomes, folder / PICTURE)


def page(text: str) -> str:
    """Return the page of measured figures.

    Args:
        text: as `to_json` wrote it.
    """
    outcomes, machine, sizes = from_json(text)
    judged = [judge(row, outcomes.get(row.contest)) for row in ROWS]
    files, slices = int(40 * sizes["patients"]), int(10 * sizes["patients"])
    template = Template(TEMPLATE.read_text(encoding="utf-8"))
    return template.substitute(
        table=markdown(judged),
        missing="\n".join(missing_lines(outcomes.values())) or "Every peer ran.",
        machine="\n".join(f"- {name}: {value}" for name, value in machine.items()),
        files=f"{files:,}",
        small=str(SMALL_FILES),
        slices=f"{slices:,}",
        side=f"{sizes['side']:.0f}",
        loaded=f"{sizes['loaded']:,.0f}",
        trained=f"{sizes['trained']:,.0f}",
        walked=f"{sizes['walked']:,.0f}",
        few=f"{sizes['few']:,.0f}",
        many=f"{sizes['many']:,.0f}",
        limits=_limits(judged),
        profiles=_profiles(judged, outcomes),
        costs=_costs(costs_of(outcomes, files, slices)),
    )


def _limits(judged: list[Judged]) -> str:
    lines = ["| row | what bounds it |", "|---|---|"]
    lines += [f"| {each.row.name} | {each.row.limit} |" for each in judged]
    return "\n".join(lines)


def _profiles(judged: list[Judged], outcomes: Mapping[str, Outcome]) -> str:
    missed = [each.row for each in judged if each.verdict == "missed"]
    if not missed:
        return "No row missed."
    parts = []
    for contest in dict.fromkeys(row.contest for row in missed):
        names = "; ".join(row.name for row in missed if row.contest == contest)
        lines = outcomes[contest].profile or ("no profile was taken",)
        parts.append(f"**{names}**\n\n```\n" + "\n".join(lines) + "\n```")
    return "\n\n".join(parts)


def _costs(costs: Costs | None) -> str:
    if costs is None:
        return "Not measured: the build was not run."
    constants = ["| constant | value |", "|---|---|"]
    constants.append(f"| smallest build | {costs.start_s:.2f} s |")
    constants.append(f"| smallest rebuild | {costs.restart_s:.2f} s |")
    constants += [
        f"| {name}, a file | {seconds * 1e6:,.1f} us |" for name, seconds in costs.file_s.items()
    ]
    constants.append(f"| shard, a kept slice | {costs.slice_s * 1e3:,.2f} ms |")
    constants.append(f"| unchanged rebuild, a file | {costs.rebuild_file_s * 1e6:,.1f} us |")
    if costs.file_bytes is not None:
        constants.append(f"| memory of the parent, a file | {costs.file_bytes:,.0f} bytes |")
    extrapolated = ["| files | build | unchanged rebuild | memory of the parent | shards |"]
    extrapolated.append("|---|---|---|---|---|")
    extrapolated += [_line(costs, files) for files in HEADLINE_FILES]
    return "\n".join([*constants, "", *extrapolated])


def _line(costs: Costs, files: int) -> str:
    slices = files // QUARTER
    peak = costs.peak_mb(files)
    cells = (
        f"{files:,}",
        _time(costs.build_s(files, slices)),
        _time(costs.rebuild_s(files)),
        "not measured" if peak is None else f"{peak:,.0f} MB",
        f"{slices * FLOAT_BYTES_A_SLICE / 1e9:,.1f} GB",
    )
    return "| " + " | ".join(cells) + " |"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
