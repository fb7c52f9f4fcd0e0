"""Versions of what runs, and which extras there are."""

import importlib.util
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from hnp_etl import __version__
from hnp_etl.doctor.finding import Finding, Weight, at_least
from hnp_etl.sharding.shard_plan import library_versions

_PYTHONS = ((3, 11), (3, 13))
_OTHERS = ("click", "pyarrow", "pydantic")
EXTRAS = {
    "excel": ("openpyxl", "label tables in Excel files"),
    "dask": ("distributed", "builds on a Dask cluster"),
    "clinic": ("highdicom", "hnp-etl attach"),
    "7z": ("py7zr", "archives of 7-Zip"),
}
"""Extra -> the package that it brings, and what that is for."""


def examine_packages() -> Iterator[Finding]:
    """Yield what is installed."""
    yield Finding("hnp-etl", Weight.OK, __version__)
    told = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    known = _PYTHONS[0] <= sys.version_info[:2] <= _PYTHONS[1]
    yield at_least("Python", told, known, "Python 3.11, 3.12 or 3.13", vital=True)
    yield from _libraries()
    for extra, (package, use) in EXTRAS.items():
        there = importlib.util.find_spec(package) is not None
        check = f"extra {extra}"
        if there:
            yield Finding(check, Weight.OK, f"installed: {use}")
        else:
            do = f"pip install 'hnp-etl[{extra}]' where it is wanted"
            yield Finding(check, Weight.OK, f"not installed: no {use}", do)


def _libraries() -> Iterator[Finding]:
    try:
        told = [*library_versions()[1:], *(f"{name} {version(name)}" for name in _OTHERS)]
    except PackageNotFoundError as error:
        do = "pip install --force-reinstall hnp-etl"
        yield Finding("libraries", Weight.FAULT, f"no {error.name}", do)
        return
    for each in told:
        name, _, number = each.partition(" ")
        yield Finding(name, Weight.OK, number)
