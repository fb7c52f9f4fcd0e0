"""The flags of what computes a training."""

from typing import Any

import click

from hnp_model.settings.craft import Computing

COMPUTING_OPTIONS = (
    click.option("--bf16", is_flag=True, help="Compute features in bfloat16; CUDA only."),
    click.option("--compile", is_flag=True, help="Compile the network (torch.compile); CUDA only."),
    click.option(
        "--deterministic",
        is_flag=True,
        help="Let the same GPU give the same bits again, at the price of speed.",
    ),
)


def settle_computing(flags: dict[str, Any]) -> None:
    """Put the flags of what computes into one record, ``computed``; None: as it always was."""
    told = Computing(**{name: flags.pop(name) for name in ("bf16", "compile", "deterministic")})
    flags["computed"] = None if told == Computing() else told
