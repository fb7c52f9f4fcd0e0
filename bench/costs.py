"""The cost model: constants of measured builds, and what they say of larger ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.contests.build import NAME, SMALL, SMALL_AGAIN, SMALL_PATIENTS
from bench.record import Outcome

STAGES_BY_FILE = ("walk", "read", "pair", "choose", "commit")
SMALL_FILES = 40 * SMALL_PATIENTS
FLOAT_BYTES_A_SLICE = 300 * 300 * 4
HEADLINE_FILES = (20_000, 1_000_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class Costs:
    """What one more file and one more slice cost.

    Attributes:
        start_s: of the smallest build: starting programs, loading libraries, flushing tables.
        restart_s: of the smallest rebuild that finds no change.
        file_s: stage -> seconds a file met.
        slice_s: seconds a kept slice, to read, resize, write and flush.
        rebuild_file_s: seconds a file of a rebuild that finds no change; likewise.
        base_mb: peak memory of the parent without files, 10^6 bytes; None when not measured.
        file_bytes: memory a file more.
    """

    start_s: float
    restart_s: float
    file_s: Mapping[str, float]
    slice_s: float
    rebuild_file_s: float
    base_mb: float | None
    file_bytes: float | None

    def build_s(self, files: int, slices: int) -> float:
        """Return the seconds of a build."""
        return self.start_s + files * sum(self.file_s.values()) + slices * self.slice_s

    def rebuild_s(self, files: int) -> float:
        """Return the seconds of a rebuild that finds no change."""
        return self.restart_s + files * self.rebuild_file_s

    def peak_mb(self, files: int) -> float | None:
        """Return the peak memory of the parent."""
        if self.base_mb is None or self.file_bytes is None:
            return None
        return self.base_mb + files * self.file_bytes / 1e6


def stages_of(outcome: Outcome, side: str = "hnp-etl") -> dict[str, float]:
    """Return stage -> seconds of the last run of a build; empty when there is none."""
    printed: Mapping[str, Any] = outcome.detail.get(side, {})
    return {stage["name"]: float(stage["wall_s"]) for stage in printed.get("stages", ())}


def costs_of(outcomes: Mapping[str, Outcome], files: int, slices: int) -> Costs | None:
    """Return the constants: how a build of so many files differs from the smallest one."""
    build = outcomes.get(NAME)
    if build is None or not stages_of(build) or not stages_of(build, SMALL):
        return None
    large, small = stages_of(build), stages_of(build, SMALL)
    more = {name: max(0.0, large[name] - small.get(name, 0.0)) for name in large}
    again = median(build.seconds["rebuild"]) - median(build.seconds[SMALL_AGAIN])
    more_files = files - SMALL_FILES
    memory = outcomes.get("memory")
    peaks = memory.detail.get("hnp-etl", {}).get("peak_mb") if memory else None
    return Costs(
        start_s=median(build.seconds[SMALL]),
        restart_s=median(build.seconds[SMALL_AGAIN]),
        file_s={name: more.get(name, 0.0) / more_files for name in STAGES_BY_FILE},
        slice_s=more.get("shard", 0.0) / (slices - SMALL_FILES // 4),
        rebuild_file_s=max(0.0, again) / more_files,
        base_mb=peaks[0] if peaks else None,
        file_bytes=memory.seconds["hnp-etl"][0] if memory and peaks else None,
    )
