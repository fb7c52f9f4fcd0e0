"""Data sets and runs that many tests look at; none of them changes one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from hnp_model.cli import main
from model.synthetic import Plan, write_dataset


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)  # small tensors, and other tests run next to these
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 patients, two discs of one slice each: enough to train on, too few for figures."""
    return write_dataset(tmp_path_factory.mktemp("small") / "out", Plan(24, slices_a_level=1))


@pytest.fixture(scope="session")
def small_split(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default split of `small`."""
    path = tmp_path_factory.mktemp("splits") / "small.csv"
    assert invoke("split", small, "-o", path).exit_code == 0
    return path


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 patients of three hospitals, three discs of two slices each, 32 x 32."""
    return write_dataset(
        tmp_path_factory.mktemp("data") / "out", Plan(patients=80, levels=3, positive_share=0.4)
    )


@pytest.fixture(scope="session")
def split_file(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default split of `dataset`."""
    path = tmp_path_factory.mktemp("splits") / "default.csv"
    result = invoke("split", dataset, "-o", path)
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="session")
def run(dataset: Path, split_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished and evaluated fit of the compact network."""
    path = tmp_path_factory.mktemp("runs") / "run"
    fitted = invoke_fit(dataset, split_file, path)
    assert fitted.exit_code == 0, fitted.output
    evaluated = invoke("evaluate", path, dataset, "--split", split_file)
    assert evaluated.exit_code == 0, evaluated.output
    return path


def invoke(*arguments: object) -> Result:
    """Run hnp-train in this process; a bug's traceback fails the test."""
    return CliRunner().invoke(
        main, [str(argument) for argument in arguments], catch_exceptions=False
    )


def invoke_fit(dataset: Path, split_file: Path, run: Path, *more: object) -> Result:
    """Fit the compact network for two epochs."""
    return invoke(
        *("fit", dataset, "--split", split_file, "--out", run, "--model", "compact"),
        *("--epochs", 2, "--batch-size", 16, *more),
    )
