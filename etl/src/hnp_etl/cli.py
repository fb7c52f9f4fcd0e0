"""The command `hnp-etl`; each command lives in a module of its own and is imported when called."""

import click

from hnp_etl import __version__
from hnp_etl.bugs import withhold_values
from hnp_shared.command import Place, lazy_group

_COMMANDS = {
    "attach": Place(
        "hnp_etl.commands.attach:attach_command",
        "Write what PREDICTIONS say of the data set OUT as DICOM, for research.",
    ),
    "audit-release": Place(
        "hnp_etl.commands.audit_release:audit_release",
        "Read the data set OUT as a stranger would, and list what could identify somebody.",
    ),
    "build-manifest": Place(
        "hnp_etl.commands.build_manifest:build_manifest",
        "Turn hospital folders SRC into a manifest and shards.",
    ),
    "check": Place(
        "hnp_etl.commands.check:check",
        "Check the data set OUT: schema, counts, ledger sums, every sha256, aliases, pixels.",
    ),
    "contact-sheet": Place(
        "hnp_etl.commands.contact_sheet:contact_sheet",
        "Write pictures of slices of the data set OUT: a sheet for every hospital and disc.",
    ),
    "diff": Place(
        "hnp_etl.commands.diff:diff",
        "Tell which slices differ between the data sets OLD and NEW, and why.",
    ),
    "doctor": Place(
        "hnp_etl.commands.doctor:doctor",
        "Tell what this machine offers a build, and what to install or to change.",
    ),
    "explain": Place(
        "hnp_etl.commands.explain:explain",
        "Tell what a build makes of each FILE, why, and what would make it pass.",
    ),
    "export": Place(
        "hnp_etl.commands.export:export_command",
        "Write the data set OUT in the form of another library, for whoever works with that.",
    ),
    "extend": Place(
        "hnp_etl.commands.extend:extend_command",
        "Join columns of a hospital's table to the data set OUT, as a new data set.",
    ),
    "link": Place(
        "hnp_etl.commands.link:link",
        "Tell which file a slice of the data set OUT came from; needs its private folder.",
    ),
    "masks": Place(
        "hnp_etl.commands.masks:masks_command",
        "Lay masks over the slices of the data set OUT: through the same crop, nearest pixel.",
    ),
    "merge": Place(
        "hnp_etl.commands.merge:merge_command",
        "Make one data set of the data sets OUT, built at each hospital with a key of its own.",
    ),
    "phantom": Place(
        "hnp_etl.commands.phantom:phantom",
        "Write invented hospital folders, DICOM and labels, to the new folder DIR.",
    ),
    "publish": Place(
        "hnp_etl.commands.publish:publish_command",
        "Publish the data set OUT at URL: s3://, gs://, az:// or file://.",
    ),
    "recipes": Place(
        "hnp_etl.commands.recipes:recipes",
        "List the built-in recipes, or print the one called NAME.",
    ),
    "report": Place(
        "hnp_etl.commands.report:report_command",
        "Write what the data set OUT holds to one page: flow, pictures, figures, warnings.",
    ),
    "selftest": Place(
        "hnp_etl.commands.selftest:selftest",
        "Try on this machine that nothing is lost or leaked; under a minute, without network.",
    ),
    "survey": Place(
        "hnp_etl.commands.survey:survey_command",
        "Tell what lies in hospital folders SRC, and draft a recipe for them.",
    ),
}


@click.group(cls=lazy_group(_COMMANDS), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hnp-etl")
def main() -> None:
    """Turn hospital folders of spine MRI into one data set: manifest, ledger and shards."""
    withhold_values()
