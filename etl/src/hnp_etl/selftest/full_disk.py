"""A disk that fills up at any operation of a build costs the time to run it again."""

from hnp_etl.selftest.failing_disk import FailingDisk
from hnp_etl.selftest.material import Material, files_below
from hnp_etl.selftest.outcome import Outcome, expect_same
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, StorageError

_MORE_THAN_ANY_BUILD = 1000
_STRIDE = 3
"""The tests fail every operation; here time is short."""


def full_disk_is_survived(material: Material) -> Outcome:
    """Let operation 1, 4, ... of a build and all after it meet a full disk, until a run passes."""
    check = "a full disk leaves the old data set or none"
    config = material.config("full")
    for fails_at in range(1, _MORE_THAN_ANY_BUILD, _STRIDE):
        try:
            material.build("full", disk=FailingDisk(fails_at))
        except StorageError as error:
            if "ENOSPC" not in str(error):
                return Outcome(check, False, f"operation {fails_at}: {error}")
        else:
            tried = f"full at {fails_at // _STRIDE} of {fails_at - 1} operations"
            return expect_same(check, files_below(config.out), material.calm, tried)
        try:
            whole = open_dataset(config.out).is_whole()
        except InputError:
            whole = True  # none was there yet
        if not whole:
            return Outcome(check, False, f"half a data set after operation {fails_at}")
    return Outcome(check, False, "no build passed")
