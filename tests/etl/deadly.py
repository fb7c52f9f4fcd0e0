"""Work that kills the process it runs in; a module of its own, so that workers can import it."""

import os
import signal
import time
from pathlib import Path

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


def very_large(number: int) -> bytes:
    return number.to_bytes(4, "big") * 1_250_000


def slow_length(content: bytes) -> int:
    time.sleep(0.02)
    return len(content)


def nap(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def complain(text: str) -> None:
    os.write(2, text.encode())


class FussyError(Exception):
    """Can be written by pickle, and not be read again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def fail_fussily(text: str) -> None:
    raise FussyError(text, text)


def no_result() -> object:
    return time.sleep, lambda: None


def double_once_left_alone(number: int, marks: Path, kills: int) -> int:
    """Double a number once this process, and others, were killed so often at it."""
    if number == DEADLY and len(list(marks.iterdir())) < kills:
        (marks / f"{os.getpid()}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number
