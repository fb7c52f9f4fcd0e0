"""Compressed frames: fragments, decoders behind a pipe, and what a bad one costs."""

import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from dicom_files import (
    COMPRESSED,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG_2000,
    JPEG_LS,
    RLE,
    UNCOMPRESSED,
    compressed_frame,
    dicom_bytes,
    picture,
    without_syntax,
)
from hnp_etl.dicom.header import read_header
from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.limits import Limits
from hnp_etl.pixels import decoder
from hnp_etl.pixels.decoder import decode_guarded, stop_child
from hnp_etl.pixels.decoder_child import Request
from hnp_etl.pixels.encapsulated import single_frame
from hnp_etl.pixels.sample import read_sample
from hnp_etl.pixels.transform import PixelRule, from_bytes
from hnp_etl.recipes.recipe import Image
from hnp_shared.vocabulary import Reason

RULE = PixelRule(40, 48, 16, 12, False, 1.0, 0.0, False)
ITEM, END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    yield
    stop_child()


def item(content: bytes) -> bytes:
    return ITEM + struct.pack("<I", len(content)) + content


@pytest.mark.parametrize("end", [END, b""], ids=["delimited", "delimiter missing"])
@pytest.mark.parametrize("fragments", [[b"abcd"], [b"ab", b"cd"]], ids=len)
def test_fragments_are_joined(fragments: list[bytes], end: bytes) -> None:
    value = item(b"") + b"".join(map(item, fragments)) + end
    assert single_frame(value) == b"abcd"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (item(b"") + item(b"abcd")[:-1], Reason.TRUNCATED),
        (item(b"") + ITEM + b"\1", Reason.TRUNCATED),
        (item(b""), Reason.TRUNCATED),
        (b"", Reason.TRUNCATED),
        (item(b"") + END, Reason.TRUNCATED),
        (b"\xff\xd8\xff\xe0\0\0\0\0", Reason.DECODE_FAILED),
    ],
)
def test_fragments_that_do_not_add_up_are_refused(value: bytes, reason: Reason) -> None:
    with pytest.raises(FileError) as caught:
        single_frame(value)
    assert caught.value.reason is reason


@pytest.mark.parametrize("bits_stored", [12, 16])
@pytest.mark.parametrize("syntax", COMPRESSED)
def test_lossless_syntaxes_give_back_what_was_compressed(syntax: str, bits_stored: int) -> None:
    pixels = picture() << (bits_stored - 12)
    frame = compressed_frame(pixels, bits_stored, syntax)
    rule = replace(RULE, bits_stored=bits_stored)
    assert np.array_equal(from_bytes(decode_guarded(Request(frame, syntax, rule)), rule), pixels)


def test_a_baseline_jpeg_is_what_another_decoder_reads() -> None:
    smooth = cv2.GaussianBlur(np.random.default_rng(0).random((40, 48)) * 255, (0, 0), 3)
    _, encoded = cv2.imencode(".jpg", smooth.astype(np.uint8))
    rule = replace(RULE, bits_allocated=8, bits_stored=8)
    request = Request(encoded.tobytes(), "1.2.840.10008.1.2.4.50", rule)
    found = from_bytes(decode_guarded(request), rule)
    expected = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))
    assert found.dtype == np.uint8
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1  # rounding of the DCT


@pytest.mark.parametrize("syntax", [*UNCOMPRESSED, *COMPRESSED])
def test_a_file_in_any_syntax_becomes_the_same_sample(syntax: str, tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    content = dicom_bytes(syntax=syntax)
    path.write_bytes(content)
    facts = read_header(lambda start, count: content[start : start + count], len(content))
    recipe = Image.model_validate({"size": [20, 20]})
    sample = read_sample(SourceFile.at(path), facts, recipe)
    plain = dicom_bytes()
    path.write_bytes(plain)
    facts = read_header(lambda start, count: plain[start : start + count], len(plain))
    assert np.array_equal(sample.array, read_sample(SourceFile.at(path), facts, recipe).array)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_a_plain_file_that_names_no_syntax_becomes_the_same_sample(
    syntax: str, tmp_path: Path
) -> None:
    recipe = Image.model_validate({"size": [20, 20]})
    arrays = []
    for content in (dicom_bytes(syntax=syntax), without_syntax(dicom_bytes(syntax=syntax))):
        path = tmp_path / "a.dcm"
        path.write_bytes(content)
        facts = read_header(lambda start, count: content[start : start + count], len(content))  # noqa: B023  # read at once
        arrays.append(read_sample(SourceFile.at(path), facts, recipe).array)
    assert np.array_equal(arrays[0], arrays[1])


def test_a_deflated_file_that_was_cut_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    content = dicom_bytes(syntax=DEFLATED)
    facts = read_header(lambda start, count: content[start : start + count], len(content))
    path.write_bytes(content[:-200])
    with pytest.raises(FileError) as caught:
        read_sample(SourceFile.at(path), facts, Image())
    assert caught.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize("syntax", [RLE, JPEG_LS, JPEG_2000])
@pytest.mark.parametrize("damage", ["garbage", "cut", "size"])
def test_a_frame_that_cannot_be_decoded_costs_that_frame(syntax: str, damage: str) -> None:
    good = compressed_frame(picture(), 12, syntax)
    bad = Request(good, syntax, RULE)
    if damage == "garbage":
        bad = Request(b"\0no frame\0" * 20, syntax, RULE)
    elif damage == "cut":
        bad = Request(good[: len(good) // 3], syntax, RULE)
    else:
        bad = Request(good, syntax, replace(RULE, rows=41))
    with pytest.raises(FileError) as caught:
        decode_guarded(bad)
    assert caught.value.reason is Reason.DECODE_FAILED
    found = from_bytes(decode_guarded(Request(good, syntax, RULE)), RULE)
    assert np.array_equal(found, picture())


def own_process() -> "subprocess.Popen[bytes]":
    assert decoder._OWN.child is not None
    return decoder._OWN.child.process


def stub(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Put another program in the place of the decoder child; it says that it is ready."""
    original = subprocess.Popen
    ready = "import sys; sys.stdout.buffer.write(b'\\1\\0\\0\\0+'); sys.stdout.buffer.flush()\n"

    def start(_command: list[str], **options: object) -> object:
        return original([sys.executable, "-c", ready + program], **options)  # type: ignore[call-overload]

    monkeypatch.setattr("hnp_etl.pixels.decoder.subprocess.Popen", start)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os._exit(1)", Reason.CRASHED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.CRASHED),
        (
            "import sys; sys.stdin.buffer.read(10); sys.stdout.buffer.write(b'\\x09')",
            Reason.CRASHED,
        ),
        ("import time; time.sleep(60)", Reason.TIMEOUT),
        ("while True: pass", Reason.TIMEOUT),
    ],
    ids=["exit", "segmentation fault", "half an answer", "silence", "endless loop"],
)
def test_a_child_that_does_not_answer_is_told_from_one_that_died(
    monkeypatch: pytest.MonkeyPatch, program: str, reason: Reason
) -> None:
    request = Request(compressed_frame(picture(), 12, RLE), RLE, RULE)
    with monkeypatch.context() as patched:
        stub(patched, program)
        with pytest.raises(FileError) as caught:
            decode_guarded(request, Limits(decode_timeout_s=0.5))
    assert caught.value.reason is reason
    assert np.array_equal(from_bytes(decode_guarded(request), RULE), picture())


def test_a_child_is_replaced_after_so_many_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "DECODER_FRAMES", 2)
    request = Request(compressed_frame(picture(), 12, RLE), RLE, RULE)
    seen = []
    for _ in range(5):
        decode_guarded(request)
        seen.append(own_process().pid)
    assert len(set(seen)) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space are Linux's")
def test_the_child_ends_with_its_parent() -> None:
    program = (
        "from hnp_etl.pixels import decoder\n"
        "import os\n"
        "from hnp_etl.limits import LIMITS\n"
        "print(decoder._ready_child(LIMITS).process.pid, flush=True)\n"
        "import time; time.sleep(1)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    child, deadline = Path("/proc") / done.stdout.strip(), time.monotonic() + 10
    while child.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.exists()
