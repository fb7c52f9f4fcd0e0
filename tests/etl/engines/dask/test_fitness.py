"""Workers that would do other work than the parent are refused by name, before they do any."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etl.deadly import double
from etl.engines.dask.clusters import Cluster, begin, cluster, other_code, with_patched_os
from etl.engines.test_engines import never
from etl.trees import KEY, sound_tree
from hnp_etl.engines.engines import Task, open_executor, ordered_map, refuse_unfit
from hnp_shared.dataset_info import SHARDS_FOLDER
from hnp_shared.errors import InputError, StorageError


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    sound_tree(folder / "src")
    (folder / "key").write_bytes(KEY)
    return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask") / "cluster") as found:
        yield found


@pytest.fixture
def found(shared: Cluster) -> Iterator[Cluster]:
    """Yield a cluster of one worker that is fit."""
    shared.add("fit")
    yield shared
    shared.drop()


def another_version(package: Path) -> None:
    init = package / "__init__.py"
    init.write_text(re.sub(r'__version__ = ".*"', '__version__ = "9.9.9"', init.read_text()))


def other_lines(package: Path) -> None:
    with (package / "pixels" / "transform.py").open("a") as file:
        file.write("\n# another line\n")


def no_questions(package: Path) -> None:
    (package / "engines/dask_errand.py").unlink()


STRANGERS = [
    (another_version, r"Dask worker odd: found hnp-etl 9\.9\.9, expected [0-9.]+, .*"),
    (other_lines, r"Dask worker odd: found hnp-etl code [0-9a-f]{12}, expected [0-9a-f]{12}; .*"),
    (no_questions, r"Dask worker tcp://\S+: found no hnp-etl that can be asked, expected .*"),
]


@pytest.mark.parametrize(("change", "line"), STRANGERS)
def test_a_worker_of_other_code_is_refused_before_work(
    found: Cluster, tree: Path, tmp_path: Path, change: Callable[[Path], None], line: str
) -> None:
    found.add("odd", environment=other_code(tmp_path / "code", change))
    told = begin(tree, tmp_path / "out", found.address).result()
    assert told.code == 65
    assert re.fullmatch(f"error: {line}", "\n".join(told.lines))
    assert files_in(tmp_path / "out") == []


@pytest.mark.parametrize(
    ("change", "line"),
    [STRANGERS[0], pytest.param(*STRANGERS[1], marks=pytest.mark.torture), STRANGERS[2]],
)
def test_a_worker_of_other_code_that_joins_later_is_refused_too(
    found: Cluster, tree: Path, tmp_path: Path, change: Callable[[Path], None], line: str
) -> None:
    (tmp_path / "out" / SHARDS_FOLDER).mkdir(parents=True)
    with open_executor(1, engine="dask", scheduler=found.address) as executor:
        refuse_unfit(executor, [tree / "src"], tmp_path / "out")
        assert list(ordered_map(executor, Task(double, never), range(3), in_flight=2)) == [0, 2, 4]
        found.drop()
        found.add("odd", environment=other_code(tmp_path / "code", change))
        with pytest.raises(InputError, match=line):
            list(ordered_map(executor, Task(double, never), range(3), in_flight=2))
    assert files_in(tmp_path / "out") == []


BLIND = """
from pathlib import Path
HIDDEN, ELSEWHERE = {hidden!r}, {elsewhere!r}
def instead(name):
    def call(path, *arguments, **options):
        if not isinstance(path, int) and os.fsdecode(path).startswith(HIDDEN):
            path = ELSEWHERE + os.fsdecode(path).removeprefix(HIDDEN)
        return real(path, *arguments, **options)
    real = getattr(os, name)
    setattr(os, name, call)
for name in ("open", "lstat", "stat", "scandir", "unlink"):
    instead(name)
"""


def sees_instead(folder: Path, hidden: Path, elsewhere: Path) -> dict[str, str]:
    """Return an environment in which one folder is another, as on a machine with its own disks."""
    return with_patched_os(folder, BLIND.format(hidden=str(hidden), elsewhere=str(elsewhere)))


ADVICE = "; SRC and OUT must be the same folders there as here, under the same paths"


def test_a_worker_that_cannot_see_the_sources_is_refused_before_work(
    found: Cluster, tree: Path, tmp_path: Path
) -> None:
    found.add("blind", environment=sees_instead(tmp_path / "patch", tree / "src", Path("/none")))
    told = begin(tree, tmp_path / "out", found.address).result()
    assert told.code == 74
    assert told.lines == [
        f"error: Dask worker blind: it cannot see SRC, No such file or directory{ADVICE}"
    ]
    assert files_in(tmp_path / "out") == []


@pytest.mark.torture
def test_a_worker_with_an_empty_folder_in_the_place_of_the_sources_is_refused(
    found: Cluster, tree: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    found.add("unmounted", environment=sees_instead(tmp_path / "patch", tree / "src", empty))
    told = begin(tree, tmp_path / "out", found.address).result()
    assert told.code == 74
    assert told.lines == [
        f"error: Dask worker unmounted: it cannot see all of SRC, No such file or directory{ADVICE}"
    ]


def test_a_worker_with_an_out_of_its_own_is_refused_before_work(
    found: Cluster, tree: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    (own / SHARDS_FOLDER).mkdir(parents=True)
    found.add("apart", environment=sees_instead(tmp_path / "patch", tmp_path / "out", own))
    told = begin(tree, tmp_path / "out", found.address).result()
    assert told.code == 74
    assert told.lines == [f"error: Dask worker apart: it sees another OUT, or none{ADVICE}"]
    assert files_in(tmp_path / "out") == files_in(own) == []


def test_a_worker_that_joins_later_with_an_out_of_its_own_is_refused_too(
    found: Cluster, tree: Path, tmp_path: Path
) -> None:
    out, own = tmp_path / "out", tmp_path / "own"
    (out / SHARDS_FOLDER).mkdir(parents=True)
    with open_executor(1, engine="dask", scheduler=found.address) as executor:
        refuse_unfit(executor, [tree / "src"], out)
        found.drop()
        found.add("apart", environment=sees_instead(tmp_path / "patch", out, own))
        with pytest.raises(StorageError, match="Dask worker apart: it sees another OUT, or none"):
            list(ordered_map(executor, Task(double, never), range(3), in_flight=2))
    assert files_in(out) == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
