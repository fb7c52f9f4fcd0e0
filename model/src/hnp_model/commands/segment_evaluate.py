"""hnp-train segment evaluate."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import FILE, FOLDER, dataset_argument, example, json_option
from hnp_shared.command import echo_table, reported
from hnp_shared.places import refuse_in_dataset
from hnp_shared.splits import PARTS
from hnp_shared.storage import make_folder, replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hnp_model.measures.bootstrap import Figure
    from hnp_shared.storage import Sink


@click.command(
    "evaluate",
    epilog=example("hnp-train segment evaluate seg data data-masks --split split.csv --out seen"),
)
@click.argument("run", type=FOLDER)
@dataset_argument
@click.argument("masks", type=FOLDER)
@click.option("--split", type=FILE, metavar="FILE", help="Split file; see --part.")
@click.option(
    "--part",
    type=click.Choice(PARTS),
    default="test",
    show_default=True,
    help="Part of the split to judge on.",
)
@click.option("--all", "every", is_flag=True, help="Judge on every slice of OUT that has a mask.")
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="New folder for segmentation.json, bland-altman.png and overlays.png.",
)
@json_option
def evaluate_command(
    run: Path,
    out: Path,
    masks: Path,
    split: Path | None,
    part: str,
    every: bool,
    target: Path,
    as_json: bool,
) -> None:
    """Judge RUN on the slices of OUT that MASKS outline: Dice, distances in mm, and measures.

    Means are over slices, intervals between patients. Slices out of distribution are counted and
    left out.
    """
    if (split is None) == (not every):
        raise click.UsageError("found both or neither of --split and --all, expected one")
    with reported():
        from hnp_model.commands.agree_measures import draw, show  # noqa: PLC0415
        from hnp_model.report.findings import TRAINING  # noqa: PLC0415
        from hnp_model.segmentation.evaluating import (  # noqa: PLC0415  # torch takes seconds
            Asked,
            evaluate_segmentation,
        )
        from hnp_model.segmentation.overlays import draw_overlays  # noqa: PLC0415
        from hnp_shared.mask_set_writing import refuse_occupied  # noqa: PLC0415  # loads numpy

        refuse_in_dataset(target)
        refuse_occupied(target)
        found = evaluate_segmentation(Asked(run, out, masks, split, part))
        make_folder(target, role="the folder of the evaluation")
        for name, content in (
            ("segmentation.json", found.to_json()),
            ("bland-altman.png", draw(found.measures, ("run", "masks"))),
            ("overlays.png", draw_overlays(found.shown)),
        ):
            replace_file(target / name, partial(_put, content), role=name)
        if as_json:
            click.echo(found.to_json().decode(), nl=False)
            return
        for hospital, structures in found.figures.items():
            echo_table(_table(hospital, structures))
            click.echo()
        show(found.measures)
        click.echo(
            f"\n{found.slices:,} slices with a mask, of them {found.odd:,} out of distribution and "
            f"left out; look into {target}"
        )
        if found.training:
            click.echo(f"{TRAINING}: the fit has used these slices, figures on them are too good")


def _table(
    hospital: str, structures: "Mapping[str, Mapping[str, Figure]]"
) -> list[tuple[str, ...]]:
    head = (hospital, "Dice (95 %)", "surface distance, mm", "HD95, mm")
    rows = [(name, *map(_ends, figures.values())) for name, figures in structures.items()]
    return [head, *rows]


def _put(content: bytes, sink: "Sink") -> None:
    sink.write(content)


def _ends(figure: "Figure") -> str:
    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
