"""hnp-train segment: fit, predict, evaluate."""

from collections.abc import Sequence
from pathlib import Path

import click

from hnp_model.commands.arguments import (
    FOLDER,
    SEED,
    allow_leakage_option,
    dataset_argument,
    example,
    fold_option,
    json_option,
    split_option,
)
from hnp_model.commands.segment_evaluate import evaluate_command
from hnp_model.settings.fit import DEVICES, LARGEST_BATCH
from hnp_model.settings.segment import (
    DEFAULT_MEMBERS,
    DEFAULT_SIDE,
    DEFAULT_WIDTH,
    LARGEST_WIDTH,
    MOST_MEMBERS,
    SIDES,
    SegmentSettings,
)
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.parameters import strengthen

POOR_DICE = 0.7
"""Of the mean over classes on val; below it a member has not learned what it should outline."""


@click.group("segment")
def segment_command() -> None:
    """Outline discs, annulus, nucleus and sac with a small U-Net: fit, predict, evaluate."""


@segment_command.command(
    "fit",
    epilog=example(
        "hnp-train segment fit data data-masks --split split.csv --out seg --epochs 2 "
        "--members 1 --side 96 --width 8"
    ),
)
@dataset_argument
@click.argument("masks", type=FOLDER)
@split_option
@click.option(
    "--out",
    "run",
    required=True,
    metavar="RUN",
    type=click.Path(path_type=Path),
    help="Folder of the run, made here.",
)
@fold_option
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="Passes over the slices of train that have a mask, at most.",
)
@click.option(
    "--patience",
    type=click.IntRange(min=1),
    help="Stop a member after so many epochs in a row without a better Dice on val.  "
    "[default: never]",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1, LARGEST_BATCH),
    default=8,
    show_default=True,
    help="Slices a step.",
)
@click.option(
    "--lr",
    type=click.FloatRange(min=0, min_open=True),
    default=2e-3,
    show_default=True,
    help="AdamW's learning rate at its highest, without a unit.",
)
@click.option(
    "--side",
    type=click.Choice([str(side) for side in SIDES]),
    default=str(DEFAULT_SIDE),
    show_default=True,
    help="Pixels along each side of what the network sees, the middle 110 mm.",
)
@click.option(
    "--width",
    type=click.IntRange(4, LARGEST_WIDTH),
    default=DEFAULT_WIDTH,
    show_default=True,
    help="Channels of the network's second level; others have half to six times as many.",
)
@click.option(
    "--seed",
    type=SEED,
    default=42,
    show_default=True,
    help="Number that first weights, order and variation depend on.",
)
@click.option(
    "--members",
    type=click.IntRange(1, MOST_MEMBERS),
    default=DEFAULT_MEMBERS,
    show_default=True,
    help="Networks, each of the next seed: the mean is the outline, their spread how sure it is.",
)
@click.option(
    "--device",
    type=click.Choice(DEVICES),
    default="auto",
    show_default=True,
    help="Where to compute; auto: cuda where there is such a device, else cpu.",
)
@allow_leakage_option
@click.option("--resume", is_flag=True, help="Go on with a fit that was stopped.")
@json_option
def fit_command(
    out: Path,
    masks: Path,
    split: Path,
    run: Path,
    side: str,
    resume: bool,
    as_json: bool,
    **flags: object,
) -> None:
    """Train networks on the slices of OUT that MASKS outline.

    Weights kept are those with the best Dice on val, which also teaches how wide intervals of
    measures are, and which slices are out of distribution.
    """
    with reported(resume="the same command with --resume goes on"):
        from hnp_model.segmentation.fitting import (  # noqa: PLC0415  # torch takes seconds
            Places,
            fit_segmentation,
        )

        settings = SegmentSettings(side=int(side), **flags)  # type: ignore[arg-type]  # click's
        config = fit_segmentation(Places(out, masks, split, run), settings, resume=resume)
        result = config.settled()
        _warn_of_poor(result.val_dice)
        told = {
            str(seed): {"best_epoch": epoch, "val_dice": dice}
            for seed, epoch, dice in zip(
                settings.seeds, result.best_epochs, result.val_dice, strict=True
            )
        }
        if as_json:
            echo_json({"members": told, "intervals": sorted(result.widenings)})
            return
        rows = [
            (seed, f"{one['best_epoch']}", f"{one['val_dice']:.4f}") for seed, one in told.items()
        ]
        echo_table([("seed", "best epoch", "Dice on val (TRAINING)"), *rows])
        click.echo(f"{len(result.widenings)} measures have intervals by val; run: {run}")


@segment_command.command(
    "predict", epilog=example("hnp-train segment predict seg data -o seg-masks")
)
@click.argument("run", type=FOLDER)
@dataset_argument
@click.option(
    "-o",
    "target",
    required=True,
    metavar="MASKS",
    type=click.Path(path_type=Path),
    help="New folder of the mask set; those of members lie in MASKS/members.",
)
@json_option
def predict_command(run: Path, out: Path, target: Path, as_json: bool) -> None:
    """Outline every slice of OUT; slices out of distribution are told, and have no mask."""
    with reported():
        from hnp_model.runs.run_folder import RunFolder  # noqa: PLC0415  # torch
        from hnp_model.segmentation.predicting import predict_masks  # noqa: PLC0415
        from hnp_model.segmentation.run_config import read_config  # noqa: PLC0415

        masks, odd = predict_masks(run, out, target)
        _warn_of_poor(read_config(RunFolder(run)).settled().val_dice)
        about = {"mask_set_id": masks.mask_set_id, "slices": masks.info.slices}
        if as_json:
            echo_json({**about, "out_of_distribution": odd})
            return
        rows = [
            ("slices with a mask", f"{masks.info.slices:,}"),
            ("out of distribution", f"{odd:,}"),
        ]
        echo_table([("masks", masks.mask_set_id), *rows])


def _warn_of_poor(val_dice: Sequence[float]) -> None:
    """Say that outlines mean little, which neither a mask nor a measure shows."""
    if min(val_dice) < POOR_DICE:
        click.echo(
            f"warning: Dice on val is {min(val_dice):.2f}, expected {POOR_DICE} or more: outlines, "
            "and measures of them, mean little; train longer, or on more slices",
            err=True,
        )


segment_command.add_command(evaluate_command)
for _command in (fit_command, predict_command, evaluate_command):
    strengthen(_command)  # the group's own commands are not met by hnp-train's
