"""The command `hnp-train`; each command has a module of its own, imported when called."""

import click

from hnp_model import __version__
from hnp_shared.command import lazy_group

_COMMANDS = {
    "audit": "hnp_model.commands.audit:audit_command",
    "compare": "hnp_model.commands.compare:compare_command",
    "crossval": "hnp_model.commands.crossval:crossval_command",
    "evaluate": "hnp_model.commands.evaluate:evaluate_command",
    "fit": "hnp_model.commands.fit:fit_command",
    "predict": "hnp_model.commands.predict:predict_command",
    "split": "hnp_model.commands.split:split_command",
}


@click.group(cls=lazy_group(_COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hnp-train")
def main() -> None:
    """Split, train and evaluate herniation models on an hnp data set."""
