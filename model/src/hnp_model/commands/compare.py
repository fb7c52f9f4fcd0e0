"""hnp-train compare."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import FOLDER, example, json_option
from hnp_model.settings.evaluate import ALL
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.counted import counted
from hnp_shared.splits import PARTS

if TYPE_CHECKING:
    from hnp_model.evaluation.comparison import Comparison, Difference

HEAD = ("unit", "metric", "first", "second", "second - first (95 % interval)")
BETWEEN = "--"
_FIRST_SIDE = f"{__name__}.first"


class _TwoSides(click.Command):
    """Keeps what `--` says, which click drops: it parts the runs of one recipe from another's."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if BETWEEN in args:
            cut = args.index(BETWEEN)
            before, _, _ = self.make_parser(ctx).parse_args(list(args[:cut]))
            runs = before.get("runs")  # a mark of click's where there is none
            ctx.meta[_FIRST_SIDE] = len(runs) if isinstance(runs, tuple) else 0
            args = [*args[:cut], *args[cut + 1 :]]
        return super().parse_args(ctx, args)


@click.command(
    "compare",
    cls=_TwoSides,
    epilog=example("hnp-train compare run run --part test"),
    options_metavar="[OPTIONS] RUN RUN | RUN RUN... -- RUN RUN...",
)
@click.argument("runs", nargs=-1, required=True, metavar="", type=FOLDER)
@click.option(
    "--part",
    type=click.Choice([*PARTS, ALL]),
    default="test",
    show_default=True,
    help="Part to compare on; all: a whole data set.",
)
@json_option
@click.pass_context
def compare_command(ctx: click.Context, runs: tuple[Path, ...], part: str, as_json: bool) -> None:
    """Tell whether the second RUN is better than the first on the same slices.

    All must have been evaluated; a RUN may also be the folder of an evaluation. One RUN against
    one tells of these weights. Runs of one recipe with different seeds, then --, then those of
    another recipe tell of the recipes: what another seed changes is in the intervals. There is one
    verdict, by AUC by disc; the other rows have none.
    """
    first, second = _sides(runs, ctx.meta.get(_FIRST_SIDE))
    with reported():
        from hnp_model.evaluation.comparison import compare  # noqa: PLC0415  # loads numpy and pyarrow

        comparison = compare(first, second, part)
        for remark in comparison.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(comparison.to_plain())
        else:
            _print(comparison)


def _sides(
    runs: tuple[Path, ...], first_count: int | None
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the runs before and after `--`, which two runs may go without.

    Raises:
        click.UsageError: there is no second side, or one run stands against several.
    """
    if first_count is None:
        first_count = 1 if len(runs) == 2 else len(runs)
    first, second = runs[:first_count], runs[first_count:]
    counts = len(first), len(second)
    if counts == (1, 1) or min(counts) > 1:
        return first, second
    found = " and ".join(f"{count} RUN{'s' * (count != 1)}" for count in counts)
    raise click.UsageError(
        f"found {found} on the two sides of --, expected one on each (tells of these weights) "
        "or two and more on each (tells of the recipes)"
    )


def _print(comparison: "Comparison") -> None:
    from hnp_model.evaluation.comparison import COMPARED  # noqa: PLC0415
    from hnp_model.measures.bootstrap import MIN_PATIENTS  # noqa: PLC0415  # loads numpy

    several = comparison.about == "recipes"
    runs = f", mean of {comparison.first_runs} runs and of {comparison.second_runs}"
    click.echo(
        f"{comparison.part}: {counted(comparison.n_patients, 'patient')}, "
        f"{counted(comparison.n_slices, 'slice')}{runs if several else ''}"
        f"{''.join(f', {word}' for word in too_good(comparison))}"
    )
    rows = [
        (unit, name, *_cells(difference))
        for unit, differences in comparison.differences.items()
        for name, difference in zip(COMPARED, differences, strict=True)
    ]
    echo_table([HEAD, *rows])
    if any(row[-1] == "-" for row in rows):
        click.echo(f"-: under {MIN_PATIENTS} patients in a class")
    for line in _closing_lines(comparison):
        click.echo(line)


def too_good(comparison: "Comparison") -> tuple[str, ...]:
    """Return why figures are better than those of new patients would be, a word each."""
    from hnp_model.report.findings import TRAINING  # noqa: PLC0415

    told = ((TRAINING, comparison.training), ("LEAKING", comparison.leaks))
    return tuple(word for word, holds in told if holds)


def _cells(one: "Difference") -> tuple[str, ...]:
    change = one.difference
    if one.first is None or one.second is None or change.value is None:
        return ("-",) * 3
    return f"{one.first:.3f}", f"{one.second:.3f}", _show(one)


def _show(one: "Difference") -> str:
    change = one.difference
    if change.low is None:
        return f"{change.value:+.3f}"
    seeds = ""
    if change.low_seeds is not None and change.high_seeds is not None:
        seeds = f"; {change.low_seeds:+.3f} to {change.high_seeds:+.3f}"
    return f"{change.value:+.3f} ({change.low:+.3f} to {change.high:+.3f}{seeds})"


def _closing_lines(comparison: "Comparison") -> Iterator[str]:
    """Yield the verdict, what it is about, and what the rest of the table does not say."""
    from hnp_model.report.sentences import (  # noqa: PLC0415
        INTERVALS_LEAVE_OUT,
        RECIPES_LEAVE_OUT,
        SEEDS_TOLD,
    )

    one, verdict = comparison.primary, "none, AUC by disc is not known"
    if comparison.verdict == "tie":
        verdict = "tie, the interval of AUC by disc holds 0: neither is shown to be better"
    elif comparison.verdict:
        better = "better" if comparison.verdict == "win" else "worse"
        verdict = f"{comparison.verdict}, the second is {better} by AUC by disc, {_show(one)}"
    words = ", ".join(too_good(comparison))
    yield f"verdict{f' ({words})' if words else ''}: {verdict}"
    if comparison.about == "weights":
        yield (
            "about these weights, not these recipes: another seed may turn it; "
            "RUN RUN RUN -- RUN RUN RUN, other seeds of each recipe, tells of the recipes"
        )
    else:
        share = (
            "" if one.seed_share is None else f"; {one.seed_share:.0%} of the variance is theirs"
        )
        yield f"about the recipes: what another seed changes is in the intervals{share}"
    yield (
        "the other rows are no verdicts: of nine differences one is large by luck soon; "
        "f1 has no interval, for it hangs on thresholds that another val would put elsewhere"
    )
    yield RECIPES_LEAVE_OUT if comparison.about == "recipes" else INTERVALS_LEAVE_OUT
    if one.difference.low_seeds is not None:
        yield SEEDS_TOLD
