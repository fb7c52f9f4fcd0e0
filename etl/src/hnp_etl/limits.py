"""Bounds that keep a hostile or broken file from costing more than itself."""

MAX_IMAGE_BYTES = 1 * 2**30
"""A larger image file is TOO_LARGE: the largest classic MR slice is under 40 MB."""

MAX_LABEL_BYTES = 8 * 2**20
"""A larger label is TOO_LARGE: labels of one image are a few hundred bytes."""

MAX_DEPTH = 64
"""Sequences within sequences, or JSON within JSON; real headers stay below 10."""

MAX_HEADER_BYTES = 64 * 2**20
"""How far into a file the pixel data may begin, also after inflating."""

MAX_VALUE_BYTES = 64 * 2**10
"""A wanted header value longer than this is BAD_HEADER."""

MAX_SIDE_PIXELS = 4096
"""Rows and columns of an image."""

MAX_PATIENT_SLICES = 4096
"""More slices under one patient value end the run: the value is not a person's."""

SHARD_SLICES = 512
"""Slices in a shard, unless one patient has more."""

DECODE_TIMEOUT_S = 30.0
"""No frame of 4096 x 4096 pixels takes a sound decoder this long."""

DECODE_MEMORY_BYTES = 4 * 2**30
"""Address space of the decoder child; libraries alone map about 1 GiB."""

DECODE_CPU_S = 120
"""CPU seconds of one decoder child, which is replaced after DECODER_FRAMES frames."""

DECODER_FRAMES = 512
"""Frames after which a decoder child is replaced, so that leaks stay bounded."""

YOUNG_FILE_S = 2.0
"""A file changed this recently may change again within one tick of its clock: read it anew."""
