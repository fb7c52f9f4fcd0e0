"""Writing and reading weights: the best ones, and all that is needed to go on from an epoch."""

import hashlib
import io
import pickle
from dataclasses import astuple

import safetensors
import safetensors.torch
import torch
from torch import nn

from hnp_model.runs.history import Epoch, History
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, WEIGHTS_FILE, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_shared.errors import InputError

CHECKPOINT_FILE = f"{CHECKPOINTS_FOLDER}/last.pt"


def write_weights(folder: RunFolder, network: nn.Module) -> None:
    """Write model.safetensors."""
    # safetensors takes plain memory layouts only; the networks convolve channels last.
    tensors = {name: value.contiguous() for name, value in network.state_dict().items()}
    folder.write(WEIGHTS_FILE, safetensors.torch.save(tensors))


def load_weights(folder: RunFolder, network: nn.Module) -> str:
    """Fill a network from model.safetensors and return the sha256 of the bytes that filled it.

    Raises:
        InputError: there are none, or they are another network's.
        StorageError: the file could not be read.
    """
    content = folder.read(WEIGHTS_FILE)
    try:
        network.load_state_dict(safetensors.torch.load(content))
    except (safetensors.SafetensorError, RuntimeError) as error:
        raise InputError(f"{WEIGHTS_FILE} does not hold the weights of this network") from error
    return hashlib.sha256(content).hexdigest()


def write_checkpoint(
    folder: RunFolder, network: nn.Module, optimizer: torch.optim.Optimizer, history: History
) -> None:
    """Replace the checkpoint; `read_checkpoint` goes on from here."""
    content = io.BytesIO()
    torch.save(
        {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "history": [astuple(epoch) for epoch in history],
        },
        content,
    )
    folder.write(CHECKPOINT_FILE, content.getbuffer())


def read_checkpoint(
    folder: RunFolder, network: nn.Module, optimizer: torch.optim.Optimizer
) -> History:
    """Restore network and optimizer, and return the epochs done; () when there is no checkpoint.

    Raises:
        InputError: the checkpoint is damaged or another network's.
        StorageError: it could not be read.
    """
    if not folder.has(CHECKPOINT_FILE):
        return ()
    content = io.BytesIO(folder.read(CHECKPOINT_FILE))
    try:
        found = torch.load(content, map_location="cpu", weights_only=True)
        network.load_state_dict(found["network"])
        optimizer.load_state_dict(found["optimizer"])
        return tuple(Epoch(*values) for values in found["history"])
    except (pickle.UnpicklingError, RuntimeError, EOFError, LookupError, *DAMAGED_JSON) as error:
        raise InputError(f"{CHECKPOINT_FILE} is damaged or another network's") from error
