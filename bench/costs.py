"""The cost model: constants of measured builds, and what they say of larger ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.record import Outcome

STAGES_BY_FILE = ("walk", "read", "pair", "choose", "commit")
FLOAT_BYTES_A_SLICE = 300 * 300 * 4
HEADLINE_FILES = (20_000, 1_000_000, 10_000_000)


@dataclass(frozen=True, slots=True)
class Costs:
    """What one more file and one more slice cost.

    Attributes:
        start_s: of a build outside its stages: starting programs, loading libraries.
        file_s: stage -> seconds a file met.
        slice_s: seconds a kept slice, to read, resize, write and flush.
        rebuild_file_s: seconds a file of a rebuild that finds no change, start left out.
        base_mb: peak memory of the parent without files, 10^6 bytes; None when not measured.
        file_bytes: memory a file more.
    """

    start_s: float
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
        return self.start_s + files * self.rebuild_file_s

    def peak_mb(self, files: int) -> float | None:
        """Return the peak memory of the parent."""
        if self.base_mb is None or self.file_bytes is None:
            return None
        return self.base_mb + files * self.file_bytes / 1e6


def stages_of(outcome: Outcome) -> dict[str, float]:
    """Return stage -> seconds of the last full build; empty when there is none."""
    printed: Mapping[str, Any] = outcome.detail.get("hnp-etl", {})
    return {stage["name"]: float(stage["wall_s"]) for stage in printed.get("stages", ())}


def costs_of(outcomes: Mapping[str, Outcome], files: int, slices: int) -> Costs | None:
    """Return the constants, None without a measured build."""
    build = outcomes.get("build")
    stages = stages_of(build) if build else {}
    if build is None or not stages:
        return None
    total = build.seconds["hnp-etl"][-1]
    start = max(0.0, total - sum(stages.values()))
    again = median(build.seconds["rebuild"]) if build.seconds.get("rebuild") else total
    memory = outcomes.get("memory")
    peaks = memory.detail.get("hnp-etl", {}).get("peak_mb") if memory else None
    return Costs(
        start_s=start,
        file_s={name: stages.get(name, 0.0) / files for name in STAGES_BY_FILE},
        slice_s=stages.get("shard", 0.0) / slices,
        rebuild_file_s=max(0.0, again - start) / files,
        base_mb=peaks[0] if peaks else None,
        file_bytes=memory.seconds["hnp-etl"][0] if memory and peaks else None,
    )
