"""`hnp-etl doctor`."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_etl.doctor.examining import examine
from hnp_etl.doctor.finding import Weight
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.errors import GateError


@click.command("doctor", epilog="Example: hnp-etl doctor --out /var/tmp")
@click.option(
    "--out",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Try the folder in which the data set will lie.  [default: the temporary one]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def doctor(folder: Path | None, as_json: bool) -> None:
    """Tell what this machine offers a build, and what to install or to change.

    Looks at versions, decoders, memory, limits, encodings and the folder of the data set; in
    seconds, without network. Tells no name of host, user or folder. Ends with 3 when a fault was
    found; hnp-etl selftest then tries a whole build.
    """
    with reported("nothing is left behind"):
        findings = list(examine(folder))
        if as_json:
            echo_json([asdict(each) for each in findings])
        else:
            lines = [(each.check, str(each.weight), each.found, each.do) for each in findings]
            echo_table([("check", "result", "found", "what to do"), *lines])
        faults = sum(each.weight is Weight.FAULT for each in findings)
        if faults:
            raise GateError(f"{faults} of {len(findings)} findings are faults, expected none")
