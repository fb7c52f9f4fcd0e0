"""What a command says when an extra is not installed."""

import contextlib
from collections.abc import Iterator

from hnp_shared.errors import InputError


@contextlib.contextmanager
def needing(package: str, extra: str) -> Iterator[None]:
    """Import what only an extra brings.

    Raises:
        InputError: it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("hnp_"):
            raise
        raise InputError(f"{package} is not installed, expected: pip install '{extra}'") from error
