"""A small data set of two hospitals, with rejected files among them."""

from pathlib import Path

from etl.trees import KEY, Slice, hard_tree, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.recipe import Image, Recipe

TINY = Recipe(name="tiny", image=Image(size=(32, 32)))
LEVELS = ("L3-4", "L4-5", "L5-S1")


def built(folder: Path, *, patients: int = 4, name: str = "out") -> Path:
    """Build a data set: `hard_tree` in one hospital, sound slices of three discs in another."""
    hard_tree(folder / "src")
    for person in range(patients):
        for number, level in enumerate(LEVELS):
            code = 1 + (person + number) % 3
            write_slice(
                folder / "src",
                Slice(f"Q{person:03d}", number, level=level, code=code, hospital="H02"),
                EchoTime=str(90 + 10 * person),
            )
    key = folder / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    out = folder / name
    config = BuildConfig((folder / "src",), out, folder / f"{name}.private", TINY, key)
    build(config, executor=SerialExecutor())
    return out
