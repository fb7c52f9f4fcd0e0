"""Claims about archives whose bytes were damaged: each is refused or read, nothing escapes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.archived import seven_zipped, tarred, zstd
from fuzz_archives import NAMES, archives
from fuzz_targets import feed, target_of
from hnp_etl.errors import FileError

FILES = {"C004/a.dcm": bytes(range(256)) * 4, "b.json": b"{}" * 90}
SEEDS = [
    *archives(),
    bytes((NAMES.index("a.7z"),)) + seven_zipped(FILES),
    bytes((NAMES.index("a.tar.zst"),)) + zstd(tarred(FILES)),
]


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Return bytes with a few changed, cut or put in, most of them where the contents stand."""
    found = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 5))):
        edge = dice.choice((1, max(1, len(found) - 60), dice.randrange(len(found))))
        at = min(len(found) - 1, edge + dice.randrange(60))
        how = dice.randrange(4)
        if how == 0:
            del found[at + 1 :]
        elif how == 1:
            found[at:at] = dice.randbytes(3)
        else:
            found[at] = dice.choice((0, 1, 0x7F, 0xFF, dice.randrange(256)))
    return bytes(found)


@settings(derandomize=True, deadline=None, max_examples=200, database=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
def test_damaged_archives_are_refused_or_read(seed: bytes, number: int) -> None:
    refused = feed(target_of("archive"), damaged(seed, random.Random(number)))
    assert refused is None or isinstance(refused, FileError)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: NAMES[seed[0]])
def test_sound_archives_are_read(seed: bytes) -> None:
    assert feed(target_of("archive"), seed) is None
