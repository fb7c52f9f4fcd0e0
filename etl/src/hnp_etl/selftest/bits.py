"""Any flipped bit of a data set is found by check."""

import contextlib
import random
import shutil

from hnp_etl.selftest.material import Material
from hnp_etl.selftest.outcome import Outcome
from hnp_shared.check import check_dataset
from hnp_shared.errors import InputError

FLIPS = 50


def flipped_bits_are_found(material: Material) -> Outcome:
    """Flip one bit at a time, anywhere in a data set, and check it."""
    check = "check finds any flipped bit"
    copy = material.folder / "flipped"
    shutil.copytree(material.folder / "calm", copy)
    if findings := check_dataset(copy, deep=True).findings:
        return Outcome(check, False, f"the whole data set has {len(findings)} findings")
    dice = random.Random(0)
    names = sorted(material.calm)
    missed = 0
    for _ in range(FLIPS):
        name = dice.choice(names)
        hurt = bytearray(material.calm[name])
        hurt[dice.randrange(len(hurt))] ^= 1 << dice.randrange(8)
        (copy / name).write_bytes(hurt)
        with contextlib.suppress(InputError):  # dataset.json is no data set's any more: found
            missed += not check_dataset(copy, deep=False).findings
        (copy / name).write_bytes(material.calm[name])
    return Outcome(check, not missed, f"{FLIPS - missed} of {FLIPS} found")
