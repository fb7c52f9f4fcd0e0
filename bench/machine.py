"""What was measured on: figures without it mean nothing."""

import hashlib
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from bench.peers import ROOT

PACKAGES = ("numpy", "opencv-python-headless", "pyarrow", "pydicom", "torch")


def describe() -> dict[str, str]:
    """Return processor, cores, memory, system and versions."""
    return {
        "processor": _found(Path("/proc/cpuinfo"), r"model name\s*: (.+)") or platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
    }


def source_digest() -> str:
    """Return a hash of all sources: what other code was measured with does not count."""
    digest = hashlib.sha256()
    for folder in ("bench", "shared/src", "etl/src", "model/src"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _memory() -> str:
    kilobytes = _found(Path("/proc/meminfo"), r"MemTotal:\s+(\d+) kB")
    return f"{int(kilobytes) / 2**20:.0f} GiB" if kilobytes else "unknown"


def _found(file: Path, pattern: str) -> str:
    if not file.exists():
        return ""
    found = re.search(pattern, file.read_text(encoding="utf-8", errors="replace"))
    return found[1].strip() if found else ""
