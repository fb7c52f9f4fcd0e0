"""How torch computes a training: precision, compilation, and the same bits again on a GPU."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import nn

from hnp_model.fitting.device import choose_device
from hnp_model.fitting.several.ranks import ranks_here
from hnp_model.settings.fit import FitSettings
from hnp_shared.errors import InputError

Forward = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def settle_device(settings: FitSettings) -> FitSettings:
    """Return settings with the device that will do the work, and how many processes share it.

    Raises:
        InputError: there is no such device, or a flag asks for what it cannot do.
    """
    settings = replace(settings, device=choose_device(settings.device))
    refuse_on_cpu(settings)
    count = ranks_here().count
    if settings.computing.processes != count:
        settings = replace(settings, computed=replace(settings.computing, processes=count))
    return settings


def remark_on_device(before: str | None, now: str) -> str | None:
    """Return what a user should know before a fit goes on elsewhere; None: it does not."""
    if before in {None, now}:
        return None
    return (
        f"the fit went on {before} until now and goes on on {now}: the weights are as good, but "
        "not the bits that either would give alone"
    )


def refuse_on_cpu(settings: FitSettings) -> None:
    """Refuse what is worth something on a CUDA device only.

    Raises:
        InputError: says which flag.
    """
    for name in ("bf16", "compile"):
        if settings.device != "cuda" and getattr(settings.computing, name):
            raise InputError(f"found --{name} on a CPU, expected a CUDA device for it")


def forward_of(network: nn.Module, settings: FitSettings) -> Forward:
    """Return what gives the logits of a step; weights stay the network's, and float32."""
    if settings.device != "cuda":
        return network
    run: Forward = torch.compile(network) if settings.computing.compile else network
    if not settings.computing.bf16:
        return run

    def narrow(images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        with torch.autocast("cuda", torch.bfloat16):
            logits = run(images, tabular)
        return logits.float()  # a loss of bfloat16 tells 0.69 from nothing nearer than 0.688

    return narrow


@contextlib.contextmanager
def computing(settings: FitSettings) -> Iterator[None]:
    """Set how torch computes while the block lasts.

    Deterministic means no TensorFloat-32 either, so that a GPU is as near to a CPU as it gets.
    """
    strict = settings.computing.deterministic
    cudnn = torch.backends.cudnn
    before = (torch.are_deterministic_algorithms_enabled(), cudnn.benchmark, cudnn.allow_tf32)
    if strict:  # read when a device is first used; without it, cuBLAS refuses
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        cudnn.allow_tf32 = False
    cudnn.benchmark = settings.device == "cuda" and not strict
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0])
        cudnn.benchmark, cudnn.allow_tf32 = before[1:]
