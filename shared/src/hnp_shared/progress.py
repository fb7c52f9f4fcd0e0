"""Progress on stderr: a bar on a terminal, one line every 30 seconds elsewhere."""

import io
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

from tqdm import tqdm

LINE_EVERY_S = 30.0
"""Seconds between two lines where there is no terminal to draw a bar on."""

T = TypeVar("T")


class _Drawn:
    """A stream as a bar needs it: its marks, which move the cursor, are not told but meant."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        if isinstance(self._stream, io.TextIOWrapper):
            io.TextIOWrapper.write(self._stream, text)
        else:
            self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def track(
    items: Iterable[T],
    what: str,
    *,
    total: int | None = None,
    unit: str = "",
    more: Callable[[], str] = str,
) -> Iterator[T]:
    """Yield ``items`` unchanged and tell how far it is.

    Args:
        items: what is worked through.
        what: the work, in a word or two ("reading").
        total: number of items, where known.
        unit: what one item is ("file").
        more: gives what else is worth telling at the moment; "" for nothing.
    """
    if sys.stderr.isatty():
        drawn = _Drawn(sys.stderr)  # a bar moves the cursor, and holds no word of a stranger
        with tqdm(items, desc=what, total=total, unit=unit, leave=False, file=drawn) as bar:
            for item in bar:
                yield item
                bar.set_postfix_str(more(), refresh=False)
        return
    started = latest = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - latest >= LINE_EVERY_S:
            latest = now
            of_total = f" of {total}" if total is not None else ""
            told = more()
            line = f"{what}: {done}{of_total} {unit}s, {now - started:.0f} s"
            print(f"{line}; {told}" if told else line, file=sys.stderr)
