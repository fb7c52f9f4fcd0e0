"""Writing and reading weights: the best ones, and all that is needed to go on from a step."""

import hashlib
import io
import pickle
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import safetensors
import safetensors.torch
import torch
from torch import nn

from hnp_model.runs.history import Epoch, History
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, WEIGHTS_FILE, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_shared.errors import InputError

CHECKPOINT_FILE = f"{CHECKPOINTS_FOLDER}/last.pt"
PREVIOUS_FILE = f"{CHECKPOINTS_FOLDER}/previous.pt"

_MARK = b"\nsha256:"
"""Before the digest that a checkpoint ends with; torch notices no bit that has turned."""
_ENDING = len(_MARK) + hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """A network with what makes it learn.

    Attributes:
        network: what learns.
        optimizer: over its weights.
        averaged: a copy that holds the average of its weights; None: they are not averaged.
    """

    network: nn.Module
    optimizer: torch.optim.Optimizer
    averaged: nn.Module | None = None

    @property
    def judged(self) -> nn.Module:
        """The network that val judges, and that is kept."""
        return self.network if self.averaged is None else self.averaged


@dataclass(frozen=True, slots=True, eq=False)
class Position:
    """Where a fit stands.

    Attributes:
        history: the epochs done.
        losses: of each step of the epoch that is not, times its slices.
        random: state of torch's generator after them; None between epochs, which seed it anew.
        random_cuda: that of the CUDA device's; None where there is none at work.
    """

    history: History = ()
    losses: tuple[float, ...] = ()
    random: torch.Tensor | None = None
    random_cuda: torch.Tensor | None = None

    @classmethod
    def within(
        cls, history: Sequence[Epoch], losses: Sequence[float], device: str = "cpu"
    ) -> "Position":
        """Return a position between two steps, as torch's generators stand now."""
        on_device = torch.cuda.get_rng_state() if device == "cuda" else None
        return cls(tuple(history), tuple(losses), torch.get_rng_state(), on_device)

    def stand(self) -> None:
        """Let torch's generators stand as they did."""
        if self.random is not None:
            torch.set_rng_state(self.random)
        if self.random_cuda is not None and torch.cuda.is_available():
            torch.cuda.set_rng_state(self.random_cuda)


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


def write_checkpoint(folder: RunFolder, learner: Learner, position: Position) -> None:
    """Replace the checkpoint, and keep the one before; `read_checkpoint` goes on from here."""
    content = _packed(learner, position)
    content.write(_MARK + hashlib.sha256(content.getbuffer()).digest())
    if folder.has(CHECKPOINT_FILE):
        folder.rename(CHECKPOINT_FILE, PREVIOUS_FILE)
    folder.write(CHECKPOINT_FILE, content.getbuffer())


def pack(learner: Learner, position: Position) -> bytes:
    """Return all that is needed to go on, for another process."""
    return _packed(learner, position).getvalue()


def unpack(content: bytes, learner: Learner) -> Position:
    """Fill what learns with what another process has packed, and return where it stands."""
    return _restore(content, learner)


def _packed(learner: Learner, position: Position) -> io.BytesIO:
    averaged = learner.averaged
    whole = {
        "network": learner.network.state_dict(),
        "optimizer": learner.optimizer.state_dict(),
        "averaged": None if averaged is None else averaged.state_dict(),
        "history": [astuple(epoch) for epoch in position.history],
        "losses": list(position.losses),
        "random": position.random,
    }
    if position.random_cuda is not None:
        whole["random_cuda"] = position.random_cuda
    content = io.BytesIO()
    torch.save(whole, content)
    content.seek(0, io.SEEK_END)
    return content


def read_checkpoint(folder: RunFolder, learner: Learner) -> tuple[Position, str | None]:
    """Restore what learns, and return where it stands, and a remark.

    The remark says that the newest checkpoint is damaged and that the one before stands in.

    Raises:
        InputError: both checkpoints are damaged or another network's.
        StorageError: one could not be read.
    """
    if folder.has(CHECKPOINT_FILE):
        content = folder.read(CHECKPOINT_FILE)
        try:
            return _restore(content, learner), None
        except InputError:
            if not folder.has(PREVIOUS_FILE):
                raise
    elif not folder.has(PREVIOUS_FILE):
        return Position(), None
    damaged = folder.has(CHECKPOINT_FILE)  # else a fit was killed between the two
    position = _restore(folder.read(PREVIOUS_FILE), learner)
    folder.rename(PREVIOUS_FILE, CHECKPOINT_FILE)  # or the damaged one would be kept next
    done = f"epoch {len(position.history)}" + (" and some steps" if position.losses else "")
    remark = f"{CHECKPOINT_FILE} is damaged: going on from the one before, after {done}"
    return position, remark if damaged else None


def _restore(content: bytes, learner: Learner) -> Position:
    """Fill what learns from a checkpoint.

    Raises:
        InputError: it is damaged or another network's.
    """
    if content[-_ENDING:].startswith(_MARK):  # earlier versions wrote none
        ending = content[len(content) - _ENDING + len(_MARK) :]
        content = content[:-_ENDING]
        if hashlib.sha256(content).digest() != ending:
            raise InputError(_DAMAGED)
    try:
        found = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        learner.network.load_state_dict(found["network"])
        learner.optimizer.load_state_dict(found["optimizer"])
        if learner.averaged is not None:
            learner.averaged.load_state_dict(found["averaged"])
        history = tuple(Epoch(*values) for values in found["history"])
        losses = tuple(found.get("losses", ()))
        return Position(history, losses, found.get("random"), found.get("random_cuda"))
    except (*_DAMAGED_CHECKPOINT, *DAMAGED_JSON) as error:
        raise InputError(_DAMAGED) from error


_DAMAGED_CHECKPOINT = (
    *(pickle.UnpicklingError, struct.error, zipfile.BadZipFile, AssertionError),
    *(RuntimeError, EOFError, LookupError, OSError, MemoryError),
)
"""What comes of reading bytes as a checkpoint that are none."""

_DAMAGED = f"{CHECKPOINT_FILE} is damaged or another network's"
