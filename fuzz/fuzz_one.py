"""Fuzzes one target in this process; libFuzzer ends it, with an error when something escaped."""

import logging
import random
import sys
import warnings
from collections.abc import Callable

import atheris

GUIDING = ("fuzz_targets", "hnp_etl", "hnp_shared", "json.decoder", "tomllib")
"""Modules whose branches guide the search; the planted bug's too, or finding it would be luck."""

with atheris.instrument_imports(include=list(GUIDING)):
    from fuzz_targets import Target, feed, target_of


def main() -> None:
    """Run as ``fuzz_one.py NAME [libFuzzer options]``."""
    target = target_of(sys.argv[1])
    warnings.simplefilter("ignore")
    logging.disable()
    options = {"custom_mutator": _mutator(target)} if target.mutate else {}
    atheris.Setup(
        [sys.argv[0], *sys.argv[2:]], lambda content: feed(target, content) and None, **options
    )
    atheris.Fuzz()


def _mutator(target: Target) -> Callable[[bytes, int, int], bytes]:
    def mutate(content: bytes, most: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if target.mutate is None or dice.random() < 0.5:
            return bytes(atheris.Mutate(content, most))
        return target.mutate(content, dice)[:most]

    return mutate


if __name__ == "__main__":
    main()
