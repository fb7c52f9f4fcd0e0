"""Claims about a decoder child in a hostile place: it hangs nobody up and imports nothing odd."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicom_files import COMPRESSED, RLE, compressed_frame, picture
from hnp_etl.dicom.syntaxes import DECODERS, UNCOMPRESSED
from hnp_etl.errors import FileError
from hnp_etl.limits import Limits
from hnp_etl.pixels import decoder
from hnp_etl.pixels.decoder import decode_guarded, stop_child
from hnp_etl.pixels.decoder_child import Request
from hnp_etl.pixels.transform import PixelRule, clean_values, from_bytes
from hnp_shared.vocabulary import Reason


@pytest.fixture(autouse=True)
def no_child_is_left() -> Iterator[None]:
    stop_child()
    yield
    stop_child()


def own_process() -> "subprocess.Popen[bytes]":
    assert decoder._OWN.child is not None
    return decoder._OWN.child.process


def rule(bits: int, stored: int, *, signed: bool) -> PixelRule:
    return PixelRule(40, 48, bits, stored, signed, 1.0, 0.0, False)


def good_request() -> Request:
    return Request(compressed_frame(picture(), 12, RLE), RLE, rule(16, 12, signed=False))


def test_a_stopped_child_times_out_even_when_the_frame_does_not_fit_the_pipe() -> None:
    decode_guarded(good_request())
    os.kill(own_process().pid, signal.SIGSTOP)
    large = Request(b"\0" * 2_000_000, RLE, rule(16, 12, signed=False))
    started = time.monotonic()
    with pytest.raises(FileError) as caught:
        decode_guarded(large, Limits(decode_timeout_s=0.3))
    assert caught.value.reason is Reason.TIMEOUT
    assert time.monotonic() - started < 5
    assert decode_guarded(good_request())


def test_a_child_that_died_between_frames_is_replaced_unnoticed() -> None:
    decode_guarded(good_request())
    child = own_process()
    child.kill()
    child.wait()
    assert decode_guarded(good_request())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_child_that_is_killed_while_it_is_asked_costs_no_frame(number: signal.Signals) -> None:
    expected = decode_guarded(good_request())
    child = own_process()
    child.send_signal(signal.SIGSTOP)  # so that it is surely still being asked
    killers = [
        threading.Timer(0.3, child.send_signal, (each,)) for each in (number, signal.SIGCONT)
    ]
    for killer in killers:
        killer.start()
    assert decode_guarded(good_request()) == expected
    for killer in killers:
        killer.join()


def dying(monkeypatch: pytest.MonkeyPatch, number: signal.Signals, times: int) -> list[int]:
    """Let so many children die of a signal as they are asked; return the frames each was asked."""
    ask, asked = decoder._ask, list[int]()

    def kill_and_ask(process: "subprocess.Popen[bytes]", *rest: Any) -> bytes:
        asked.append(process.pid)
        if len(asked) <= times:
            process.send_signal(number)
            process.wait()
        return ask(process, *rest)

    monkeypatch.setattr(decoder, "_ask", kill_and_ask)
    return asked


def test_children_killed_from_outside_three_times_cost_no_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = dying(monkeypatch, signal.SIGKILL, 3)
    assert decode_guarded(good_request())
    assert len(set(asked)) == 4


def test_one_that_is_killed_again_and_again_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "PAUSES_S", (0.0, 0.0, 0.0))
    asked = dying(monkeypatch, signal.SIGKILL, 100)
    with pytest.raises(FileError, match="killed again and again") as caught:
        decode_guarded(good_request())
    assert (caught.value.reason, len(asked)) == (Reason.CRASHED, 3)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU])
def test_a_frame_is_blamed_for_a_fault_of_a_child_that_had_no_other(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    decode_guarded(good_request())  # the next child to die had this one too
    asked = dying(monkeypatch, number, 100)
    with pytest.raises(FileError) as caught:
        decode_guarded(good_request())
    assert (caught.value.reason, len(set(asked))) == (Reason.CRASHED, 2)


@pytest.mark.skipif(sys.platform != "linux", reason="the signal is Linux's")
def test_a_child_that_used_up_its_processor_time_died_of_its_own_fault() -> None:
    program = "from hnp_etl.pixels.decoder_child import limit_self; limit_self(1, 2**40)\n"
    done = subprocess.run([sys.executable, "-c", f"{program}while True: pass"], check=False)
    assert done.returncode == -signal.SIGXCPU


def test_a_decoder_killed_as_it_starts_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    reply, starts = decoder._reply, list[int]()

    def kill_and_wait(process: "subprocess.Popen[bytes]", deadline: float) -> bytes:
        starts.append(process.pid)
        if len(starts) <= 3:
            process.kill()
        return reply(process, deadline)

    monkeypatch.setattr(decoder, "_reply", kill_and_wait)
    assert decode_guarded(good_request())


def test_modules_in_the_current_folder_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pickle", "struct", "select", "numpy", "queue", "hnp_etl"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the folder')\n")
    monkeypatch.chdir(tmp_path)
    assert decode_guarded(good_request())


@pytest.mark.parametrize("syntax", COMPRESSED)
@pytest.mark.parametrize(
    ("kind", "stored"), [("u1", 8), ("i2", 12), ("i2", 16), ("u2", 10)], ids=str
)
def test_every_width_and_sign_comes_back(syntax: str, kind: str, stored: int) -> None:
    values = picture().astype(np.int64) % (1 << stored)
    pixels = (values - ((1 << stored - 1) if kind == "i2" else 0)).astype(kind)
    described = rule(pixels.dtype.itemsize * 8, stored, signed=kind == "i2")
    frame = compressed_frame(pixels, stored, syntax)
    found = from_bytes(decode_guarded(Request(frame, syntax, described)), described)
    assert np.array_equal(clean_values(found, described), pixels)


def test_a_refusal_survives_the_pipe_of_a_pool() -> None:
    error = pickle.loads(pickle.dumps(FileError(Reason.TRUNCATED, "found 3, expected 4")))
    assert (error.reason, error.what) == (Reason.TRUNCATED, "found 3, expected 4")


def test_each_syntax_has_one_way_to_be_read() -> None:
    assert not UNCOMPRESSED & set(DECODERS)
    assert set(COMPRESSED) <= set(DECODERS)
