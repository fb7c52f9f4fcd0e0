"""What each epoch said of val, so that the choice of one can be made again without some patients.

Kept as checkpoints/val.npy, (epoch, slice) float32, rewritten after each epoch.
"""

import io
from collections.abc import Sequence
from tokenize import TokenError

import numpy as np
import numpy.typing as npt

from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_shared.errors import InputError

VAL_LOGITS_FILE = f"{CHECKPOINTS_FOLDER}/val.npy"


_DAMAGED = (ValueError, TypeError, EOFError, OSError, MemoryError)
_DAMAGED_HEADER = (SyntaxError, TokenError)  # numpy reads a header as Python's


def note_val_logits(folder: RunFolder, epochs_done: int, logits: npt.NDArray[np.float64]) -> None:
    """Put the logits of an epoch, (slice,), behind those of the epochs done before it.

    Nothing is noted where these are not known, as in a run that an older version began.
    """
    known = read_val_logits(folder, epochs_done, logits.size)
    if known is None:
        return
    write_val_logits(folder, [*known, logits])


def write_val_logits(folder: RunFolder, logits: Sequence[npt.NDArray[np.float64]]) -> None:
    """Keep the logits of all epochs, (slice,) each."""
    content = io.BytesIO()
    np.save(content, np.stack(logits).astype(np.float32))
    folder.write(VAL_LOGITS_FILE, content.getbuffer())


def read_val_logits(
    folder: RunFolder, epoch_count: int, slice_count: int
) -> npt.NDArray[np.float64] | None:
    """Return the logits of the first epochs, (epoch, slice); None where they are not known.

    Raises:
        InputError: the file is damaged.
        StorageError: it could not be read.
    """
    if not epoch_count:
        return np.empty((0, slice_count))
    if not folder.has(VAL_LOGITS_FILE):
        return None
    try:
        content = io.BytesIO(folder.read(VAL_LOGITS_FILE))
        found = np.lib.format.read_array(content, allow_pickle=False)  # load would open archives
        logits = np.asarray(found, dtype=np.float64)
    except (*_DAMAGED, *_DAMAGED_HEADER) as error:
        raise _damaged() from error
    if logits.ndim != 2 or logits.shape[1] != slice_count or not np.isfinite(logits).all():
        raise _damaged()
    return logits[:epoch_count] if len(logits) >= epoch_count else None


def _damaged() -> InputError:
    return InputError(f"{VAL_LOGITS_FILE} is damaged or was not written by hnp-train fit")
