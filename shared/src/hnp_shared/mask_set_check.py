"""Checks a mask set against its own promises, and against its data set."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from hnp_shared.errors import InputError, StorageError
from hnp_shared.mask_set import MASKS_FILE, MaskClass, MaskSet, open_masks
from hnp_shared.opening import read_regular


def check_mask_set(masks: MaskSet, slices: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield what is wrong with a mask set, a sentence each.

    Args:
        masks: the mask set.
        slices: slice_id -> name of its shard, where the data set is at hand.
    """
    seen = 0
    for name, expected in sorted(masks.info.files.items()):
        try:
            content = read_regular(masks.folder / name, role=name)
            maps, ids = open_masks(masks.folder / name)
        except FileNotFoundError:
            yield f"{name} is missing"
            continue
        except OSError as error:
            yield str(StorageError.of(name, error))
            continue
        except (InputError, StorageError) as error:
            yield str(error)
            continue
        seen += len(ids)
        digest = hashlib.sha256(content).hexdigest()
        if (len(content), digest) != (expected.size, expected.sha256):
            yield f"{name} is not what {MASKS_FILE} says: {len(content)} bytes, {digest[:16]}"
        if maps.size and maps.max() > max(MaskClass):
            yield f"{name} holds {maps.max()}, expected classes 0 to {max(MaskClass)}"
        if slices is not None and any(slices.get(each) != Path(name).name for each in ids):
            yield f"{name} holds slices that are not in that shard of the data set"
    if seen != masks.info.slices:
        yield f"{seen} slices have a mask, {MASKS_FILE} says {masks.info.slices}"
