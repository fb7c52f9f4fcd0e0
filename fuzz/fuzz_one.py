"""Fuzzes one target in this process; libFuzzer ends it, with an error when something escaped."""

import logging
import sys
import warnings

import atheris

with atheris.instrument_imports(include=["hnp_etl", "hnp_shared", "json.decoder", "tomllib"]):
    from fuzz_targets import feed, target_of


def main() -> None:
    """Run as ``fuzz_one.py NAME [libFuzzer options]``."""
    target = target_of(sys.argv[1])
    warnings.simplefilter("ignore")
    logging.disable()
    atheris.Setup([sys.argv[0], *sys.argv[2:]], lambda content: feed(target, content) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
