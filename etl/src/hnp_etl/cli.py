"""The command `hnp-etl`; each command lives in a module of its own and is imported when called."""

import click

from hnp_etl import __version__
from hnp_etl.bugs import withhold_values
from hnp_shared.command import lazy_group

_COMMANDS = {
    "build-manifest": "hnp_etl.commands.build_manifest:build_manifest",
    "check": "hnp_etl.commands.check:check",
    "diff": "hnp_etl.commands.diff:diff",
    "explain": "hnp_etl.commands.explain:explain",
    "link": "hnp_etl.commands.link:link",
    "merge": "hnp_etl.commands.merge:merge_command",
    "phantom": "hnp_etl.commands.phantom:phantom",
    "recipes": "hnp_etl.commands.recipes:recipes",
    "selftest": "hnp_etl.commands.selftest:selftest",
    "survey": "hnp_etl.commands.survey:survey_command",
}


@click.group(cls=lazy_group(_COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hnp-etl")
def main() -> None:
    """Turn hospital folders of spine MRI into one data set: manifest, ledger and shards."""
    withhold_values()
