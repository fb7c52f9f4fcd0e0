"""The flags of what is learned: whether a slice shows a patient, or which label code it has."""

from typing import Any

import click

from hnp_model.settings.codes import CODE_MODELS, CodeTarget
from hnp_model.settings.fit import BASELINES

TARGETS = ("is_patient", "code")


def _listed(_context: object, _option: object, text: str | None) -> tuple[str, ...] | None:
    """Return codes from a text that has commas between them.

    Raises:
        click.UsageError: one stands there twice, or none at all.
    """
    if text is None:
        return None
    codes = tuple(code.strip() for code in text.split(","))
    if not all(codes) or len(set(codes)) < len(codes):
        raise click.UsageError(
            f"--code-order found {text!r}, expected each code once, commas between them"
        )
    return codes


CODE_OPTIONS = (
    click.option(
        "--target",
        "learned",
        type=click.Choice(TARGETS),
        default="is_patient",
        show_default=True,
        help="What is learned: whether a slice shows a patient, or which label code it has; the "
        "probability of a patient then is the sum over codes that mean one.",
    ),
    click.option(
        "--code-model",
        type=click.Choice(CODE_MODELS),
        help="Codes as classes of their own, or as grades of one severity.  [default: multiclass]",
    ),
    click.option(
        "--code-order",
        metavar="CODE,CODE...",
        callback=_listed,
        help="Order of the codes.  [default: those that mean normal first, then by number]",
    ),
)


def settle_codes(flags: dict[str, Any]) -> None:
    """Put the flags of what is learned into one record, ``codes``; None: whether it is a patient.

    Raises:
        click.UsageError: a flag means nothing beside the others.
    """
    learned, model, order = (flags.pop(name) for name in ("learned", "code_model", "code_order"))
    flags["codes"] = None
    if learned == "code":
        if flags["model"] in BASELINES:
            raise click.UsageError(f"--target code means nothing to --model {flags['model']}")
        flags["codes"] = CodeTarget(model or CODE_MODELS[0], order)
        return
    for name, value in (("code-model", model), ("code-order", order)):
        if value is not None:
            raise click.UsageError(f"--{name} goes with --target code")
