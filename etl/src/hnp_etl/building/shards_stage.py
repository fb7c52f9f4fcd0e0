"""The stage that stores pixels: plans to workers, results to the state."""

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from hnp_etl.archives.lifting import Lifter, in_order, lifting
from hnp_etl.building.config import BuildConfig
from hnp_etl.engines.engines import SerialExecutor, Task, nearest, ordered_map
from hnp_etl.files.source_file import SourceFile
from hnp_etl.sharding.shard import build_shard, build_without_killers
from hnp_etl.sharding.shard_plan import ShardPlan
from hnp_etl.sharding.shard_result import ShardResult
from hnp_etl.state import shards
from hnp_etl.state.changes import note_changes
from hnp_etl.state.database import Connection
from hnp_shared.dataset_info import SHARDS_FOLDER
from hnp_shared.progress import track
from hnp_shared.storage import Written, sweep_temporary

Span = tuple[str, str]
"""First and last patient_id of a shard."""


@dataclass(slots=True)
class Made:
    """Shards of a build.

    Attributes:
        files: all of them by name.
        new: how many were not there before.
    """

    files: dict[str, Written] = field(default_factory=dict)
    new: int = 0


def build_shards(
    config: BuildConfig,
    state: Connection,
    executor: Executor,
    spans: Sequence[Span],
    *,
    final: bool,
) -> Made | None:
    """Build the shards that are not there.

    What could not be read is tried again: by another worker, and at last by this process, which met
    the files.

    Args:
        config: what was asked for.
        state: the opened state.
        executor: builds shards.
        spans: patients of each shard.
        final: whether files that changed since they were met are unreadable now.

    Returns:
        None when such files are to be read from the start.
    """
    folder = config.out / SHARDS_FOLDER
    sweep_temporary(folder, role="an unfinished shard", disk=config.disk)
    shards.begin_shards(state)
    with lifting(config.private, disk=config.disk) as lifter:
        stage = _Stage(config, state, folder)
        stage.lift(spans, lifter)
        executor = nearest(executor, worth=len(spans) > 1)
        unread = stage.build(executor, spans, "decoding")
        if unread and not final and note_changes(state, config.recipe.limits):
            return None
        unread = stage.build(executor, unread, "decoding again")
        stage.build(SerialExecutor(), unread, "decoding again", last=True)
    return stage.made


@dataclass(slots=True)
class _Stage:
    config: BuildConfig
    state: Connection
    folder: Path
    made: Made = field(default_factory=Made)
    lifted: dict[bytes, SourceFile] = field(default_factory=dict)

    def lift(self, spans: Sequence[Span], lifter: Lifter) -> None:
        """Put down what is chosen of solid archives: shards take it in another order."""
        if not shards.any_in_archives(self.state):
            return
        plans = shards.plans(self.state, spans, self.config.recipe)
        missing = (
            each.file
            for plan in plans
            if shards.built_before(self.state, plan, self.folder) is None
            for each in plan.slices
        )
        self.lifted = {each.raw: each for each in lifter.lift(in_order(missing))}

    def build(
        self, executor: Executor, spans: Sequence[Span], what: str, *, last: bool = False
    ) -> list[Span]:
        """Build the shards of some spans; return those that are worth another try."""
        work = partial(build_shard, folder=self.folder, disk=self.config.disk)
        under_way: deque[Span] = deque()
        results = ordered_map(
            executor,
            Task(work, build_without_killers),
            self._missing(spans, under_way),
            in_flight=self.config.in_flight,
        )
        again = []
        for result in track(results, what, total=len(spans), unit="shard"):
            span = under_way.popleft()
            if result.worth_another_try and not last:
                again.append(span)
            else:
                self.made.new += 1
                self._note(result)
        return again

    def _missing(self, spans: Sequence[Span], under_way: deque[Span]) -> Iterator[ShardPlan]:
        """Yield the plans of what is not there, and note the spans of those, in the same order."""
        plans = shards.plans(self.state, spans, self.config.recipe)
        for span, plan in zip(spans, plans, strict=True):
            known = shards.built_before(self.state, plan, self.folder)
            if known is None:
                under_way.append(span)
                yield self._placed(plan)
            else:
                self._note(known)

    def _placed(self, plan: ShardPlan) -> ShardPlan:
        """Return a plan that says where its slices were put down; its digest stays."""
        if not self.lifted:
            return plan
        placed = (
            replace(each, file=self.lifted.get(each.file.raw, each.file)) for each in plan.slices
        )
        return replace(plan, slices=tuple(placed))

    def _note(self, result: ShardResult) -> None:
        shards.note_shard(self.state, result)
        if result.file is not None:
            self.made.files[result.file.name] = result.file
