"""Two processes, as torchrun starts them; it starts one of each and lends it an address."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parents[3]


def start_two(command: Sequence[object], **more: str) -> list[subprocess.Popen[str]]:
    """Start a python command twice, with what torchrun tells its processes."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    told = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return [
        subprocess.Popen(
            [sys.executable, *(str(part) for part in command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                **told,
                "RANK": str(rank),
                "LOCAL_RANK": str(rank),
                "OMP_NUM_THREADS": "1",
                "PYTHONPATH": str(TESTS),
                **more,
            },
        )
        for rank in range(2)
    ]


def ends(processes: Sequence[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Return exit code, stdout and stderr of each within the half minute that all have to end."""
    until = time.monotonic() + 30
    found = []
    for process in processes:
        out, err = process.communicate(timeout=max(until - time.monotonic(), 0.1))
        found.append((process.returncode, out, err))
    return found
