"""What the commands of both programs share: errors become one line and an exit code."""

import contextlib
import json
import signal
import sys
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import NoReturn

import click

from hnp_shared.errors import HnpError, StoppedError


@contextlib.contextmanager
def reported(resume: str = "run the same command again to go on") -> Iterator[None]:
    """Turn a planned error into one line on stderr and its exit code; a bug keeps its traceback.

    SIGTERM and Ctrl-C end the block with exit code 75.

    Args:
        resume: what the user does after a stop.
    """
    try:
        with _stop_signals(resume):
            yield
    except HnpError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(error.exit_code)


def echo_json(value: Mapping[str, object] | list[Mapping[str, object]]) -> None:
    """Print one JSON document to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def echo_table(rows: list[tuple[str, ...]]) -> None:
    """Print rows with aligned columns; the first row is the head."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(line.rstrip())


@contextlib.contextmanager
def _stop_signals(resume: str) -> Iterator[None]:
    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        raise StoppedError(f"stopped by {signal.Signals(number).name}; {resume}")

    previous = {}
    with contextlib.suppress(ValueError):  # signals can be set in the main thread only
        for number in (signal.SIGINT, signal.SIGTERM):
            previous[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
