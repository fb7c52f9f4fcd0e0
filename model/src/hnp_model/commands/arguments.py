"""Arguments that several commands share."""

from os import PathLike
from pathlib import Path
from typing import cast

import click

from hnp_model.settings.fit import LARGEST_SEED
from hnp_shared.stores.address import is_address

_TYPED = "hnp address of "


def as_typed(folder: Path) -> str:
    """Return what the user has typed for a folder: its path, or the address that it stands for."""
    ctx = click.get_current_context(silent=True)
    return str(ctx.meta.get(f"{_TYPED}{folder}", folder)) if ctx else str(folder)


class _Folder(click.Path):
    """A folder, or the address of a store, which becomes the folder that stands for it."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | PathLike[str]:
        """Return the folder; nothing is asked of a store yet."""
        if isinstance(value, str) and is_address(value):
            from hnp_shared.stores.mirror import folder_of  # noqa: PLC0415  # --help needs none

            typed, value = value, str(folder_of(value))
            if ctx is not None:
                ctx.meta[f"{_TYPED}{value}"] = typed
        return super().convert(cast("str", value), param, ctx)


FOLDER = _Folder(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def example(*lines: str) -> str:
    """Return what stands below a command's help: lines that work one after the other."""
    return "\n".join(("\b", "Example:", *(f"  {line}" for line in lines)))


SEED = click.IntRange(0, LARGEST_SEED)

dataset_argument = click.argument("out", type=FOLDER)
"""The data set, as hnp-etl build-manifest left it."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, not a table.")
split_option = click.option(
    "--split", type=FILE, required=True, metavar="FILE", help="Split file, of hnp-train split."
)
fold_option = click.option(
    "--fold", type=click.IntRange(min=0), help="Test fold of a k-fold split, from 0."
)
force_option = click.option("--force", is_flag=True, help="Overwrite an existing file.")
out_option = click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder to write into.  [default: RUN for the run's own test part, else "
    "RUN/evaluations/DATA-SET-PART]",
)
allow_missing_option = click.option(
    "--allow-missing",
    is_flag=True,
    help="Take a data set without an input that train had; the model does without.",
)
tta_option = click.option(
    "--tta",
    is_flag=True,
    help="Look at each picture mirrored too, left and right, and take the mean of both.",
)
_AIM = click.FloatRange(0, 1, min_open=True)
sensitivity_option = click.option(
    "--sensitivity",
    type=_AIM,
    help="Call herniated from the highest threshold on that finds this share on val.",
)
ppv_option = click.option(
    "--ppv",
    type=_AIM,
    help="Call herniated from the lowest threshold on at which this share of those called are, on "
    "val.",
)
referral_error_option = click.option(
    "--referral-error",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.1,
    show_default=True,
    help="Share of a class that may have its class left out before a patient is referred.",
)


def refuse_two_aims(sensitivity: float | None, ppv: float | None) -> None:
    """Refuse two aims, which one threshold does not reach.

    Raises:
        UsageError: both are given.
    """
    if sensitivity is not None and ppv is not None:
        raise click.UsageError("expected --sensitivity or --ppv, not both")


allow_leakage_option = click.option(
    "--allow-leakage",
    is_flag=True,
    help="Take a split that puts one patient or image in several parts; every report says so.",
)
