"""Which device does the work: what was asked for, or what is at hand, and what it can hold."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import torch

from hnp_model.settings.fit import FitSettings
from hnp_shared.counted import counted
from hnp_shared.errors import InputError

_NO_MEMORY = ("can't allocate memory", "out of memory")
"""What torch says of a CPU, and of a CUDA device."""


def choose_device(name: str) -> str:
    """Return `cpu` or `cuda`.

    Raises:
        InputError: there is no CUDA device to take.
    """
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise InputError("found no CUDA device, expected one for --device cuda")
    if name == "auto":
        return "cuda" if found else "cpu"
    return name


def on_device_at_hand(settings: FitSettings) -> FitSettings:
    """Return a run's settings for this machine, which need not have what the fit ran on."""
    if settings.device == "cpu" or torch.cuda.is_available():
        return settings
    return replace(settings, device="cpu", computed=None)


@contextlib.contextmanager
def enough_memory(settings: FitSettings) -> Iterator[None]:
    """Tell a batch that does not fit into memory from a bug.

    Raises:
        InputError: it does not.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        text = str(error).lower()  # torch has no error of its own for the memory of a CPU
        if isinstance(error, RuntimeError) and not any(word in text for word in _NO_MEMORY):
            raise
        raise InputError(
            f"a batch of {counted(settings.batch_size, 'slice')} does not fit into the memory of "
            "this machine, expected a fit with a smaller --batch-size"
        ) from error
