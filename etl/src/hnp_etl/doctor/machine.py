"""Memory, processors, limits and encodings of this process, and what a container leaves of them."""

import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from hnp_etl.doctor.finding import Finding, at_least
from hnp_etl.limits import LIMITS
from hnp_etl.pixels.decoder_child import child_arguments, lowered_limits

GIB = 2**30
_LEAST_BYTES, _GOOD_BYTES = GIB // 2, 2 * GIB
"""A worker with its decoder holds about 250 MiB; a frame of 4096 x 4096 pixels 300 MiB more."""

_GOOD_FILES, _LEAST_FILES = 1024, 128
_FILE_BYTES = 4 * GIB
"""A shard of 512 slices of 1024 x 1024 pixels has 2 GiB."""

PROC = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")
_NO_LIMIT = 2**60
"""What cgroup v1 writes for none is near 2**63."""


def examine_machine(*, proc: Path = PROC, groups: Path = GROUPS) -> Iterator[Finding]:
    """Yield what is found; what the system does not tell is left out.

    Args:
        proc: where Linux tells of memory and of this process.
        groups: where it tells of control groups.
    """
    yield from _memory(proc, groups)
    yield _processors(proc, groups)
    yield from _limits()
    yield from _encodings()


def group_limits(name: str, old: tuple[str, str], proc: Path, groups: Path) -> list[str]:
    """Return what the control groups of this process say of a limit, the innermost first.

    Args:
        name: file of cgroup v2.
        old: controller and file of cgroup v1.
        proc: where Linux tells of this process.
        groups: where it tells of control groups.
    """
    told = []
    for line in _text(proc / "self" / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and old[0] not in controllers.split(","):
            continue
        file, place = (old[1], groups / old[0]) if controllers else (name, groups)
        inner = place / path.strip("/")
        # In a container the path may be that of the host, and the group itself lie at the top.
        folders = (inner, *(each for each in inner.parents if each.is_relative_to(place)))
        told += [found for each in folders if (found := _text(each / file).strip())]
    return told


def _memory(proc: Path, groups: Path) -> Iterator[Finding]:
    free = _available_bytes(proc)
    limits = group_limits("memory.max", ("memory", "memory.limit_in_bytes"), proc, groups)
    bounds = [int(each) for each in limits if each.isdigit() and int(each) < _NO_LIMIT]
    amounts = [*([] if free is None else [free]), *bounds]
    if not amounts:
        return
    told = "not told what is free" if free is None else f"{_gib(free)} free"
    told += f", at most {_gib(min(bounds))} for the control group" if bounds else ", no limit"
    enough, vital = min(amounts) >= _GOOD_BYTES, min(amounts) < _LEAST_BYTES
    do = "fewer --workers, or more memory for the container: 1 GiB, and half a GiB a worker"
    yield at_least("memory", told, enough, do, vital=vital)


def _available_bytes(proc: Path) -> int | None:
    for line in _text(proc / "meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _processors(proc: Path, groups: Path) -> Finding:
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    shares = [
        int(words[0]) / int(words[1])
        for told in group_limits("cpu.max", ("cpu", "cpu.max"), proc, groups)
        if (words := told.split())[0].isdigit() and len(words) == 2
    ]
    old = [
        group_limits("", ("cpu", f"cpu.cfs_{what}_us"), proc, groups)
        for what in ("quota", "period")
    ]
    pairs = zip(*old, strict=False)
    shares += [int(quota) / int(period) for quota, period in pairs if quota.isdigit()]  # -1: none
    told = f"{here}, of which the control group may use {min(shares):.1f}" if shares else f"{here}"
    enough = not shares or min(shares) >= 1
    return at_least("processors", told, enough, "--workers 1: more would wait for each other")


def _limits() -> Iterator[Finding]:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = files == resource.RLIM_INFINITY
    yield at_least(
        "open files",
        "no limit" if endless else f"at most {files:,}",
        endless or files >= _GOOD_FILES,
        f"ulimit -n {_GOOD_FILES}",
        vital=not endless and files < _LEAST_FILES,
    )
    size, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    endless = size == resource.RLIM_INFINITY
    told = "no limit" if endless else f"at most {_gib(size)}"
    yield at_least("size of a file", told, endless or size >= _FILE_BYTES, "ulimit -f unlimited")
    lowered = lowered_limits(child_arguments(LIMITS))
    do = "ulimit -v unlimited; ulimit -t unlimited"
    yield at_least(
        "limits of the decoder",
        " and ".join(lowered) or "none below what it needs",
        not lowered,
        do,
    )


def _encodings() -> Iterator[Finding]:
    names = sys.getfilesystemencoding()
    yield at_least(
        "encoding of names", names, names == "utf-8", "export LC_ALL=C.UTF-8", vital=True
    )
    screen = (sys.stdout.encoding or "none").lower() if sys.stdout else "none"
    do = "export LC_ALL=C.UTF-8: until then other letters are shown by their numbers"
    yield at_least("encoding of the screen", screen, screen.replace("-", "") == "utf8", do)


def _gib(count: int) -> str:
    return f"{count / GIB:.1f} GiB"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
