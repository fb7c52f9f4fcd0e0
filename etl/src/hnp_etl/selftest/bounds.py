"""What only the owner may read, and what a decoder may take."""

import stat
import subprocess
import sys

from hnp_etl.limits import LIMITS
from hnp_etl.pixels.decoder_child import child_arguments
from hnp_etl.private.folder import hold_private
from hnp_etl.private.key import KEY_FILE, make_key
from hnp_etl.selftest.material import Material
from hnp_etl.selftest.outcome import Outcome

_GRAB = """
import sys
from hnp_etl.pixels.decoder_child import limit_self
cpu_s, memory_bytes = map(int, sys.argv[1:])
limit_self(cpu_s, memory_bytes)
try:
    bytearray(memory_bytes)
except MemoryError:
    sys.exit(0)
sys.exit(1)
"""
"""Binds itself as the decoder does, then asks for as much as its libraries left less of."""

_LONGEST_GRAB_S = 60.0


def secrets_are_closed_to_others(material: Material) -> Outcome:
    """Look at the modes of a private folder and of the key made in it."""
    private = material.config("secret").private
    with hold_private(private):
        make_key(private)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (private, private / KEY_FILE)]
    told = "private folder {:04o}, key {:04o}".format(*modes)
    return Outcome("only the owner may read the key", modes == [0o700, 0o600], told)


def decoder_memory_is_bounded(_material: Material) -> Outcome:
    """Ask for more memory than a decoder may have, under the decoder's own limits."""
    check = "a decoder cannot take all memory"
    if sys.platform != "linux":
        return Outcome(check, True, "not tried: this system cannot limit it")
    command = [sys.executable, "-P", "-c", _GRAB, *child_arguments(LIMITS)]
    done = subprocess.run(command, capture_output=True, timeout=_LONGEST_GRAB_S, check=False)
    told = f"{LIMITS.decode_memory_bytes / 2**30:g} GiB and more"
    if done.returncode:
        return Outcome(check, False, f"{told}: found exit code {done.returncode}, expected 0")
    return Outcome(check, True, f"{told}: refused")
