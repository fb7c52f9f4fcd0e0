"""Wall time and peak memory of each stage of a run."""

import contextlib
import re
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage.

    Attributes:
        peak_mb: highest resident memory of this process up to its end, 10^6 bytes.
    """

    name: str
    wall_s: float
    peak_mb: float


@dataclass(slots=True)
class Stages:
    """The stages of a run so far."""

    done: list[Stage] = field(default_factory=list)

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure the block as stage ``name``."""
        start = time.perf_counter()
        yield
        self.done.append(Stage(name, time.perf_counter() - start, peak_mb()))


def peak_mb() -> float:
    """Return the highest resident memory of this process, in 10^6 bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it started this process
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(encoding="ascii"), re.MULTILINE)
        if found:
            return int(found[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _MAXRSS_BYTES / 1e6
