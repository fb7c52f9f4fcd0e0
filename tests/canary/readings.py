"""All bytes of a file: its name, as it lies on the disk, and what is packed in it, unpacked."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
from PIL import Image


def readings(path: Path) -> Iterator[bytes]:
    """Yield name and bytes of a file, and whatever its format hides from a plain search."""
    content = path.read_bytes()
    yield path.name.encode("utf-8", "surrogateescape")
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):  # npz shards and torch's checkpoints
        yield from _zipped(content)
    if content[:4] == b"PAR1":
        yield from _table(content)
    if content[:4] == b"\x89PNG":
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            yield repr(picture.info).encode()
    if path.suffix == ".json":
        yield json.dumps(json.loads(content), ensure_ascii=False).encode()


def readings_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the readings of every file below a folder, each with the file's place."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder.parent).as_posix()
        yield f"name of {place}", path.name.encode("utf-8", "surrogateescape")
        if path.is_file():
            for reading in readings(path):
                yield place, reading


def _zipped(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield archive.comment
        for member in archive.infolist():
            yield member.filename.encode() + member.comment + member.extra
            yield archive.read(member)


def _table(content: bytes) -> Iterator[bytes]:
    table = pq.read_table(io.BytesIO(content))
    yield repr(pq.read_metadata(io.BytesIO(content)).metadata).encode()
    yield table.schema.to_string().encode()
    for column in table.columns:
        yield "\n".join(map(str, column.to_pylist())).encode("utf-8", "surrogateescape")
