"""All checks, in the order in which they run."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hnp_etl.selftest.bits import flipped_bits_are_found
from hnp_etl.selftest.bounds import decoder_memory_is_bounded, secrets_are_closed_to_others
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
from hnp_shared.errors import HnpError, StorageError
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
    decoder_memory_is_bounded,
    secrets_are_closed_to_others,
    marker_stays_in,
)


def run_checks(
    checks: tuple[Check, ...] = CHECKS, *, work: Path | None = None
) -> Iterator[Outcome]:
    """Run the checks in a temporary folder, which is removed afterwards.

    Args:
        checks: what to run.
        work: where that folder is made; the system's place for such folders when not given.

    Raises:
        StorageError: what the checks work on could not be made.
    """
    with _temporary_folder(work) as folder:
        material = prepare(Path(folder))
        for check in track(checks, "testing", total=len(checks), unit="check"):
            yield _outcome(check, material)


def _temporary_folder(work: Path | None) -> "tempfile.TemporaryDirectory[str]":
    try:
        return tempfile.TemporaryDirectory(prefix="hnp-selftest-", dir=work)
    except OSError as error:
        raise StorageError.of("the folder of the selftest", error) from error


def _outcome(check: Check, material: Material) -> Outcome:
    try:
        return check(material)
    except HnpError as error:
        name = check.__name__.replace("_", " ")
        return Outcome(name, False, f"{type(error).__name__}: {error}")
