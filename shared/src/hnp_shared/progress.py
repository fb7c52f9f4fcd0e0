"""Progress on stderr: a bar on a terminal, one line every 30 seconds elsewhere."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

LINE_EVERY_S = 30.0
"""Seconds between two lines where there is no terminal to draw a bar on."""

T = TypeVar("T")


def track(
    items: Iterable[T], what: str, *, total: int | None = None, unit: str = ""
) -> Iterator[T]:
    """Yield ``items`` unchanged and tell how far it is.

    Args:
        items: what is worked through.
        what: the work, in a word or two ("reading").
        total: number of items, where known.
        unit: what one item is ("file").
    """
    if sys.stderr.isatty():
        yield from tqdm(items, desc=what, total=total, unit=unit, leave=False, file=sys.stderr)
        return
    started = told = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - told >= LINE_EVERY_S:
            told = now
            of_total = f" of {total}" if total is not None else ""
            print(f"{what}: {done}{of_total} {unit}s, {now - started:.0f} s", file=sys.stderr)
