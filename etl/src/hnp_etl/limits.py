"""Bounds that keep a hostile or broken file from costing more than itself.

A recipe's section `[limits]` may set those in `Limits`; the others hold for every build.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MAX_IMAGE_BYTES = 1 * 2**30
"""A larger image file is TOO_LARGE: the largest classic MR slice is under 40 MB."""

MAX_LABEL_BYTES = 8 * 2**20
"""A larger label is TOO_LARGE: labels of one image are a few hundred bytes."""

MAX_DEPTH = 64
"""Sequences within sequences, or JSON within JSON; real headers stay below 10. TOO_DEEP beyond."""

MAX_HEADER_BYTES = 64 * 2**20
"""How far into a file the pixel data may begin, and how much is inflated. BAD_HEADER beyond."""

MAX_VALUE_BYTES = 64 * 2**10
"""A wanted header value longer than this is BAD_HEADER."""

MAX_SIDE_PIXELS = 4096
"""Rows and columns of an image. BAD_HEADER beyond."""

MAX_PATIENT_SLICES = 4096
"""More slices under one patient value end the run: the value is not a person's."""

MAX_FRAMES = MAX_PATIENT_SLICES
"""Frames of an image that are told apart; one with more holds time. MULTI_FRAME beyond."""

SHARD_SLICES = 512
"""Slices in a shard, unless one patient has more."""

DECODE_TIMEOUT_S = 30.0
"""No frame of 4096 x 4096 pixels takes a sound decoder this long. TIMEOUT beyond."""

DECODE_MEMORY_BYTES = 4 * 2**30
"""Address space of the decoder child; libraries alone map about 1 GiB. CRASHED beyond."""

DECODE_CPU_S = 120
"""CPU seconds of one decoder child, which serves DECODER_FRAMES frames. CRASHED beyond."""

DECODER_FRAMES = 512
"""Frames after which a decoder child is replaced, so that leaks stay bounded."""

MAX_ARCHIVE_MEMBERS = 2_000_000
"""Members of one archive. TOO_LARGE beyond: a whole hospital has fewer files."""

MAX_ARCHIVE_BYTES = 4 * 2**40
"""Bytes that the members of one archive have in all, once unpacked. TOO_LARGE beyond."""

MAX_ARCHIVE_RATIO = 200
"""How many times its own size an archive may hold: pictures shrink to a half or a tenth, text to a
twentieth, zeros to a thousandth. TOO_LARGE beyond."""

ARCHIVE_RATIO_FROM_BYTES = 64 * 2**20
"""An archive that holds less costs little, whatever its ratio."""

ARCHIVE_DEPTH = 2
"""An archive within an archive is read; one within that is TOO_DEEP."""

YOUNG_FILE_S = 2.0
"""A file changed this recently may change again within one tick of its clock: read it anew."""

_LARGEST_FILE = 2**62
"""Bytes; beyond, system calls and JSON fail on the number itself."""


class Limits(BaseModel):
    """What a recipe may set; a change reads and decodes everything anew."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image_bytes: Annotated[int, Field(ge=1, le=_LARGEST_FILE)] = MAX_IMAGE_BYTES
    label_bytes: Annotated[int, Field(ge=1, le=_LARGEST_FILE)] = MAX_LABEL_BYTES
    depth: Annotated[int, Field(ge=1, le=200)] = MAX_DEPTH  # Python reads JSON by recursion
    header_bytes: Annotated[int, Field(ge=1, le=_LARGEST_FILE)] = MAX_HEADER_BYTES
    value_bytes: Annotated[int, Field(ge=64, le=_LARGEST_FILE)] = MAX_VALUE_BYTES
    side_pixels: Annotated[int, Field(ge=1, le=65_535)] = MAX_SIDE_PIXELS  # VR US
    decode_timeout_s: Annotated[float, Field(gt=0, le=86_400)] = DECODE_TIMEOUT_S
    decode_memory_bytes: Annotated[int, Field(ge=2**30, le=_LARGEST_FILE)] = DECODE_MEMORY_BYTES
    decode_cpu_s: Annotated[int, Field(ge=1, le=86_400)] = DECODE_CPU_S
    archive_members: Annotated[int, Field(ge=1, le=_LARGEST_FILE)] = MAX_ARCHIVE_MEMBERS
    archive_bytes: Annotated[int, Field(ge=1, le=_LARGEST_FILE)] = MAX_ARCHIVE_BYTES
    archive_ratio: Annotated[int, Field(ge=1, le=_LARGEST_FILE)] = MAX_ARCHIVE_RATIO
    headerless: bool = False
    """Whether a data set without preamble and DICM prefix is read instead of NOT_DICOM."""


LIMITS = Limits()
"""Those of a recipe that sets none."""
