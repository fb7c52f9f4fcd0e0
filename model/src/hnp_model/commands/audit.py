"""hnp-train audit."""

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
from hnp_model.settings.audit import TRIAL_EPOCHS, AuditSettings
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.counted import counted
from hnp_shared.errors import GateError

if TYPE_CHECKING:
    from hnp_model.audit.auditing import Audit
    from hnp_model.audit.chance import Chance
    from hnp_model.audit.optimism import LeakagePrice
    from hnp_model.audit.shortcuts import Shortcuts, Suspect
    from hnp_model.measures.bootstrap import Figure

SEES = {
    "missing": "which of age, sex, canal width is missing",
    "acquisition": "hospital, vendor, protocol, image size",
    "placement": "tilt and position of the slices",
    "border": "outer tenth of the picture",
    "surroundings": "all of the picture but the disc",
    "sharpness": "how fast grey values change, off the disc",
    "noise": "how they change in quiet places",
    "greys": "which grey values there are, off the disc",
    "range": "the source's range of greys, the disc aside",
    "disc": "the disc's place in the picture, coarsely",
}


@click.command("audit", epilog=example("hnp-train audit data --split split.csv --run run"))
@dataset_argument
@split_option
@fold_option
@click.option(
    "--run", type=FOLDER, metavar="RUN", help="An evaluated run: what does it add to the baseline?"
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

    Simple models, each judged on patients it has not seen: what tells the label without the disc?
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
    _print_suspects(found.shortcuts)
    _print_hospitals(found.shortcuts)
    if found.price:
        click.echo()
        _print_price(found.price)
    if found.chance:
        click.echo()
        _print_chance(found.chance)
    if not found.found:
        click.echo()
        click.echo(_nothing(found.shortcuts))


def _print_suspects(shortcuts: "Shortcuts") -> None:
    if shortcuts.unjudged:
        return
    head = ("suspect", "sees", "AUC by disc (95 %)", "adds (95 %)", "p", "verdict")
    asked = [(*_figures(one), _p(one.p_corrected), _verdict(one)) for one in shortcuts.suspects]
    base = ("baseline", "disc, age, sex, canal width", _show(shortcuts.baseline), "", "", "")
    shown = (*_figures(shortcuts.disc), "", "no suspect")
    echo_table([head, base, *asked, shown])
    click.echo(
        "adds: AUC by disc beyond the baseline; upper end: what it could add and yet tell no more\n"
        f"p: how often luck tells as much, corrected for {len(asked)} suspects; "
        f"a finding below {shortcuts.luck}"
    )
    if shortcuts.run:
        click.echo(f"the run adds {_signed(shortcuts.run)} AUC by disc over the baseline, on test")


def _nothing(shortcuts: "Shortcuts") -> str:
    most = max(shortcuts.suspects, key=lambda one: one.adds.high or 0.0)
    if most.adds.high is None:
        return "found no leak; shortcuts not judged"
    return f"found no leak and no shortcut; {most.name} could add most, {most.adds.high:+.3f}"


def _figures(suspect: "Suspect") -> tuple[str, str, str, str]:
    name = suspect.name
    return name, SEES[name], _show(suspect.auc), _signed(suspect.adds)


def _verdict(suspect: "Suspect") -> str:
    if suspect.p_corrected is None or suspect.adds.high is None:
        return "the same for all"
    if suspect.is_finding:
        return "TELLS THE LABEL"
    return f"could add at most {suspect.adds.high:+.3f}"


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _print_hospitals(shortcuts: "Shortcuts") -> None:
    if not shortcuts.hospitals:
        return
    rows = [
        (
            one.name,
            _show(one.auc),
            "-" if one.rest is None else f"{one.rest:.3f}",
            _p(min(one.p_reversed, one.p_far)) if one.rest is not None else "-",
            one.what or ("too few patients" if one.auc.value is None else "like the rest"),
        )
        for one in shortcuts.hospitals
    ]
    click.echo()
    head = ("hospital", "AUC by disc, taught by the others (95 %)", "rest", "p", "verdict")
    echo_table([head, *rows])


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


def _print_chance(chance: "Chance") -> None:
    click.echo(
        f"labels exchanged between patients and discs, {len(chance.aucs)} trainings of "
        f"{counted(chance.epochs, 'epoch')}, seeds from {chance.seed}:\n"
        f"mean AUC by slice on test {chance.mean:.3f}, standard error {chance.standard_error:.3f}, "
        f"each from {min(chance.aucs):.3f} to {max(chance.aucs):.3f}; {told_limit(chance)}\n"
        f"left of the labels after the exchange: the hospital tells {chance.hospital_left:.3f}, "
        f"the disc {chance.level_left:.3f}"
    )


def told_limit(chance: "Chance") -> str:
    """Return from which mean on labels that mean nothing are a finding, if from any."""
    if chance.limit < 1:
        return f"a finding above {chance.limit:.3f}"
    return "too few trainings: no mean would be a finding, ask for more"


def _show(figure: "Figure") -> str:
    if figure.value is None:
        return "-"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _signed(figure: "Figure") -> str:
    if figure.value is None:
        return "-"
    return f"{figure.value:+.3f} ({figure.low:+.3f} to {figure.high:+.3f})"
