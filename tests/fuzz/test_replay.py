"""Claims about readers of bytes from outside: only what they declare ever comes out."""

from pathlib import Path
from types import NoneType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz_targets import SENTINEL, TARGETS, Target, feed, target_of

CRASHERS = sorted((Path(__file__).parent / "crashers").glob("*/*"))
DERANDOMISED = settings(derandomize=True, deadline=None, max_examples=60, database=None)


@pytest.mark.parametrize("path", CRASHERS, ids=lambda path: f"{path.parent.name}-{path.name[:12]}")
def test_what_once_escaped_no_longer_does(path: Path) -> None:
    target = target_of(path.parent.name)
    assert isinstance(feed(target, path.read_bytes()), (target.declared, NoneType))


def test_an_undeclared_error_escapes_the_harness() -> None:
    assert feed(SENTINEL, b"HM") is None
    with pytest.raises(KeyError):
        feed(SENTINEL, b"HNP")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_each_has_seeds_and_takes_them(target: Target) -> None:
    seeds = list(target.seeds())
    assert seeds
    for seed in seeds:
        assert isinstance(feed(target, seed), (target.declared, NoneType))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@DERANDOMISED
@given(data=st.data())
def test_damaged_seeds_give_what_is_declared(target: Target, data: st.DataObject) -> None:
    seed = bytearray(next(iter(target.seeds())))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(len(seed) - 1, 0)))
        seed[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    assert isinstance(feed(target, bytes(seed)), (target.declared, NoneType))
