"""Begins a program anew in Python's UTF-8 mode where the locale is another.

Under a locale like ko_KR.EUC-KR Python reads arguments and names in that encoding, by two tables
that differ: names in UTF-8 then come out as other text, or cannot be given back to the system at
all. UTF-8 mode (PEP 540) reads them all as UTF-8, and is inherited by processes begun from here.
"""

import contextlib
import io
import os
import sys
from pathlib import Path

_MODE = b"PYTHONUTF8"
_OUTPUT = b"PYTHONIOENCODING"
_ARGUMENTS = Path("/proc/self/cmdline")


def use_utf8() -> None:
    """Go on in UTF-8 mode, by beginning this program anew if need be; nothing was done before."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that it cannot show costs no traceback
            stream.reconfigure(errors="backslashreplace")
    if sys.getfilesystemencoding() == "utf-8" or os.environb.get(_MODE) == b"1":
        return
    with contextlib.suppress(OSError):  # no Linux: names are UTF-8 there whatever the locale
        # as bytes: what Python made of them cannot always be turned back
        arguments = _ARGUMENTS.read_bytes().split(b"\0")[:-1]
        os.execvpe(  # noqa: S606  # this very program
            arguments[0], arguments, {**os.environb, **_settings()}
        )


def _settings() -> dict[bytes, bytes]:
    """Return what sets the mode; a terminal goes on to be written to in its own encoding."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    encoding = {_OUTPUT: sys.stdout.encoding.encode()} if terminal else {}
    return {_MODE: b"1", **encoding}
