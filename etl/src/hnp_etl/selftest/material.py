"""What the checks work on: a small phantom, a key, a recipe and the data set of a calm build."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.phantom import PhantomConfig, write_phantom
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.errors import StorageError
from hnp_shared.storage import DISK, Disk

PATIENTS, SEED, MATRIX = 3, 1, 96
KEY = b"known to everybody: for selftest data only"
_RECIPE = 'name = "selftest"\n[image]\nsize = [48, 48]\n'
_PROGRAM = "from hnp_etl.cli import main; main()"
_SLOWEST_BUILD_S = 120.0


@dataclass(frozen=True, slots=True)
class Material:
    """What every check is given.

    Attributes:
        folder: temporary; a check makes folders of its own in it.
        calm: relative path -> bytes of the data set of an undisturbed build with one worker.
        calm_s: how long that build took, in seconds.
    """

    folder: Path
    calm: dict[str, bytes]
    calm_s: float

    @property
    def source(self) -> Path:
        """The phantom."""
        return _source(self.folder)

    def config(self, name: str, *, source: Path | None = None, disk: Disk = DISK) -> BuildConfig:
        """Return what builds a data set ``name`` in this process."""
        recipe = load_recipe(str(self.folder / "recipe.toml"))
        places = (self.folder / name, self.folder / f"{name}.private")
        key = self.folder / "key"
        return BuildConfig((source or self.source,), *places, recipe, key, disk=disk)

    def build(self, name: str, *, source: Path | None = None, disk: Disk = DISK) -> BuildReport:
        """Build a data set ``name`` in this process."""
        return build(self.config(name, source=source, disk=disk), executor=SerialExecutor())

    def command(self, name: str, *, workers: int) -> list[str]:
        """Return the command line that builds a data set ``name``."""
        return _command(self.folder, name, workers)

    def run(self, name: str, *, workers: int) -> dict[str, bytes]:
        """Build a data set ``name`` in a process of its own and return its content.

        Raises:
            StorageError: the build did not end with exit code 0.
        """
        return _run(self.folder, name, workers)


def prepare(folder: Path) -> Material:
    """Write phantom, key and recipe into a new folder, and build the data set to compare with.

    Raises:
        StorageError: a file could not be written, or the build failed.
    """
    write_phantom(PhantomConfig(_source(folder), PATIENTS, SEED, matrix=MATRIX))
    try:
        (folder / "recipe.toml").write_text(_RECIPE, encoding="utf-8")
        key = folder / "key"
        key.touch(mode=0o600)
        key.write_bytes(KEY)
    except OSError as error:
        raise StorageError.of("the folder of the selftest", error) from error
    started = time.monotonic()
    calm = _run(folder, "calm", workers=1)
    return Material(folder, calm, time.monotonic() - started)


def files_below(folder: Path) -> dict[str, bytes]:
    """Return relative path -> bytes of every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _source(folder: Path) -> Path:
    return folder / "hospitals"


def _command(folder: Path, name: str, workers: int) -> list[str]:
    places = ("--out", str(folder / name), "--key-file", str(folder / "key"))
    options = ("--recipe", str(folder / "recipe.toml"), "--workers", str(workers))
    program = (sys.executable, "-P", "-c", _PROGRAM)
    return [*program, "build-manifest", os.fspath(_source(folder)), *places, *options]


def _run(folder: Path, name: str, workers: int) -> dict[str, bytes]:
    done = subprocess.run(
        _command(folder, name, workers), capture_output=True, timeout=_SLOWEST_BUILD_S, check=False
    )
    if done.returncode:
        raise StorageError("a build", f"found exit code {done.returncode}, expected 0")
    return files_below(folder / name)
