"""The folder of `hnp-train explain`, as both programs read it: a map a slice, by its id."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular
from hnp_shared.plain_json import plain_json

SLICES_FOLDER = "slices"
"""In the folder: `<slice_id>.png` each."""

SUMMARY_FILE = "explain.json"
"""Beside it: what was explained, and by which weights."""

_ROLE = "a map"
_MOST_SUMMARY_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class ExplainedMaps:
    """Maps of slices.

    Attributes:
        folder: of `<slice_id>.png`.
        dataset_id: of the data set that was explained; None where nothing tells it.
        weights_sha256: of the model that was; likewise.
    """

    folder: Path
    dataset_id: str | None = None
    weights_sha256: str | None = None

    @classmethod
    def open(cls, path: Path) -> Self:
        """Return the maps below a folder: that of `explain -o`, or its `slices` alone.

        Raises:
            InputError: it holds no map.
            StorageError: it could not be read.
        """
        try:
            is_whole = (path / SLICES_FOLDER).is_dir()
            folder = path / SLICES_FOLDER if is_whole else path
            if not any(each.suffix == ".png" for each in folder.iterdir()):
                raise InputError("found no map in --maps, expected the folder of hnp-train explain")
        except OSError as error:
            raise StorageError.of("the folder of maps", error) from error
        about = _about(folder.parent / SUMMARY_FILE if folder.name == SLICES_FOLDER else None)
        return cls(folder, *(about.get(name) for name in ("dataset_id", "weights_sha256")))

    def refuse_other(self, dataset_id: str, weights_sha256: str | None = None) -> None:
        """Refuse maps of another data set, whose labels stand in them, or of other weights.

        Raises:
            InputError: they are.
        """
        if self.dataset_id not in (None, dataset_id):
            raise InputError(f"the maps are of data set {self.dataset_id}, expected {dataset_id}")
        if weights_sha256 and self.weights_sha256 not in (None, weights_sha256):
            raise InputError("the maps are of other weights than the predictions, expected theirs")

    def read(self, slice_id: str, *, most_bytes: int) -> bytes | None:
        """Return the file of a slice, at most so many bytes of it; None where there is none.

        Raises:
            StorageError: it could not be read.
        """
        try:
            return read_regular(self.folder / f"{slice_id}.png", role=_ROLE, most_bytes=most_bytes)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError.of(_ROLE, error) from error


def _about(path: Path | None) -> dict[str, str]:
    """Return what a summary says it is about; nothing where there is none."""
    if path is None:
        return {}
    try:
        found = plain_json(read_regular(path, role=SUMMARY_FILE, most_bytes=_MOST_SUMMARY_BYTES))
        about = found["about"]
        return {name: about[name] for name in about if isinstance(about[name], str)}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError.of(SUMMARY_FILE, error) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{SUMMARY_FILE} beside the maps is none of hnp-train explain") from error
