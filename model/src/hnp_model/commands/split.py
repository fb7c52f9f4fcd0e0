"""hnp-train split."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import FILE, dataset_argument, example, force_option, json_option
from hnp_model.settings import SCHEMES, Scheme, SplitSettings
from hnp_shared.command import echo_json, echo_notices, echo_table, reported
from hnp_shared.dataset_info import read_info
from hnp_shared.splits import Unit

if TYPE_CHECKING:
    from hnp_model.splits.composition import Content
    from hnp_model.splits.splitting import WrittenSplit


MOST_FOLDS = 1000
_RATIOS = re.compile(r"(\d{1,6}):(\d{1,6}):(\d{1,6})")
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
    if stable and (scheme == "hospital-out" or unit == "slice"):
        raise click.UsageError(
            "--stable goes with --scheme stratified or kfold, and --unit patient"
        )
    if earlier and not stable:
        raise click.UsageError("--earlier goes with --stable")
    settings = SplitSettings(scheme, unit, ratios, folds, seed, stable)
    with reported():
        from hnp_model.splits.splitting import split_dataset  # noqa: PLC0415  # loads numpy and pyarrow

        echo_notices(read_info(out).notices)  # first: a split of people who are one may be refused
        written = split_dataset(out, output, settings, earlier, force=force)
        for one in written:
            _warn(one, settings)
            _tell_moved(one, kept=earlier is not None)
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
            f"note: {written.path.name}: slices of one class only in {', '.join(lacking)}; a fit "
            "needs both in train, thresholds need both in val, figures both in test",
            err=True,
        )
    if settings.scheme == "hospital-out":
        return  # another hospital has another share; that is what such a split is about
    reason = "a stable split is not balanced" if settings.stable else "no closer split was found"
    for content in off_balance(written.made.composition):
        click.echo(
            f"note: {content.positive_share:.1%} of the slices in {content.part} are positive, "
            f"{written.made.composition[0].positive_share:.1%} of all: {reason}",
            err=True,
        )


def _tell_moved(written: "WrittenSplit", *, kept: bool) -> None:
    if not written.moved:
        return
    way_out = "" if kept else "; --earlier FILE keeps a group where the old split has it"
    click.echo(
        f"note: {len(written.moved):,} patients of the earlier split are in another part now: they "
        f"share images with patients who were not there{way_out}",
        err=True,
    )


def _row(content: "Content") -> tuple[str, ...]:
    share = f"{content.positive_share:.1%}" if content.slices else "-"
    counts = (f"{content.patients:,}", f"{content.slices:,}", share)
    return (content.part, content.hospital, *counts)


def _plain(written: "WrittenSplit", content: "Content") -> dict[str, object]:
    share = content.positive_share if content.slices else None
    return {"file": str(written.path), **asdict(content), "positive_share": share}
