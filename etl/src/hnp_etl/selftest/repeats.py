"""The same sources give the same bytes, with any number of workers and whatever the state holds."""

import os
from collections.abc import Callable
from pathlib import Path

from hnp_etl.selftest.material import Material, files_below
from hnp_etl.selftest.outcome import Outcome, expect_same
from hnp_etl.state.database import STATE_FILE


def workers_agree(material: Material) -> Outcome:
    """Build with two workers and compare with the data set of one."""
    found = material.run("two", workers=2)
    return expect_same("same bytes for any worker count", found, material.calm, "1 and 2 workers")


def state_is_only_a_cache(material: Material) -> Outcome:
    """Damage the private state in several ways; each rebuild must give the same bytes."""
    check = "a lost or damaged state costs time only"
    state = material.config("stateless").private / STATE_FILE
    material.build("stateless")
    for hurt in _WAYS:
        hurt(state)
        material.build("stateless")
        found = files_below(material.config("stateless").out)
        outcome = expect_same(check, found, material.calm, f"{len(_WAYS)} kinds of damage")
        if not outcome.passed:
            return outcome
    return outcome


def _delete(state: Path) -> None:
    state.unlink()


def _cut(state: Path) -> None:
    os.truncate(state, state.stat().st_size // 2)


def _overwrite(start: float, share: float) -> Callable[[Path], None]:
    def hurt(state: Path) -> None:
        size = state.stat().st_size
        with state.open("r+b") as file:
            file.seek(int(start * size))
            file.write(b"\xa5" * max(int(share * size), 64))

    return hurt


_WAYS = (_delete, _cut, _overwrite(0.0, 0.0), _overwrite(0.4, 0.2), _overwrite(0.0, 1.0))
"""Gone, cut in half, another header, garbage in the middle, garbage all over."""
