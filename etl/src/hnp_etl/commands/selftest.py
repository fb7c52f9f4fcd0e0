"""`hnp-etl selftest`."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_etl.selftest.running import run_checks
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.errors import GateError


@click.command("selftest", epilog="Example: hnp-etl selftest --work /var/tmp")
@click.option("--work", type=click.Path(path_type=Path), help="Make the temporary folder in here.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def selftest(work: Path | None, as_json: bool) -> None:
    """Try on this machine that nothing is lost or leaked; under a minute, without network.

    Ends with 3 when a check failed.
    """
    with reported("nothing is left behind"):
        outcomes = list(run_checks(work=work))
        if as_json:
            echo_json([asdict(outcome) for outcome in outcomes])
        else:
            lines = [(each.check, _word(each.passed), each.detail) for each in outcomes]
            echo_table([("check", "result", "detail"), *lines])
        failed = sum(not outcome.passed for outcome in outcomes)
        if failed:
            raise GateError(f"{failed} of {len(outcomes)} checks failed, expected none")


def _word(passed: bool) -> str:
    return "ok" if passed else "FAILED"
