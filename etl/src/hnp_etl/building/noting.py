"""Tells, beside an error that stops a build, what did not fit."""

import contextlib
from collections.abc import Iterable, Iterator

from hnp_shared.errors import HnpError
from hnp_shared.notices import Notice


@contextlib.contextmanager
def noted(notices: Iterable[Notice]) -> Iterator[None]:
    """Let an error that stops a build tell too what did not fit: it may be what stopped it."""
    try:
        yield
    except HnpError as error:
        for notice in notices:
            error.add_note(f"warning: {notice.line}")
        raise
