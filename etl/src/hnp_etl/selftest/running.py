"""All checks, in the order in which they run."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hnp_etl.selftest.bits import flipped_bits_are_found
from hnp_etl.selftest.full_disk import full_disk_is_survived
from hnp_etl.selftest.hostile import hostile_files_cost_themselves
from hnp_etl.selftest.leaks import marker_stays_in
from hnp_etl.selftest.material import Material, prepare
from hnp_etl.selftest.outcome import Outcome
from hnp_etl.selftest.repeats import state_is_only_a_cache, workers_agree
from hnp_etl.selftest.round_trips import syntaxes_round_trip
from hnp_etl.selftest.stops import (
    kills_are_survived,
    second_builder_is_turned_away,
    signals_stop_cleanly,
)
from hnp_shared.errors import HnpError
from hnp_shared.progress import track

Check = Callable[[Material], Outcome]

CHECKS: tuple[Check, ...] = (
    workers_agree,
    kills_are_survived,
    signals_stop_cleanly,
    second_builder_is_turned_away,
    full_disk_is_survived,
    state_is_only_a_cache,
    flipped_bits_are_found,
    syntaxes_round_trip,
    hostile_files_cost_themselves,
    marker_stays_in,
)


def run_checks(checks: tuple[Check, ...] = CHECKS) -> Iterator[Outcome]:
    """Run the checks in a temporary folder, which is removed afterwards.

    Raises:
        StorageError: what the checks work on could not be made.
    """
    with tempfile.TemporaryDirectory(prefix="hnp-selftest-") as folder:
        material = prepare(Path(folder))
        for check in track(checks, "testing", total=len(checks), unit="check"):
            yield _outcome(check, material)


def _outcome(check: Check, material: Material) -> Outcome:
    try:
        return check(material)
    except HnpError as error:
        name = check.__name__.replace("_", " ")
        return Outcome(name, False, f"{type(error).__name__}: {error}")
