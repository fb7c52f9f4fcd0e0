"""What a user asks of a build, as one record."""

from dataclasses import dataclass
from pathlib import Path

from hnp_etl.corrections.correction_file import CorrectionFile
from hnp_etl.datasets.gate import NO_GATES, Gates
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.storage import DISK, Disk


@dataclass(frozen=True, slots=True)
class BuildConfig:
    """What a user asks for.

    Attributes:
        src: hospital folders.
        out: folder of the data set.
        private: folder of key, linkage and state.
        key_file: None to make a key in the private folder.
        in_flight: tasks that may wait for a worker.
        gates: what must hold before a commit.
        corrections: files of readers' corrections, each once.
        disk: where writes go.
    """

    src: tuple[Path, ...]
    out: Path
    private: Path
    recipe: Recipe
    key_file: Path | None = None
    in_flight: int = 4
    gates: Gates = NO_GATES
    corrections: tuple[CorrectionFile, ...] = ()
    disk: Disk = DISK
