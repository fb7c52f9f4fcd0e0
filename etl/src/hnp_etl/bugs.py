"""What hnp-etl tells of its own bugs: where, never with which values: those may be a person's."""

import resource
import sys
import traceback
from types import TracebackType

_WITHHELD = "(what it says is withheld)"


def withhold_values() -> None:
    """Show uncaught errors of this process without their messages, and leave no core files."""
    sys.excepthook = _tell
    write_no_core_files()


def write_no_core_files() -> None:
    """Let a crash of this process leave no image of its memory."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def frames_of(error: BaseException) -> str:
    """Return the frames of an error and of its causes, without their messages.

    One that came from a worker process carries its frames there as ``worker_frames``.
    """
    seen: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(seen) < 10:
        frames = "".join(traceback.format_tb(cause.__traceback__))
        there = getattr(cause, "worker_frames", None)
        told = f"in a worker:\n{there}" if there else f"{type(cause).__name__} {_WITHHELD}"
        seen.append(f"{frames}{told}")
        cause = cause.__cause__ or cause.__context__
    return "\n".join(reversed(seen))


def _tell(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Print where an error arose; messages may quote a header or a path."""
    print(frames_of(error), file=sys.stderr)
    print("this is a bug in hnp-etl: please report it with these lines", file=sys.stderr)
