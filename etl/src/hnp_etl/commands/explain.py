"""`hnp-etl explain`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from hnp_etl.commands.exclude_option import exclude_option
from hnp_etl.explain import Explanation, Finding, explain_files, refusal_of
from hnp_etl.recipes.builtin import DEFAULT_RECIPE
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.command import echo_json, reported
from hnp_shared.errors import InputError
from hnp_shared.telling import one_line

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_MOST = 3
"""Files that one line tells of."""


@click.command("explain", epilog="Example: hnp-etl explain hospitals/notes.dcm --src hospitals")
@click.argument("file", nargs=-1, required=True, type=click.Path())
@click.option(
    "--recipe", default=DEFAULT_RECIPE, show_default=True, help="A built-in recipe or a TOML file."
)
@click.option(
    "--src",
    multiple=True,
    type=FOLDER,
    help="A folder as given to the build, once for each.  [default: found by folder names]",
)
@exclude_option
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def explain(
    file: tuple[str, ...],
    recipe: str,
    src: tuple[Path, ...],
    exclude: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell what a build makes of each FILE, why, and what would make it pass."""
    with reported():
        rules = load_recipe(recipe).excluding(exclude)
        refusals = [refusal_of(path, src) for path in file]
        usable = [path for path, why in zip(file, refusals, strict=True) if why is None]
        found = explain_files(usable, src, rules)
        if as_json:
            echo_json([_as_json(each) for each in found])
        else:
            for each in found:
                _echo(each)
        _refuse(refusals)


def _refuse(refusals: Sequence[str | None]) -> None:
    """Tell of the paths that are no file, once the others are explained; by number, not by name."""
    several = len(refusals) > 1
    told = [
        f"file {number} of {len(refusals)}: {why}" if several else why
        for number, why in enumerate(refusals, 1)
        if why is not None
    ]
    if told:
        more = f"; and {len(told) - _MOST} more" if len(told) > _MOST else ""
        raise InputError("; ".join(told[:_MOST]) + more)


def _as_json(each: Explanation) -> Mapping[str, object]:
    return {
        "path": _text(each.path),
        "state": each.state,
        "reason": each.reason,
        "plane": _finding(each.plane),
        "weighting": _finding(each.weighting),
        "level": each.level,
        "label": _text(each.label),
        "would_pass_if": each.would_pass_if,
    }


def _finding(finding: Finding) -> Mapping[str, object]:
    return {"value": finding.value, "from": finding.source, "evidence": finding.evidence}


def _echo(each: Explanation) -> None:
    click.echo(one_line(_text(each.path) or ""))
    lines = [("state", f"{each.state} {each.reason or ''}".rstrip())]
    lines += [(step.name, step.finding) for step in each.steps[:1]]
    if each.plane.value or each.plane.source or each.weighting.evidence != each.plane.evidence:
        lines += [("plane", _said(each.plane)), ("weighting", _said(each.weighting))]
    lines += [(step.name, step.finding) for step in each.steps[1:]]
    if each.would_pass_if is not None:
        lines.append(("passes if", each.would_pass_if))
    if each.to_do is not None:
        lines.append(("to do", each.to_do))
    for name, text in lines:
        click.echo(one_line(f"  {name:<10} {_text(text)}"))


def _said(finding: Finding) -> str:
    told = f" from {finding.source}" if finding.source else ""
    return f"{finding.value or 'unknown'}{told}: {finding.evidence}"


def _text(text: str | None) -> str | None:
    """Return a text without the bytes that no encoding can show."""
    return None if text is None else click.format_filename(text)
