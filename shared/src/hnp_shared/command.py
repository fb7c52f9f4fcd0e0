"""What the commands of both programs share: errors become one line and an exit code."""

import contextlib
import importlib
import json
import signal
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any, NamedTuple, NoReturn

import click
from click.shell_completion import CompletionItem

from hnp_shared.errors import HnpError, StoppedError
from hnp_shared.nearness import near_names
from hnp_shared.notices import Notice
from hnp_shared.parameters import strengthen
from hnp_shared.process import STOPS, begin, stopped_line
from hnp_shared.telling import one_line
from hnp_shared.utf8 import use_utf8

_A_MOMENT_S = 0.05


@contextlib.contextmanager
def reported(resume: str = "run the same command again to go on") -> Iterator[None]:
    """Turn a planned error into one line on stderr and its exit code; a bug keeps its traceback.

    SIGTERM and Ctrl-C end the block with exit code 75, whatever becomes of the block on the way
    out: a pool that loses its workers, say.

    Args:
        resume: what the user does after a stop.
    """
    came: list[int] = []
    try:
        with _stop_signals(came):
            yield
    except KeyboardInterrupt:  # Arrow raises it by itself
        came = came or [signal.SIGINT]
    except HnpError as error:
        if not came:
            _fail(error)
    except BaseException:
        if not came:
            raise
    if came:
        click.echo(stopped_line(came[0], resume), err=True, nl=False)
        sys.exit(StoppedError.exit_code)


def _fail(error: HnpError) -> NoReturn:
    for line in (*getattr(error, "__notes__", ()), f"error: {error}"):  # notes: found before
        click.echo(one_line(line), err=True)
    sys.exit(error.exit_code)


class Place(NamedTuple):
    """Where a command is, ``module:function``, and what it does: the first sentence of its help."""

    function: str
    help: str


class LazyGroup(click.Group):
    """Commands that are imported when called, and usage errors of one line."""

    places: Mapping[str, Place] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*self.places, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command."""
        if cmd_name not in self.places:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.places[cmd_name].function.partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            return None
        strengthen(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; who misspells one is told those that are like it."""
        near = near_names(args[0], self.list_commands(ctx))
        if near and args[0] not in near:
            meant = " or ".join(f"'{each}'" for each in near)
            ctx.fail(f"No such command '{args[0]}'. Did you mean {meant}?")
        return super().resolve_command(ctx, args)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002  # click's
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands with what they do, and import none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in self.places.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin so, and import none of them."""
        commands = [
            CompletionItem(name, help=place.help)
            for name, place in self.places.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def __call__(self, arguments: Sequence[str] | None = None) -> NoReturn:
        """Run as a program; wrong use ends in one line and exit code 2."""
        begin()
        try:
            _refuse_windows()
            use_utf8()
            sys.exit(self.main(arguments, standalone_mode=False) or 0)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            click.echo(one_line(f"error: {error.format_message()}"), err=True)
            sys.exit(error.exit_code)
        except HnpError as error:  # help that could not be printed
            _fail(error)
        finally:  # all is done and told: a stop would only meet a process that is taken apart
            _handle(dict.fromkeys(STOPS, signal.SIG_IGN))


def _refuse_windows() -> None:
    """Refuse a system without POSIX locks, resource limits and file modes."""
    if sys.platform == "win32":
        raise click.UsageError("found Windows, expected Linux or macOS; on Windows use WSL")


def lazy_group(commands: Mapping[str, Place]) -> type[LazyGroup]:
    """Return a group class of ``commands``, by name."""
    return type("Commands", (LazyGroup,), {"places": commands})


def echo_json(value: Mapping[str, object] | list[Mapping[str, object]]) -> None:
    """Print one JSON document to stdout; what stdout cannot show is escaped as JSON does."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # a name that is not UTF-8, or a terminal that is not
        text = json.dumps(value, indent=1)
    click.echo(text)


def echo_notices(notices: Iterable[Notice]) -> None:
    """Print what does not fit in a data set to stderr, a warning each."""
    for notice in notices:
        click.echo(one_line(f"warning: {notice.line}"), err=True)


def echo_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows with aligned columns; the first row is the head."""
    for line in aligned(rows):
        click.echo(line)


def aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Return rows as lines with aligned columns; a Hangul syllable is two columns wide."""
    rows = [tuple(map(one_line, row)) for row in rows]
    widths = [max(_width(row[index]) for row in rows) for index in range(len(rows[0]))]
    padded = (
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        for row in rows
    )
    return [line.rstrip() for line in padded]


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes (Unicode Annex 11)."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


class _Stop(KeyboardInterrupt):
    """A signal came; as Ctrl-C in any program, so that nobody takes it for a failure of theirs."""


@contextlib.contextmanager
def _stop_signals(came: list[int]) -> Iterator[None]:
    """Turn the first of both signals into `_Stop`; the process then ends, and is told once.

    What is raised while an object is finalized goes nowhere, so a moment later it is raised again.

    Args:
        came: takes the signals that come.
    """
    unraisable = sys.unraisablehook

    def stop(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if len(came) == 1 or number == signal.SIGALRM:
            raise _Stop

    def again(lost: "sys.UnraisableHookArgs") -> None:
        if isinstance(lost.exc_value, _Stop):
            signal.setitimer(signal.ITIMER_REAL, _A_MOMENT_S)
        else:
            unraisable(lost)

    previous = {}
    with contextlib.suppress(ValueError):  # signals can be set in the main thread only
        for number in (*STOPS, signal.SIGALRM):
            previous[number] = signal.signal(number, stop)
        sys.unraisablehook = again
    try:
        yield
    finally:
        sys.unraisablehook = unraisable
        # Who presses again while the program ends is told once.
        _handle(dict.fromkeys(previous, signal.SIG_IGN) if came else previous)


def _handle(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
