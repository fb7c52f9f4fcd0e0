"""One exported ensemble that tests of the folder look at; to trace one takes torch seconds."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from model.conftest import invoke, invoke_fit
from model.synthetic import Plan, write_dataset


@dataclass(frozen=True)
class World:
    data: Path
    run: Path
    file: Path
    printed: str


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two seeds that see three slices and a further column, of uint16 shards, and their file."""
    place = tmp_path_factory.mktemp("exports")
    data = write_dataset(place / "data", Plan(16, slices_a_level=3, uint16=True))
    split = place / "split.csv"
    assert invoke("split", data, "-o", split).exit_code == 0
    shape = ("--slices", 3, "--seeds", 2, "--columns", "field_strength_t", "--width", 4)
    fitted = invoke_fit(data, split, place / "run", *shape, "--epochs", 1)
    assert fitted.exit_code == 0, fitted.output
    file = place / "model.onnx"
    done = invoke("export", place / "run", "-o", file)
    assert done.exit_code == 0, done.output
    return World(data, place / "run", file, done.output)
