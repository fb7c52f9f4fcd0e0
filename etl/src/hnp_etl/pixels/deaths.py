"""Whether a process that ended did so by a fault of its own, or was killed. Pure.

What a process is killed from outside for, want of memory say, tells nothing of its work: that is
tried again.
"""

import signal

PAUSES_S = (0.0, 0.1, 0.5, 2.0)
"""Before each try of what was killed: the reason may be over, and memory be free again."""

_FAULTS = frozenset(
    signal.Signals[f"SIG{name}"]
    for name in ("SEGV", "BUS", "FPE", "ILL", "ABRT", "TRAP", "SYS", "XCPU", "XFSZ")
)
"""What the system sends for a fault, or for a limit that was passed (signal(7))."""


def was_killed(code: int) -> bool:
    """Tell from its exit code, negative for a signal, whether somebody else ended a process.

    >>> was_killed(-signal.SIGKILL), was_killed(-signal.SIGSEGV), was_killed(1)
    (True, False, False)
    """
    return code < 0 and -code not in _FAULTS
