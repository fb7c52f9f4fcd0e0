"""All contests and rows, in the order of the table."""

from collections.abc import Callable

from bench.contests import build, chosen, headers, loading, memory, training, walking
from bench.place import Place
from bench.record import Contest, Row

ROWS: tuple[Row, ...] = (
    *build.ROWS,
    *headers.ROWS,
    *chosen.ROWS,
    *walking.ROWS,
    *loading.ROWS,
    *training.ROWS,
    *memory.ROWS,
)

CONTESTS: dict[str, Callable[[Place], Contest]] = {
    build.NAME: build.contest,
    headers.NAME: headers.contest,
    chosen.NAME: chosen.contest,
    walking.NAME: walking.contest,
    loading.NAME: loading.contest,
    training.EPOCH: training.epoch,
    training.STEP: training.step,
    memory.NAME: memory.contest,
}
"""A contest may serve several rows."""
