"""What names in archives say, and which of them lead out of the archive. Pure."""

import re
import unicodedata
from typing import NamedTuple

# "C:\\scan.dcm", "c:scan.dcm"
_DRIVE = re.compile(r"[A-Za-z]:")


class ReadName(NamedTuple):
    """A name as text.

    Attributes:
        korean: it was read as CP949.
    """

    text: str
    korean: bool = False


def read_zip_name(raw: bytes, *, marked: bool) -> ReadName:
    """Return what the name of a zip member says.

    Args:
        raw: its bytes.
        marked: whether the zip says that they are UTF-8 (APPNOTE.TXT 4.4.4, bit 11).

    Without the mark macOS writes UTF-8 all the same; Windows in Korea writes CP949; any other is
    CP437 (APPNOTE.TXT, appendix D).

    >>> read_zip_name("영상".encode("cp949"), marked=False)
    ReadName(text='영상', korean=True)
    >>> read_zip_name("영상".encode(), marked=False)
    ReadName(text='영상', korean=False)
    >>> read_zip_name(bytes([0x81, 0x20]), marked=False)
    ReadName(text='ü ', korean=False)
    """
    if marked:
        return ReadName(raw.decode("utf-8", "surrogateescape"))
    for encoding in ("utf-8", "cp949"):
        try:
            return ReadName(raw.decode(encoding), encoding == "cp949")
        except UnicodeDecodeError:
            continue
    return ReadName(raw.decode("cp437"))


def tidy_name(name: str) -> tuple[str, bool]:
    r"""Return a name as a path, and whether it stays within the archive.

    One that does not is kept as it is: a path that no sound member has.

    >>> tidy_name("./a//b.dcm"), tidy_name("a\\b.dcm"), tidy_name("a/../../b"), tidy_name("/b")
    (('a/b.dcm', True), ('a/b.dcm', True), ('a/../../b', False), ('/b', False))
    """
    text = unicodedata.normalize("NFC", name)
    if "/" not in text:
        text = text.replace("\\", "/")  # as some tools on Windows write it
    parts = [part for part in text.split("/") if part not in ("", ".")]
    leads_out = text.startswith("/") or ".." in parts or _DRIVE.match(text) is not None
    if leads_out or not parts or "\0" in text:
        return text, False
    return "/".join(parts), True
