"""What both programs tell a user."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from hnp_shared.command import Place, echo_table, lazy_group, reported
from hnp_shared.errors import (
    GateError,
    HnpError,
    InputError,
    OutputError,
    StoppedError,
    StorageError,
)
from hnp_shared.progress import track

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (GateError("a limit"), 3),
        (InputError("an input"), 65),
        (OutputError("a place"), 73),
        (StorageError("the shard", "No space left"), 74),
        (StoppedError("a signal"), 75),
    ],
)
def test_an_error_is_one_line_and_its_exit_code(error: HnpError, code: int) -> None:
    @click.command()
    def command() -> None:
        with reported():
            raise error

    result = CliRunner().invoke(command)
    assert result.exit_code == code
    assert result.stderr == f"error: {error}\n"
    assert result.stdout == ""


def test_a_bug_keeps_its_traceback() -> None:
    @click.command()
    def command() -> None:
        with reported():
            raise KeyError("a bug")

    result = CliRunner().invoke(command)
    assert isinstance(result.exception, KeyError)


@pytest.fixture
def _same_handlers_after() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_handlers_are_as_before_when_the_work_is_done() -> None:
    before = signal.getsignal(signal.SIGINT)
    with reported():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(SystemExit), reported():
        raise InputError("no data set")
    assert signal.getsignal(signal.SIGINT) is before


class Interrupted:
    """Is met by a signal while it is finalized, where what is raised goes nowhere."""

    def __init__(self, number: signal.Signals) -> None:
        self.number = number

    def __del__(self) -> None:
        signal.raise_signal(self.number)
        sum(range(1000))  # the handler runs in here


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("_same_handlers_after")
def test_a_signal_that_comes_while_an_object_is_finalized_stops_as_well(
    number: signal.Signals,
) -> None:
    @click.command()
    def command() -> None:
        with reported("go on"):
            unlucky = Interrupted(number)
            del unlucky
            time.sleep(5)
            click.echo("went on")

    result = CliRunner().invoke(command)
    assert (result.exit_code, result.output) == (75, f"error: stopped by {number.name}; go on\n")


@pytest.mark.usefixtures("_same_handlers_after")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_with_a_way_to_go_on_and_a_second_one_is_ignored(
    number: signal.Signals,
) -> None:
    @click.command()
    def command() -> None:
        with reported(resume="do it again"):
            os.kill(os.getpid(), number)

    result = CliRunner().invoke(command)
    assert result.exit_code == 75
    assert result.stderr == f"error: stopped by {number.name}; do it again\n"
    assert signal.getsignal(signal.SIGINT) is signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_a_table_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    echo_table([("state", "files"), ("accepted", "7")])
    assert capsys.readouterr().out == "state     files\naccepted  7\n"


def test_progress_is_a_line_every_so_often_without_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr("hnp_shared.progress.time.monotonic", lambda: next(clock))
    assert list(track("abcde", "reading", total=5, unit="file")) == list("abcde")
    assert capsys.readouterr().err == "reading: 2 of 5 files, 40 s\nreading: 4 of 5 files, 80 s\n"


def test_a_line_of_progress_tells_what_else_there_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, losses = iter(range(0, 1000, 20)), iter(["", "loss 0.5"])
    monkeypatch.setattr("hnp_shared.progress.time.monotonic", lambda: next(clock))
    list(track("abcde", "training", total=5, unit="step", more=lambda: next(losses)))
    assert capsys.readouterr().err == (
        "training: 2 of 5 steps, 40 s\ntraining: 4 of 5 steps, 80 s; loss 0.5\n"
    )


@pytest.mark.usefixtures("_same_handlers_after")
def test_on_windows_one_line_names_wsl(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hnp_shared.command.sys.platform", "win32")
    with pytest.raises(SystemExit) as stopped:
        lazy_group({})("program")(["build"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err == (
        "error: found Windows, expected Linux or macOS; on Windows use WSL\n"
    )


@pytest.mark.usefixtures("_same_handlers_after")
def test_whatever_fails_on_the_way_out_a_stop_is_a_stop() -> None:
    @click.command()
    def command() -> None:
        with reported("go on"):
            try:
                signal.raise_signal(signal.SIGINT)
            finally:
                raise RuntimeError("the pool lost its workers")

    result = CliRunner().invoke(command)
    assert (result.exit_code, result.output) == (75, "error: stopped by SIGINT; go on\n")


@pytest.mark.usefixtures("_same_handlers_after")
def test_who_catches_every_error_does_not_catch_a_stop() -> None:
    @click.command()
    def command() -> None:
        with reported("go on"):
            with contextlib.suppress(Exception):
                signal.raise_signal(signal.SIGTERM)
            click.echo("went on")

    result = CliRunner().invoke(command)
    assert (result.exit_code, result.output) == (75, "error: stopped by SIGTERM; go on\n")


@pytest.mark.usefixtures("_same_handlers_after")
@pytest.mark.parametrize(
    ("called", "line"),
    [
        ("chek", "error: No such command 'chek'. Did you mean 'check'?\n"),
        ("build", "error: No such command 'build'. Did you mean 'build-manifest'?\n"),
        ("manifest", "error: No such command 'manifest'. Did you mean 'build-manifest'?\n"),
        ("expl", "error: No such command 'expl'. Did you mean 'explain'?\n"),
        ("zzz", "error: No such command 'zzz'.\n"),
    ],
)
def test_a_command_misspelt_gets_a_suggestion(
    called: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("check", "diff", "build-manifest", "explain")
    program = lazy_group({name: Place("json:loads", "") for name in names})
    with pytest.raises(SystemExit) as stopped:
        program("program")([called])
    assert (stopped.value.code, capsys.readouterr().err) == (2, line)
