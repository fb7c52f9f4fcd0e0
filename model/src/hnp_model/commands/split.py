"""hnp-train split."""

import re
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import (
    FILE,
    as_typed,
    dataset_argument,
    example,
    force_option,
    json_option,
)
from hnp_model.settings.split import SCHEMES, Scheme, SplitSettings
from hnp_shared.command import echo_json, echo_notices, echo_table, reported
from hnp_shared.counted import counted, some
from hnp_shared.splits import Unit

if TYPE_CHECKING:
    from hnp_model.splits.composition import Content
    from hnp_model.splits.splitting import WrittenSplit


MOST_FOLDS = 1000
MOST_NOTES = 5
"""Parts of one file that are told one by one to be out of balance."""
_RATIOS = re.compile(r"(\d{1,6}):(\d{1,6}):(\d{1,6})")
PLAN = "--auc 0.8 --width 0.1"
HEAD = ("part", "hospital", "patients", "slices", "positive")


def parse_ratios(text: str) -> tuple[int, int, int]:
    """Return the numbers for train, val and test from ``6:2:2``."""
    found = _RATIOS.fullmatch(text)
    if not found or not any(map(int, found.groups())):
        raise click.BadParameter(
            f"found {text!r}, expected three whole numbers like 6:2:2, not all of them 0"
        )
    train, val, test = map(int, found.groups())
    return train, val, test


@click.command("split", epilog=example("hnp-train split data -o split.csv"))
@dataset_argument
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="NAME.csv",
    help="Split file to write; with hospital-out one NAME-HOSPITAL.csv each.",
)
@click.option(
    "--scheme",
    type=click.Choice(SCHEMES),
    default="stratified",
    show_default=True,
    help="Parts alike in labels and hospitals, one hospital as test, or folds.",
)
@click.option(
    "--unit",
    type=click.Choice(["patient", "slice"]),
    default="patient",
    show_default=True,
    help="What goes to a part as a whole; `slice` is the reference report's split: it leaks.",
)
@click.option(
    "--ratios",
    type=parse_ratios,
    default="6:2:2",
    show_default=True,
    metavar="A:B:C",
    help="Shares of patients (or slices) in train, val and test, as whole numbers; 0 leaves a "
    "part out.",
)
@click.option(
    "--folds",
    type=click.IntRange(3, MOST_FOLDS),
    default=5,
    show_default=True,
    help="Number of folds, with --scheme kfold.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=42,
    show_default=True,
    help="Number that decides between patients who are alike.",
)
@click.option(
    "--stable",
    is_flag=True,
    help="Draw parts from a hash of patient_id: adding patients moves no old one, but shares of "
    "patients and classes are left to chance; the table shows them.",
)
@click.option(
    "--earlier",
    type=FILE,
    help="With --stable: a split whose patients keep their parts, even when a new patient shares "
    "an image with one of them.",
)
@force_option
@json_option
def split_command(  # click passes one argument a flag
    out: Path,
    output: Path,
    scheme: Scheme,
    unit: Unit,
    ratios: tuple[int, int, int],
    folds: int,
    seed: int,
    stable: bool,
    earlier: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Split the data set OUT into train, val and test (or folds) and write a split file."""
    if scheme == "hospital-out" and unit == "slice":
        raise click.UsageError("--unit slice goes with stratified or kfold")
    if scheme == "hospital-out" and not any(ratios[:2]):
        raise click.UsageError(
            "--scheme hospital-out divides the other hospitals by the first two of --ratios, "
            "expected one of them above 0"
        )
    if stable and (scheme == "hospital-out" or unit == "slice"):
        raise click.UsageError(
            "--stable goes with --scheme stratified or kfold, and --unit patient"
        )
    if earlier and not stable:
        raise click.UsageError("--earlier goes with --stable")
    settings = SplitSettings(scheme, unit, ratios, folds, seed, stable)
    with reported():
        from hnp_model.splits.splitting import split_dataset  # noqa: PLC0415  # loads numpy and pyarrow
        from hnp_shared.dataset import open_dataset  # noqa: PLC0415  # likewise

        echo_notices(
            open_dataset(out).info.notices
        )  # first: a split of people who are one may be refused
        written = split_dataset(out, output, settings, earlier, force=force)
        for hospital, reason in written[0].made.passed_over.items():
            click.echo(f"note: {hospital} cannot be left out: {reason}", err=True)
        for one in written:
            _warn(one, settings)
            _tell_moved(one, kept=earlier is not None)
        _tell_expected(written, out)
        if as_json:
            echo_json([_plain(one, content) for one in written for content in one.made.composition])
        else:
            for one in written:
                echo_table([HEAD, *map(_row, one.made.composition)])
                click.echo(one.path)


def _warn(written: "WrittenSplit", settings: SplitSettings) -> None:
    from hnp_model.splits.composition import off_balance, one_class  # noqa: PLC0415  # loads numpy

    if written.made.leakage:
        click.echo(
            f"WARNING: THIS SPLIT LEAKS: {written.made.leakage} sit in more than one part. "
            "Figures on it are too good; use it only to compare with the reference report.",
            err=True,
        )
    if len(written.near_copies):
        click.echo(
            f"WARNING: NEAR COPIES: {written.near_copies}, show almost the same picture in two "
            "parts: look whether they are one person under two names",
            err=True,
        )
    lacking = [content.part for content in one_class(written.made.composition)]
    if lacking:
        click.echo(
            f"note: {written.path.name}: slices of one class only in {some(lacking)}; a fit "
            "needs both in train, thresholds need both in val, figures both in test",
            err=True,
        )
    if settings.scheme == "hospital-out":
        return  # another hospital has another share; that is what such a split is about
    reason = "a stable split is not balanced" if settings.stable else "no closer split was found"
    uneven = off_balance(written.made.composition)
    for content in uneven[:MOST_NOTES]:
        click.echo(
            f"note: {content.positive_share:.1%} of the slices in {content.part} are positive, "
            f"{written.made.composition[0].positive_share:.1%} of all: {reason}",
            err=True,
        )
    if len(uneven) > MOST_NOTES:
        click.echo(f"note: and so on, in {len(uneven):,} parts", err=True)


def _tell_moved(written: "WrittenSplit", *, kept: bool) -> None:
    if not written.moved:
        return
    are = "is" if len(written.moved) == 1 else "are"
    way_out = "" if kept else "; --earlier FILE keeps a group where the old split has it"
    click.echo(
        f"note: {counted(len(written.moved), 'patient')} of the earlier split {are} in another "
        f"part now: images or studies are shared with patients who were not there{way_out}",
        err=True,
    )


def _tell_expected(written: "tuple[WrittenSplit, ...]", out: Path) -> None:
    """Say how wide intervals on test will be, on the smallest where there are several."""
    from hnp_model.data.slices import read_slices  # noqa: PLC0415  # loads pyarrow
    from hnp_model.plans.expectation import expect_of_smallest  # noqa: PLC0415  # loads numpy
    from hnp_shared.dataset import open_dataset  # noqa: PLC0415

    splits = {one.path.name: one.made.split for one in written if not one.made.leakage}
    expected = expect_of_smallest(read_slices(open_dataset(out)), splits)
    if expected:
        advice = f"; hnp-train plan {shlex.quote(as_typed(out))} {PLAN} tells how many it needs"
        click.echo(f"note: {expected}{advice if expected.is_small else ''}", err=True)


def _row(content: "Content") -> tuple[str, ...]:
    share = f"{content.positive_share:.1%}" if content.slices else "-"
    counts = (f"{content.patients:,}", f"{content.slices:,}", share)
    return (content.part, content.hospital, *counts)


def _plain(written: "WrittenSplit", content: "Content") -> dict[str, object]:
    share = content.positive_share if content.slices else None
    return {"file": str(written.path), **asdict(content), "positive_share": share}
