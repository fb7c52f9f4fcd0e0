"""The one frame within encapsulated pixel data. Pure. Source: DICOM PS3.5 A.4."""

import struct

from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

_ITEM = b"\xfe\xff\x00\xe0"
_DELIMITER = b"\xfe\xff\xdd\xe0"


def single_frame(value: bytes) -> bytes:
    """Return the joined fragments of a single-frame image.

    The delimiter at the end may be missing: some archives cut it off, and every fragment states
    its own length.

    Args:
        value: the pixel data element from its first item on, up to the end of the file.

    Raises:
        FileError: TRUNCATED when a fragment ends early or none is there, DECODE_FAILED otherwise.
    """
    position, fragments = 0, []
    while position < len(value):
        head = value[position : position + 8]
        if head[:4] == _DELIMITER:
            break
        if len(head) < 8:
            raise FileError(Reason.TRUNCATED, "the pixel data ends within an item")
        if head[:4] != _ITEM:
            raise FileError(Reason.DECODE_FAILED, "found no item where a fragment should begin")
        (length,) = struct.unpack("<I", head[4:])
        position += 8 + length
        if position > len(value):
            raise FileError(Reason.TRUNCATED, "a fragment of the pixel data ends early")
        fragments.append(value[position - length : position])
    if len(fragments) < 2:  # the first item is the offset table
        raise FileError(Reason.TRUNCATED, "found no fragment of pixel data")
    return b"".join(fragments[1:])
