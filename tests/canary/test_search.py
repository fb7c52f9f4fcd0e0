"""The search finds every planted form, or finding nothing would mean nothing."""

import base64
import gzip
import hashlib
import json
import random
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import safetensors.numpy
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from canary.marker import DIGESTS, HANGUL, LATIN, MARKER, hits
from canary.readings import readings_below

NOISE = random.Random(7).randbytes(4096)

FORMS: dict[str, bytes] = {
    "utf-8": MARKER.encode(),
    "upper case": MARKER.upper().encode(),
    "lower case": MARKER.lower().encode(),
    "mixed case": b"cAnArYq7",
    "utf-16 little endian": MARKER.encode("utf-16-le"),
    "utf-16 big endian": MARKER.encode("utf-16-be"),
    "utf-16 upper case": LATIN.upper().encode("utf-16-be"),
    "cp949": MARKER.encode("cp949"),
    "cp949 Hangul": HANGUL.encode("cp949"),
    "nfd": unicodedata.normalize("NFD", HANGUL).encode(),
    "nfd utf-16": unicodedata.normalize("NFD", HANGUL).encode("utf-16-le"),
    "hex": MARKER.encode().hex().encode(),
    "hex upper case": MARKER.encode().hex().upper().encode(),
    "hex of cp949": HANGUL.encode("cp949").hex().encode(),
    **{f"base64 {n}": base64.b64encode(b"abc"[:n] + MARKER.encode() + b"d") for n in range(3)},
    "base64 Hangul": base64.b64encode(b"name=" + HANGUL.encode() + b";"),
    "json": json.dumps(HANGUL).encode(),
    "url": quote(HANGUL).encode(),
    **{name: hashlib.new(name, MARKER.encode()).hexdigest().encode() for name in DIGESTS},
    **{f"{name} raw": hashlib.new(name, LATIN.encode()).digest() for name in DIGESTS},
    "md5 upper": hashlib.md5(LATIN.encode()).hexdigest().upper().encode(),
    "sha256 of cp949": hashlib.sha256(HANGUL.encode("cp949")).hexdigest().encode(),
    "sha256 base64": base64.b64encode(hashlib.sha256(MARKER.encode()).digest()),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("before", range(3))
def test_every_form_is_found_anywhere(form: bytes, before: int) -> None:
    assert hits(NOISE[: 100 + before] + form + NOISE[:50])


def test_noise_and_near_misses_are_no_hits() -> None:
    assert hits(NOISE + b"canary 7 CANARYQ6 " + "김각희".encode()) == set()


def _shard(path: Path) -> None:
    np.savez_compressed(path, ids=np.array([MARKER]))


def _zip_comment(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = MARKER.encode()


def _table(path: Path) -> None:
    pq.write_table(pa.table({"a": [MARKER] * 9}), path, compression="zstd")


def _table_metadata(path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"by": MARKER}), path)


def _picture(path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", MARKER, zip=True)
    Image.new("L", (4, 4)).save(path, pnginfo=info)


def _weights(path: Path) -> None:
    safetensors.numpy.save_file({"w": np.zeros(3)}, path, metadata={"from": MARKER})


def _checkpoint(path: Path) -> None:
    torch.save({"from": MARKER}, path)


def _folder_name(path: Path) -> None:
    (path.parent / MARKER).mkdir()


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("shard.npz", _shard),
        ("comment.zip", _zip_comment),
        ("table.parquet", _table),
        ("metadata.parquet", _table_metadata),
        ("picture.png", _picture),
        ("weights.safetensors", _weights),
        ("last.pt", _checkpoint),
        ("nothing", _folder_name),
    ],
)
def test_the_marker_is_found_in_every_kind_of_file(
    name: str, write: Callable[[Path], None], tmp_path: Path
) -> None:
    write(tmp_path / name)
    assert any(hits(reading) for _, reading in readings_below(tmp_path))


def test_what_no_reading_unpacks_is_known_to_be_missed() -> None:
    assert not hits(gzip.compress(MARKER.encode() * 9))  # so a new packed format needs a reading
