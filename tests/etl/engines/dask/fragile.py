"""Results that kill a process while they are fetched; a module that workers can import."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from etl.deadly import double


@dataclass(frozen=True)
class Victim:
    """A process to kill once, the one at work if it has no number."""

    killed: Path
    number: int | None = None

    def kill(self) -> None:
        if not self.killed.exists():
            self.killed.touch()
            os.kill(self.number or os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Fragile:
    """A number that kills when it is first packed up to be sent."""

    number: int
    victim: Victim

    def __reduce__(self) -> tuple[object, ...]:
        self.victim.kill()
        return (Fragile, (self.number, self.victim))


def fragile(number: int, victim: Victim) -> Fragile:
    return Fragile(double(number), victim)
