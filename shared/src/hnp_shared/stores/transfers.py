"""Several transfers at a time, in threads that hold up nobody who stops the program."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import TypeVar

AT_ONCE = 8
"""Transfers at the same time: enough to fill a line whose round trips take long."""

_OTHERS_S = 5.0
"""How long others may take to end when one has failed."""

T = TypeVar("T")


def in_threads(work: Callable[[T], object], items: Sequence[T]) -> Iterator[None]:
    """Do some work on each of several items; yield once for each that is done.

    A store may take minutes to answer and no signal reaches a thread that waits for it, so threads
    end with the program, as daemons do. The first error is raised, and begins nothing more.
    """
    todo, done = SimpleQueue[T](), SimpleQueue[BaseException | None]()
    for item in items:
        todo.put(item)

    def run() -> None:
        with contextlib.suppress(Empty):
            while True:
                item = todo.get_nowait()
                try:
                    work(item)
                except BaseException as error:  # noqa: BLE001  # raised where the work is waited for
                    done.put(error)
                else:
                    done.put(None)

    threads = [threading.Thread(target=run, daemon=True) for _ in items[:AT_ONCE]]
    for thread in threads:
        thread.start()
    try:
        for _ in items:
            error = done.get()
            if error is not None:
                _empty(todo)
                _join(threads)
                raise error
            yield
    finally:
        _empty(todo)


def _empty(todo: "SimpleQueue[T]") -> None:
    with contextlib.suppress(Empty):
        while True:
            todo.get_nowait()


def _join(threads: list[threading.Thread]) -> None:
    deadline = time.monotonic() + _OTHERS_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
