"""Threads of one process share nothing that a slice could land in."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from etl.trees import KEY
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.limits import LIMITS
from hnp_etl.phantom import PhantomConfig, TreeLayout, write_phantom
from hnp_etl.pixels import decoder
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.selftest.material import files_below
from hnp_etl.sharding import plan

THREADS = 4
BUILDS = 20


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> BuildConfig:
    """Five hospitals, of which some compress."""
    folder = tmp_path_factory.mktemp("threads")
    write_phantom(PhantomConfig(folder / "src", 12, 3, TreeLayout.AIHUB, matrix=64))
    (folder / "key").write_bytes(KEY)
    recipe = load_recipe("aihub-dld")
    recipe = recipe.model_copy(update={"image": recipe.image.model_copy(update={"size": (64, 64)})})
    out = folder / "out"
    return BuildConfig(
        (folder / "src",), out, folder / "private", recipe, folder / "key", in_flight=2 * THREADS
    )


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make shards so small that all threads are at one at a time."""
    monkeypatch.setattr(plan, "SHARD_SLICES", 8)


@pytest.fixture
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(THREADS) as executor:
        yield executor


def bytes_of(config: BuildConfig, name: str, executor: Executor) -> dict[str, bytes]:
    work = config.out.with_name(name)
    build(replace(config, out=work, private=work.with_suffix(".private")), executor=executor)
    return files_below(work)


@pytest.mark.usefixtures("small_shards")
def test_builds_in_threads_give_the_bytes_of_one_after_the_other(
    config: BuildConfig, threads: Executor
) -> None:
    expected = bytes_of(config, "serial", SerialExecutor())
    assert sum(name.startswith("shards/") for name in expected) > 2 * THREADS
    for number in range(BUILDS):
        assert bytes_of(config, f"threads-{number}", threads) == expected


def test_each_thread_has_a_decoder_of_its_own_that_ends_with_it(threads: Executor) -> None:

    together = threading.Barrier(THREADS)

    def own_child() -> int:
        together.wait(60)
        return decoder._ready_child(LIMITS).process.pid

    children = {each.result() for each in [threads.submit(own_child) for _ in range(THREADS)]}
    assert len(children) == THREADS
    threads.shutdown()
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
