"""Environments of the peers, apart from the project's: their pins and ours need not agree."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.record import Environment

HERE = Path(__file__).parent
ROOT = HERE.parent
_LAST_LINE = 200


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python to run programs with, or why there is none."""

    path: Path | None
    reason: str = ""

    @property
    def folder(self) -> Path:
        """Where its console scripts are."""
        return self.path.parent if self.path else Path()


def interpreter(name: Environment) -> Interpreter:
    """Return the Python of an environment; installs what is pinned for it the first time."""
    if name == "project":
        return Interpreter(Path(sys.executable))
    requirements = HERE / f"requirements-{name}.txt"
    folder = ROOT / f".venv-bench-{name}"
    stamp = folder / ".installed"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    python = folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == digest:
        return Interpreter(python)
    print(f"installing the peers of {requirements.name} into {folder.name}", flush=True)
    make: list[str | Path] = [sys.executable, "-m", "venv", folder]
    install: list[str | Path] = [python, "-m", "pip", "install", "--quiet"]
    for command in (make, [*install, "--requirement", requirements]):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            return Interpreter(None, f"does not install: {said[:_LAST_LINE]}")
    stamp.write_text(digest)
    return Interpreter(python)
