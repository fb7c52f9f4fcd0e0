"""A stop is one line, and output that nobody takes is no traceback."""

import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
FULL = Path("/dev/full")
RECIPES = [str(BIN / "hnp-etl"), "recipes", "--schema"]

WAITS = """
import signal
from hnp_shared.process import begin
begin()
signal.raise_signal(signal.{name})
print("went on")
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stop_before_any_work_is_one_line(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WAITS.format(name=name)], capture_output=True, text=True, check=False
    )
    line = f"error: stopped by {name}; run the same command again\n"
    assert (done.returncode, done.stdout, done.stderr) == (75, "", line)


@pytest.mark.parametrize("module", ["hnp_etl", "hnp_model"])
def test_a_stop_is_heard_before_anything_large_is_imported(module: str) -> None:
    program = (
        f"import sys, {module}.__main__\n"
        "assert not {'click', 'numpy', 'typing', 'inspect'} & set(sys.modules), sys.modules\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", _PATHS + program], check=True)


@pytest.mark.parametrize("module", ["hnp_etl", "hnp_model"])
def test_before_a_stop_is_one_line_it_is_none(module: str) -> None:
    """While `signal` and what it needs are imported, Ctrl-C ends the program without a word."""
    program = (
        "import _signal, builtins, os, runpy\n"
        "before = builtins.__import__\n"
        "def ended_at(name, *more, **named):\n"
        "    if name == 'signal':\n"
        "        os.kill(os.getpid(), _signal.SIGINT)\n"
        "    return before(name, *more, **named)\n"
        "builtins.__import__ = ended_at\n"
        f"runpy.run_module('{module}', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _PATHS + program], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


_PATHS = f"import sys; sys.path[:0] = {[p for p in sys.path if p.endswith('src')]!r}\n"


def test_a_reader_who_leaves_ends_it_quietly() -> None:
    with subprocess.Popen(RECIPES, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert (process.wait(), process.stderr.read() if process.stderr else b"") == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [RECIPES[1:], ["recipes"], ["--help"], ["check", "--help"]])
def test_output_that_cannot_be_written_is_74_and_one_line(arguments: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [RECIPES[0], *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    line = "error: the standard output: No space left on device (ENOSPC)\n"
    assert (done.returncode, done.stderr) == (74, line)


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_the_exit_code_stays_when_the_error_cannot_be_told() -> None:
    with FULL.open("w") as full:
        done = subprocess.run([RECIPES[0], "recipes", "nowhere"], stderr=full, check=False)
    assert done.returncode == 65


def test_closed_output_is_no_failure() -> None:
    line = f"{RECIPES[0]} recipes >&-"
    assert subprocess.run(["/bin/sh", "-c", line], check=False).returncode == 0


def test_a_signal_that_was_ignored_when_it_began_stops_it_all_the_same() -> None:
    """A shell ignores Ctrl-C for what it runs in the background."""
    line = 'trap "" INT; exec "$0" -c "$1"'
    program = WAITS.format(name="SIGINT")
    done = subprocess.run(["/bin/sh", "-c", line, sys.executable, program], check=False)
    assert done.returncode == 75


@pytest.mark.parametrize("script", ["etl/bin/hnp-etl", "model/bin/hnp-train"])
def test_a_spawned_process_that_reads_the_script_runs_nothing(script: str) -> None:
    before = signal.getsignal(signal.SIGINT)
    path = Path(__file__).resolve().parents[2] / script
    assert "main" not in runpy.run_path(str(path), run_name="__mp_main__")
    assert signal.getsignal(signal.SIGINT) is before
    assert path.stat().st_mode & 0o111
