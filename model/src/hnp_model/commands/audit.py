"""hnp-train audit."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import (
    FOLDER,
    SEED,
    dataset_argument,
    example,
    fold_option,
    json_option,
    split_option,
)
from hnp_model.settings import TRIAL_EPOCHS, AuditSettings
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.counted import counted
from hnp_shared.errors import GateError

if TYPE_CHECKING:
    from hnp_model.audit.auditing import Audit
    from hnp_model.audit.chance import Chance
    from hnp_model.audit.optimism import LeakagePrice
    from hnp_model.audit.shortcuts import ByUnit
    from hnp_model.measures.bootstrap import Figure

UNITS = {"slice": "AUC by slice (95 % interval)", "level": "AUC by disc (95 % interval)"}

SEES = {
    "level": "the disc",
    "tabular": "age, sex, canal width, disc",
    "acquisition": "hospital, vendor, protocol, image size",
    "border": "outer tenth of the image",
    "image": "the rest of it, coarsely",
    "run": "what the run was given",
}


@click.command("audit", epilog=example("hnp-train audit data --split split.csv --run run"))
@dataset_argument
@split_option
@fold_option
@click.option(
    "--run", type=FOLDER, metavar="RUN", help="An evaluated run: what does it add to tabular alone?"
)
@click.option("--leakage-price", is_flag=True, help="Train four times: what is leakage worth?")
@click.option(
    "--permutations",
    type=click.IntRange(min=2),
    help="Train so often on labels exchanged between patients and discs: is it 0.5?",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=TRIAL_EPOCHS,
    show_default=True,
    help="Passes over train in each training; time grows with them.",
)
@click.option(
    "--seed",
    type=SEED,
    default=42,
    show_default=True,
    help="Number that splits, exchanges of labels and trainings depend on.",
)
@json_option
def audit_command(  # click passes one argument a flag
    out: Path,
    split: Path,
    fold: int | None,
    run: Path | None,
    leakage_price: bool,
    permutations: int | None,
    epochs: int,
    seed: int,
    as_json: bool,
) -> None:
    """Look for leaks and shortcuts in the data set OUT as it is split; exits with 3 if any.

    Simple models learn on train and are judged on test: what tells the label without the disc?
    """
    settings = AuditSettings(fold, leakage_price, permutations or 0, epochs, seed)
    with reported(resume="nothing is kept, the same command begins again"):
        from hnp_model.audit.auditing import audit  # noqa: PLC0415  # loads scikit-learn

        found = audit(out, split, run, settings)
        for remark in found.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(found.to_plain())
        else:
            _print(found)
        if found.found:
            raise GateError(f"the audit found {len(found.found)}: {'; '.join(found.found)}")


def _print(found: "Audit") -> None:
    leaks = found.leaks.to_plain()
    echo_table([("in more than one part", "count"), *((k, f"{v:,}") for k, v in leaks.items())])
    click.echo()
    _print_models("alone", found.shortcuts.alone)
    click.echo()
    _print_models("added to tabular", found.shortcuts.added)
    click.echo()
    for name in ("image", "run"):
        if name in found.shortcuts.added:
            added = _signed(found.shortcuts.added[name]["level"])
            click.echo(f"the {name} adds {added} AUC by disc over tabular alone")
    if found.price:
        click.echo()
        _print_price(found.price)
    if found.chance:
        click.echo()
        _print_chance(found.chance)
    if not found.found:
        unjudged = found.shortcuts.unjudged
        click.echo("found no leak; shortcuts not judged" if unjudged else "found nothing")


def _print_models(title: str, figures: "Mapping[str, ByUnit]") -> None:
    show = _show if title == "alone" else _signed
    rows = [
        (name, SEES[name], *(show(by_unit[unit]) for unit in by_unit))
        for name, by_unit in figures.items()
    ]
    echo_table([(title, "sees", *UNITS.values()), *rows])


def _print_price(price: "LeakagePrice") -> None:
    rows = [
        (name, _show(one.slice_split), _show(one.patient_split), _signed(one.difference))
        for name, one in (("real", price.real), ("exchanged between patients", price.permuted))
    ]
    echo_table([("labels", "split by slice", "split by patient", "optimism"), *rows])
    click.echo(
        f"AUC by slice on test of the compact network, {counted(price.epochs, 'epoch')}, "
        f"seed {price.seed}"
    )
    _print_unpermuted(price.patients_unpermuted)


def _print_chance(chance: "Chance") -> None:
    click.echo(
        f"labels exchanged between patients and discs, {len(chance.aucs)} trainings of "
        f"{counted(chance.epochs, 'epoch')}, seeds from {chance.seed}:\n"
        f"mean AUC by slice on test {chance.mean:.3f}, standard error {chance.standard_error:.3f}, "
        f"each from {min(chance.aucs):.3f} to {max(chance.aucs):.3f}"
    )
    _print_unpermuted(chance.patients_unpermuted)


def _print_unpermuted(patients: int) -> None:
    if patients:
        click.echo(f"{counted(patients, 'patient')} kept their labels: nobody has as many")


def _show(figure: "Figure") -> str:
    if figure.value is None:
        return "-"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _signed(figure: "Figure") -> str:
    if figure.value is None:
        return "-"
    return f"{figure.value:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"
