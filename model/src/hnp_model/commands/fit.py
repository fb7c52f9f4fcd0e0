"""hnp-train fit."""

from pathlib import Path

import click

from hnp_model.commands.arguments import FILE, allow_leakage_option, dataset_argument, json_option
from hnp_model.settings import DEFAULT_LR, DEVICES, INPUTS, MODELS, FitSettings, Inputs, ModelName
from hnp_shared.command import echo_json, echo_table, reported


@click.command("fit")
@dataset_argument
@click.option("--split", type=FILE, required=True, help="Split file.")
@click.option("--out", "run", type=click.Path(path_type=Path), required=True, help="Run folder.")
@click.option("--fold", type=click.IntRange(min=0), help="Test fold of a k-fold split.")
@click.option("--model", type=click.Choice(MODELS), default="reference", show_default=True)
@click.option("--inputs", type=click.Choice(INPUTS), default="both", show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--batch-size", type=click.IntRange(min=1), default=32, show_default=True)
@click.option(
    "--lr",
    type=click.FloatRange(min=0, min_open=True),
    help="Learning rate.  [default: 2e-5 for reference, 1e-3 for compact]",
)
@click.option(
    "--dropout",
    type=click.FloatRange(min=0, max=1, max_open=True),
    default=0.1,
    show_default=True,
)
@click.option("--seed", type=click.IntRange(min=0, max=2**32 - 1), default=42, show_default=True)
@click.option("--device", type=click.Choice(DEVICES), default="auto", show_default=True)
@click.option("--resume", is_flag=True, help="Go on with a fit that was stopped.")
@allow_leakage_option
@json_option
def fit_command(  # click passes one argument a flag
    out: Path,
    split: Path,
    run: Path,
    fold: int | None,
    model: ModelName,
    inputs: Inputs,
    epochs: int,
    batch_size: int,
    lr: float | None,
    dropout: float,
    seed: int,
    device: str,
    resume: bool,
    allow_leakage: bool,
    as_json: bool,
) -> None:
    """Train a network on the data set OUT.

    The weights kept are those with the best AUC by disc on the validation part.
    """
    settings = FitSettings(
        model=model,
        inputs=inputs,
        epochs=epochs,
        batch_size=batch_size,
        lr=DEFAULT_LR[model] if lr is None else lr,
        dropout=dropout,
        seed=seed,
        fold=fold,
        allow_leakage=allow_leakage,
        device=device,
    )
    with reported(resume="the same command with --resume goes on"):
        from hnp_model.fitting import fit  # noqa: PLC0415  # torch takes seconds to import
        from hnp_model.remarks import remarks_on_fit  # noqa: PLC0415

        fitted = fit(out, split, run, settings, resume=resume)
        for remark in remarks_on_fit(fitted.config):
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(fitted.summary())
        else:
            rows = [(name, _show(value)) for name, value in fitted.summary().items()]
            echo_table([("fit", "value"), *rows])
            click.echo(f"run: {run}")


def _show(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"
