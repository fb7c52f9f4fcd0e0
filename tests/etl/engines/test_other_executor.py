"""Any executor will do, and its workers are held to be like the process that hands out the work."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from etl.deadly import double
from hnp_etl.engines.engines import open_executor, refuse_unfit
from hnp_etl.engines.expected import Expected
from hnp_etl.engines.other_executor import perform
from hnp_etl.engines.surroundings import Places, own_facts
from hnp_shared.dataset_info import SHARDS_FOLDER
from hnp_shared.errors import InputError, StorageError

THREADS = "concurrent.futures:ThreadPoolExecutor"


def not_one(**_: object) -> list[int]:
    return []


def only_alone() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1)


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        ("no.such.module:make", "found no engine"),
        ("concurrent.futures:Nothing", "found no engine"),
        (f"{__name__}:not_one", "makes a list, expected a concurrent.futures.Executor"),
        (f"{__name__}:only_alone", r"expected only_alone\(max_workers=2\) to make an executor"),
    ],
)
def test_what_makes_no_executor_is_refused(
    engine: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    engine = engine.replace(__name__, Path(__file__).stem)
    with pytest.raises(InputError, match=message), open_executor(2, engine=engine):
        pass


def test_work_is_done(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "out" / SHARDS_FOLDER).mkdir(parents=True)
    with open_executor(2, engine=THREADS) as executor:
        refuse_unfit(executor, [tmp_path / "src"], tmp_path / "out")
        assert [each.result() for each in [executor.submit(double, 4)]] == [8]
    assert [path.name for path in (tmp_path / "out").rglob("*")] == [SHARDS_FOLDER]


def test_a_worker_with_other_code_refuses_the_work() -> None:
    facts = tuple((name, "another" if name == "hnp-etl" else value) for name, value in own_facts())
    with pytest.raises(InputError, match=r"^worker .*: found hnp-etl .*, expected another"):
        perform(lambda: 1, Expected(facts))


def test_a_worker_that_sees_another_out_refuses_the_work(tmp_path: Path) -> None:
    places = Places(((bytes(tmp_path),),), tmp_path / "elsewhere", "mark", b"token")
    with pytest.raises(StorageError, match=r"^worker .*: it sees another OUT, or none"):
        perform(lambda: 1, Expected(own_facts(), places))
