"""From one file and its header facts to the sample that is stored: read, decode, transform."""

from functools import partial

from hnp_etl.dicom.elements import inflate
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.dicom.syntaxes import DECODERS, DEFLATED_LE, EXPLICIT_BE
from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.limits import LIMITS, Limits
from hnp_etl.pixels.decoder import decode_guarded, stop_child
from hnp_etl.pixels.decoder_child import Request
from hnp_etl.pixels.encapsulated import single_frame
from hnp_etl.pixels.encapsulated_frames import Encapsulated, one_frame
from hnp_etl.pixels.transform import (
    CropBox,
    PixelRule,
    Sample,
    Stored,
    crop_box,
    from_bytes,
    make_sample,
)
from hnp_etl.recipes.recipe import Image
from hnp_shared.vocabulary import UNCACHED_REASONS, Reason


def read_sample(
    source: SourceFile,
    facts: HeaderFacts,
    image: Image,
    limits: Limits = LIMITS,
    *,
    seek_text: bool = False,
) -> Sample:
    """Read, decode and transform one slice; what may be a passing fault is tried twice.

    Args:
        source: the file, as it was met when its header was read.
        facts: from the file's header.
        image: the recipe's image section.
        limits: bounds on inflating and decoding.
        seek_text: look for letters that are drawn into the picture.

    Raises:
        FileError: says why the slice cannot be used.
    """
    attempt = partial(_sample, source, facts, image, limits, seek_text=seek_text)
    try:
        return attempt()
    except FileError as error:
        if error.reason not in UNCACHED_REASONS:
            raise
    stop_child()
    return attempt()


def stored_pixel_mm(facts: HeaderFacts, image: Image) -> tuple[float, float] | None:
    """Return height and width of a pixel of the stored array, None without Pixel Spacing."""
    spacing, box = _spacing_mm(facts), _box(facts, image)
    if spacing is None:
        return None
    return spacing[0] * box.rows / image.size[0], spacing[1] * box.columns / image.size[1]


def _sample(
    source: SourceFile, facts: HeaderFacts, image: Image, limits: Limits, *, seek_text: bool
) -> Sample:
    rule = PixelRule(
        rows=facts.rows or 0,
        columns=facts.columns or 0,
        bits_allocated=facts.bits_allocated or 0,
        bits_stored=facts.bits_stored or 0,
        signed=facts.signed,
        slope=facts.slope,
        intercept=facts.intercept,
        inverted=facts.photometric == "MONOCHROME1",
    )
    try:
        stored = _stored_values(source, facts, rule, limits)
    except OSError as error:
        raise FileError(Reason.UNREADABLE, "the file could not be read") from error
    return make_sample(stored, rule, image, _box(facts, image), seek_text=seek_text)


def _stored_values(
    source: SourceFile, facts: HeaderFacts, rule: PixelRule, limits: Limits
) -> Stored:
    start, needed = facts.pixel_offset or 0, facts.pixel_length or 0
    syntax = facts.syntax or ""
    with source.opened() as file:
        if syntax in DECODERS and facts.frame:
            pixels = Encapsulated(start, file.size, facts.frames, syntax)
            content = one_frame(source, file.read_at, pixels, facts.frame)
        elif syntax in DECODERS:
            content = single_frame(file.read_from(start))
        elif syntax == DEFLATED_LE:
            content = file.read_from(facts.body_offset)
        else:
            frame = rule.rows * rule.columns * rule.bits_allocated // 8
            content = file.read_at(start, min(frame, needed))
    if syntax in DECODERS:
        return from_bytes(decode_guarded(Request(content, syntax, rule), limits), rule)
    if syntax == DEFLATED_LE:
        content = inflate(content, limits.header_bytes)[start : start + needed]
    return from_bytes(content, rule, big_endian=syntax == EXPLICIT_BE)


def _box(facts: HeaderFacts, image: Image) -> CropBox:
    return crop_box(facts.rows or 0, facts.columns or 0, image, _spacing_mm(facts))


def _spacing_mm(facts: HeaderFacts) -> tuple[float, float] | None:
    if facts.row_mm is None or facts.column_mm is None:
        return None
    return facts.row_mm, facts.column_mm
