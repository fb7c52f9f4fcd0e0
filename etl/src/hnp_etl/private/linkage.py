"""The linkage of slice_id and source path, in the private folder; for those who may."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hnp_shared.corrections import defused, restored
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular
from hnp_shared.storage import DISK, Disk, Sink, replace_file

LINKAGE_FILE = "linkage.csv"


@dataclass(frozen=True, slots=True)
class Link:
    """A slice and the path of its source file, as the contract writes paths.

    Attributes:
        frame: of a file of several, from 1.
    """

    slice_id: str
    path: str
    frame: int | None = None


def write_linkage(private: Path, links: Iterable[Link], *, disk: Disk = DISK) -> None:
    """Write the linkage of every accepted slice."""

    def fill(sink: Sink) -> None:
        sink.write(b"slice_id,path,frame\n")
        for link in links:
            quoted = defused(link.path).replace('"', '""').encode("utf-8", "surrogateescape")
            frame = f"{link.frame}" if link.frame else ""
            sink.write(link.slice_id.encode() + b',"' + quoted + f'",{frame}\n'.encode())

    replace_file(private / LINKAGE_FILE, fill, role="the linkage", mode=0o600, disk=disk)


def read_linkage(private: Path) -> Iterator[Link]:
    """Yield the links of a data set.

    Raises:
        InputError: there is no linkage.
        StorageError: it could not be read.
    """
    path = private / LINKAGE_FILE
    try:
        with io.TextIOWrapper(
            open_regular(path, role=LINKAGE_FILE), "utf-8", "surrogateescape", newline=""
        ) as file:
            for row in csv.DictReader(file, strict=True):
                frame = row.get("frame")  # one of before frames has none
                yield Link(row["slice_id"], restored(row["path"]), int(frame) if frame else None)
    except (KeyError, ValueError, csv.Error) as error:
        raise InputError(f"{LINKAGE_FILE} is damaged, expected slice_id,path") from error
    except FileNotFoundError as error:
        raise InputError(f"found no {LINKAGE_FILE} in the private folder") from error
    except OSError as error:
        raise StorageError.of("the linkage", error) from error
