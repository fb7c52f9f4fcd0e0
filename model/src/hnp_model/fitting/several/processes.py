"""Starting and ending the processes of a training that `torchrun` has begun."""

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import timedelta

import torch
from torch import distributed as dist
from torch.distributed import Store  # type: ignore[attr-defined]  # from C++
from torch.distributed.rendezvous import rendezvous

from hnp_model.fitting.device import choose_device
from hnp_model.fitting.several.ranks import ALONE, Ranks, ranks_here
from hnp_model.fitting.several.torchrun import one_of_several
from hnp_model.settings.fit import BASELINES, FitSettings
from hnp_shared.errors import HnpError, InputError, StoppedError

MEETING = timedelta(minutes=2)
"""For processes that torchrun starts together."""

LONGEST_WAIT = timedelta(minutes=30)
"""For the slowest thing that one process does alone: a look at all pixels of a large data set."""

_TOLD = "told"
"""Name in the store of the exit code of the process that told why all end."""


@contextlib.contextmanager
def together(settings: FitSettings) -> Iterator[Ranks]:
    """Join the processes that `torchrun` has begun, or be the only one.

    Of an error that ends them all, the first to meet it tells; the others end with its code.

    Raises:
        InputError: the others cannot be reached, or the fit is none for several.
    """
    if not one_of_several():
        yield ALONE
        return
    if choose_device(settings.device) == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    store = _join()
    try:
        refuse_alone(settings)
        yield ranks_here()
    except HnpError as error:
        code = _first_code(store, error.exit_code)
        if code is not None:
            sys.exit(code)
        raise
    except KeyboardInterrupt:  # a stop, which `reported` tells
        _first_code(store, StoppedError.exit_code)
        raise
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


def refuse_alone(settings: FitSettings) -> None:
    """Refuse what one process does alone.

    Raises:
        InputError: says what.
    """
    if settings.model in BASELINES:
        raise InputError("found several processes, expected one: a baseline is fitted by one")
    if settings.recipe.mixup:
        raise InputError(
            "found --mixup and several processes, expected one of both: pairs are of one process"
        )


def refuse_other(facts: bytes, ranks: Ranks) -> None:
    """Refuse processes that were given different things.

    Args:
        facts: what data set, split, flags and versions are here.
        ranks: the processes.

    Raises:
        InputError: another process has other facts.
    """
    others = [number for number, each in enumerate(ranks.gather(facts)) if each != facts]
    if others:
        raise InputError(
            f"process {others[0]} has another data set, split, flag or version than process "
            f"{ranks.rank}, expected the same everywhere"
        )


def _join() -> Store:
    try:
        store: Store
        store, rank, count = next(rendezvous("env://", timeout=MEETING))
        # Gloo for what lies in memory, and nccl for what lies on a device.
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
        dist.init_process_group(
            backend, store=store, rank=rank, world_size=count, timeout=LONGEST_WAIT
        )
    except (RuntimeError, ValueError) as error:  # dist's errors are among them
        raise InputError(
            "the other processes of this fit cannot be reached, expected all of them under one "
            "torchrun"
        ) from error
    return store


def _first_code(store: Store, code: int) -> int | None:
    """Return the code of the process that told already; None: this one is the first to tell."""
    with contextlib.suppress(RuntimeError):  # the store went with the process that kept it
        mine = f"{ranks_here().rank} {code}"
        told = store.compare_set(_TOLD, "", mine).decode()
        return None if told == mine else int(told.split()[1])
    return None
