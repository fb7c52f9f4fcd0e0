"""Files that kill: what decodes or reads them crashes, exits, hangs or grabs memory."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pydicom.encaps import encapsulate

from dicom_files import RLE, compressed_frame, dicom_bytes, label_bytes, picture
from etl.trees import KEY
from hnp_etl.private.pseudonyms import pseudonym
from hnp_shared.check import check_dataset
from hnp_shared.dataset import open_dataset

FILES = 200
FOLDER = Path("H01/C004")

DEADLY_CODE = """
import ctypes, os, signal, numpy
import hnp_etl.pixels.codec, hnp_etl.dicom.header

def die(how):
    if how == b"segv": ctypes.string_at(0)
    if how == b"exit": os._exit(0)
    if how == b"kill": os.kill(os.getpid(), signal.SIGKILL)
    if how == b"loop":
        while True: pass
    if how == b"grab": kept = numpy.empty(2**40, "u1")

def decompress(frame, syntax, rule, original=hnp_etl.pixels.codec.decompress):
    before, _, how = frame.partition(b"DEADLY")
    if how: die(how[:4])
    return original(frame, syntax, rule)

def read_header(read_at, *rest, original=hnp_etl.dicom.header.read_header):
    if read_at(0, 6) == b"DEADLY": die(read_at(6, 4))
    return original(read_at, *rest)

hnp_etl.pixels.codec.decompress = decompress
hnp_etl.dicom.header.read_header = read_header
"""
"""Runs in every process of the build before anything else (`sitecustomize`)."""

IN_DECODER = {b"segv": "CRASHED", b"exit": "CRASHED", b"loop": "TIMEOUT", b"grab": "CRASHED"}
IN_WORKER = (b"segv", b"exit", b"kill")


def deadly_tree(root: Path, seed: int) -> dict[str, str]:
    """Write 200 files, seven of them deadly; return name -> reason of those."""
    folder = root / FOLDER
    folder.mkdir(parents=True)
    chosen = np.random.default_rng(seed).permutation(FILES)
    deadly: dict[str, str] = {}
    for number in range(FILES):
        frame = compressed_frame(picture(24, 24, seed=number), 12, RLE)
        place = int(np.flatnonzero(chosen == number)[0])
        content = _file(frame)
        name = f"{number:03d}.dcm"
        if place < len(IN_DECODER):
            how, deadly[name] = list(IN_DECODER.items())[place]
            content = _file(frame + b"DEADLY" + how)
        elif place < len(IN_DECODER) + len(IN_WORKER):
            how, deadly[name] = IN_WORKER[place - len(IN_DECODER)], "CRASHED"
            content = b"DEADLY" + how + content[10:]
        (folder / name).write_bytes(content)
        (folder / name).with_suffix(".json").write_bytes(label_bytes(Patient_ID=f"P{number % 9}"))
    return deadly


def _file(frame: bytes) -> bytes:
    size: dict[str, object] = {"Rows": 24, "Columns": 24}
    return dicom_bytes(syntax=RLE, PixelData=encapsulate([frame]), **size)  # type: ignore[arg-type]  # mixed


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.torture) for seed in range(1, 20))]
)
def test_a_deadly_file_costs_itself(tmp_path: Path, seed: int) -> None:
    deadly = deadly_tree(tmp_path / "src", seed)
    (tmp_path / "sitecustomize.py").write_text(DEADLY_CODE)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nconfirmed = true\n[limits]\ndecode_timeout_s = 4.0\n'
    )
    out = tmp_path / "out"
    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "hnp-etl", "build-manifest", tmp_path / "src"),
            *("--out", out, "--workers", "2", "--key-file", tmp_path / "key"),
            *("--recipe", tmp_path / "mine.toml", "--accept-losses"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    again = "files to be tried again: 7 (CRASHED 6, TIMEOUT 1); run the same command again"
    assert again in done.stdout
    dataset = open_dataset(out)
    ledger = dataset.ledger_table().to_pandas().set_index("file_id")
    found = {name: ledger.reason[pseudonym(KEY, "file", f"src/{FOLDER}/{name}")] for name in deadly}
    assert found == deadly
    assert dict(dataset.info.states) == {
        "accepted": FILES - len(deadly),
        "rejected": len(deadly),
        "used": FILES,
    }
    assert check_dataset(out, deep=True).findings == ()
