"""Where a benchmark puts what it makes, and how it is emptied between runs."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.record import Run
from bench.sizes import Sizes

PROGRAMS = Path(__file__).parent / "programs"


@dataclass(frozen=True, slots=True)
class Place:
    """A scratch folder and the sizes of what lies in it."""

    scratch: Path
    sizes: Sizes

    @property
    def tree(self) -> Path:
        """The hospital folders and the list of what is chosen of them."""
        return self.scratch / "tree"

    @property
    def key(self) -> Path:
        """The key of all builds, so that ids can be compared."""
        return self.scratch / "key"

    def emptied(self, *names: str) -> Callable[[], None]:
        """Return a function that removes folders of the scratch folder."""

        def empty() -> None:
            for name in names:
                shutil.rmtree(self.scratch / name, ignore_errors=True)

        return empty

    def begin(self) -> None:
        """Make the folder and the key."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        if not self.key.exists():
            descriptor = os.open(self.key, os.O_WRONLY | os.O_CREAT, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123  # Path sets no mode
                file.write(b"bench key, says nothing about anyone")

    def build_command(self, source: Path, out: str, *options: str | Path) -> tuple[str | Path, ...]:
        """Return what a user types to build ``source``."""
        return (
            *("hnp-etl", "build-manifest", source, "--out", self.scratch / out),
            *("--key-file", self.key, "--workers", "2", "--json", *options),
        )

    def profiled_build(self, source: Path, *options: str | Path, status: int = 0) -> Run:
        """Return a build of ``source`` in one process, from nothing."""
        command = self.build_command(source, "profiled", *options, "--workers", "1")
        before = self.emptied("profiled", "profiled.private")
        return Run(("profile",), command, before=before, status=status)


def warm(folder: Path) -> None:
    """Read every file once, so that no side pays for the disk's first read."""
    for below, _, names in os.walk(folder):
        for name in names:
            with Path(below, name).open("rb", buffering=0) as file:
                while file.read(1 << 22):
                    pass
