"""Building the network a run asks for, and refusing images it cannot take."""

import torch
from torch import nn

from hnp_model.fitting.networks.code_head import over_codes
from hnp_model.fitting.networks.compact import CompactNetwork
from hnp_model.fitting.networks.compact_1 import FirstCompactNetwork
from hnp_model.fitting.networks.ensemble import Ensemble
from hnp_model.fitting.networks.reference import ReferenceNetwork
from hnp_model.settings.fit import BASELINES, DEFAULT_WIDTH, FitSettings
from hnp_shared.errors import InputError

REFERENCE_SIZE = (300, 300)
COMPACT_LEAST_SIDE = 32
"""Below this, the compact networks' last maps shrink to a single pixel."""

ENCODED = frozenset({"compact"})
"""Networks that take tabular inputs encoded, with what is missing."""


def build_network(settings: FitSettings) -> nn.Module:
    """Return an untrained network; its first weights depend on the settings' seed alone."""
    if settings.seeds is not None:
        return Ensemble([build_network(member) for member in settings.members()])
    torch.manual_seed(settings.seed)
    network = _untrained(settings)
    if settings.codes:
        network = over_codes(network, settings.codes, alike=settings.recipe.balance != "none")
    network.to(settings.device)
    # Channels last is how a CPU convolves fastest: twice the samples a second on the reference.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its types
    return network


def _untrained(settings: FitSettings) -> nn.Module:
    seen = settings.inputs, settings.dropout
    if settings.model == "compact":
        width, columns = settings.width or DEFAULT_WIDTH, len(settings.columns or ())
        return CompactNetwork(*seen, settings.channels, width, columns)
    return (ReferenceNetwork if settings.model == "reference" else FirstCompactNetwork)(*seen)


def check_size(settings: FitSettings, size: tuple[int, int]) -> None:
    """Refuse images the network cannot take.

    Raises:
        InputError: says the size found and the size expected.
    """
    if settings.model in BASELINES:
        return
    found = f"found images of {size[0]} x {size[1]}"
    if settings.model == "reference" and size != REFERENCE_SIZE:
        raise InputError(f"{found}, the reference network takes 300 x 300 only")
    if min(size) < COMPACT_LEAST_SIDE:
        raise InputError(f"{found}, the compact network takes 32 x 32 or more")
