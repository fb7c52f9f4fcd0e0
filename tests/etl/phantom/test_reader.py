"""The constants of the phantom stay where a reader of real images would be."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "phantom_reader.py"


@pytest.fixture(scope="module")
def reader() -> ModuleType:
    spec = importlib.util.spec_from_file_location("phantom_reader", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_is_known_of_a_disc_tells_as_much_as_it_should(reader: ModuleType) -> None:
    discs = reader.discs_of(seed=2, patients=reader.PATIENTS)
    for name, (least, most) in reader.RANGES.items():
        assert least <= reader.auc(discs, name) <= most, name
