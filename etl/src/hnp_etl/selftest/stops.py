"""Builds that are killed, stopped or doubled."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator

from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.private.folder import hold_out
from hnp_etl.selftest.material import Material, files_below
from hnp_etl.selftest.outcome import Outcome, expect_same
from hnp_etl.state.database import STATE_FILE
from hnp_shared.errors import OutputError, StoppedError

_KILLS = 4
_LONGEST_STOP_S = 30.0


def kills_are_survived(material: Material) -> Outcome:
    """Kill a build at several moments, then let it go on."""
    for kill in range(_KILLS):
        with _started(material, "killed", workers=1) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(material.calm_s * (kill + 1) / (_KILLS + 1))
            process.kill()
    found = material.run("killed", workers=2)
    tried = f"{_KILLS} kills and a resume"
    return expect_same("a killed build goes on to the same bytes", found, material.calm, tried)


def signals_stop_cleanly(material: Material) -> Outcome:
    """Stop a build by SIGTERM: exit code 75, and the same command goes on."""
    check = "a stopped build says so and goes on"
    state = material.config("stopped").private / STATE_FILE
    with _started(material, "stopped", workers=2) as process:
        while not state.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        code = process.wait(_LONGEST_STOP_S)
    if code != StoppedError.exit_code:
        return Outcome(check, False, f"found exit code {code}, expected {StoppedError.exit_code}")
    found = material.run("stopped", workers=2)
    return expect_same(check, found, material.calm, f"SIGTERM, exit code {code}")


def second_builder_is_turned_away(material: Material) -> Outcome:
    """Build into a folder that is held: refused, and nothing is harmed."""
    check = "a second build of one OUT is refused"
    material.build("held")
    config = material.config("held")
    with hold_out(config.out):
        try:
            build(config, executor=SerialExecutor())
        except OutputError as error:
            found = files_below(config.out)
            return expect_same(check, found, material.calm, f"exit code {error.exit_code}")
    return Outcome(check, False, "two builds of one OUT ran at once")


@contextlib.contextmanager
def _started(material: Material, name: str, *, workers: int) -> Iterator["subprocess.Popen[bytes]"]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(material.command(name, workers=workers), stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
