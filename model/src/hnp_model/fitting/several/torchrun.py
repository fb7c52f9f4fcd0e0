"""What `torchrun` tells a process of itself; read before torch is imported."""

import os
from collections.abc import Mapping


def one_of_several(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this process is one of several that share the work."""
    return "RANK" in environment and environment.get("WORLD_SIZE", "1") not in {"", "1"}


def keep_quiet() -> None:
    """Keep torch from telling a process that has lost another by a page of addresses."""
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")


def first_of_several(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this process is the one that writes and tells."""
    return environment.get("RANK", "0") == "0"
