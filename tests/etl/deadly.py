"""Work that kills the process it runs in; a module of its own, so that workers can import it."""

import os
import time

DEADLY = 5


def double(number: int) -> int:
    return 2 * number


def slowly_double(number: int) -> int:
    time.sleep(0.01)
    return 2 * number


def large(_number: int) -> bytes:
    return bytes(500_000)


def double_or_die(number: int) -> int:
    if number == DEADLY:
        os._exit(1)
    return 2 * number


def fail(text: str) -> None:
    raise OSError(28, text)
