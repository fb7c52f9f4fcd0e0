"""Tar files as WebDataset reads them: of each slice an array and what the manifest says.

A sample is the files of one base name, and its parts are told by what follows the first dot
(WebDataset, "The WebDataset Format").
"""

import io
import json
import tarfile
from collections.abc import Iterator

import numpy as np

from hnp_etl.exports.parts import Part

IMAGE, ROW = "npy", "json"


def file_name(dataset_id: str, part: Part) -> str:
    """Return the name of a part: numbers of one width, as ``{000000..000003}`` names them all."""
    return f"{dataset_id}-{part.number:06}.tar"


def content_of(part: Part) -> Iterator[bytes]:
    """Yield a tar file piece by piece; the same slices give the same bytes."""
    for row, image in zip(part.rows.to_pylist(), part.images, strict=True):
        array = io.BytesIO()
        np.save(array, image, allow_pickle=False)
        yield from _member(f"{row['slice_id']}.{IMAGE}", array.getvalue())
        text = json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False)
        yield from _member(f"{row['slice_id']}.{ROW}", text.encode())
    yield bytes(2 * tarfile.BLOCKSIZE)  # the end of an archive (POSIX ustar)


def _member(name: str, content: bytes) -> Iterator[bytes]:
    head = tarfile.TarInfo(name)  # no time, no owner
    head.size, head.mode = len(content), 0o644
    yield head.tobuf(tarfile.USTAR_FORMAT)
    yield content
    yield bytes(-len(content) % tarfile.BLOCKSIZE)
