"""Hostile DICOM files, by class, each with the reason that the ledger must give."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from pydicom.encaps import encapsulate

from dicom_files import (
    BIG_ENDIAN,
    COMPRESSED,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG_LS,
    RLE,
    compressed_frame,
    dicom_bytes,
    picture,
)
from hnp_shared.vocabulary import Reason

UNDEFINED = 0xFFFF_FFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFE_E000, 0xFFFE_E00D, 0xFFFE_E0DD
PIXELS = struct.pack("<HH", 0x7FE0, 0x0010)
PREFIX = b"\0" * 128 + b"DICM"
UNKNOWN_SYNTAX, MPEG = "1.2.3.4.5", "1.2.840.10008.1.2.4.100"
DEFLATED_JPIP, HTJ2K = "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.201"


@dataclass(frozen=True)
class Hostile:
    """One file: `reason` is what the ledger must say, None for an accepted one."""

    content: bytes
    reason: Reason | None


Class = Mapping[str, Hostile]


def mark(tag: int, length: int = 0) -> bytes:
    """Return an element head without value representation."""
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, length)


def element(tag: int, vr: bytes, length: int, value: bytes = b"") -> bytes:
    """Return an element with a long value representation; ``length`` need not be true."""
    return struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length) + value


def short(tag: int, vr: bytes, value: bytes) -> bytes:
    """Return an element with a short value representation."""
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr, len(value)) + value


def before_pixels(extra: bytes, content: bytes) -> bytes:
    """Return a file with more elements before the pixel data."""
    at = content.rindex(PIXELS)
    return content[:at] + extra + content[at:]


def nested(depth: int, *, defined: bool = False) -> bytes:
    """Return sequences within sequences."""
    content = b""
    for _ in range(depth):
        item = mark(ITEM, len(content) if defined else UNDEFINED) + content
        item += b"" if defined else mark(ITEM_END)
        length = len(item) if defined else UNDEFINED
        content = element(0x0040_A730, b"SQ", length) + item
        content += b"" if defined else mark(SEQUENCE_END)
    return content


def with_value(tag: int, vr: bytes, value: bytes, content: bytes) -> bytes:
    """Return a file in which an element with a short value representation has another value."""
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    at = content.index(head)
    (length,) = struct.unpack_from("<H", content, at + 6)
    return content[:at] + short(tag, vr, value) + content[at + 8 + length :]


def deflated(body: bytes, *, cut: bool = False) -> bytes:
    """Return a deflated file whose data set is ``body``."""
    good = dicom_bytes(syntax=DEFLATED)
    (group_length,) = struct.unpack_from("<I", good, 140)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(body) + packer.flush()
    return good[: 144 + group_length] + (packed[: len(packed) // 2] if cut else packed)


def packed(syntax: str, value: bytes, **attributes: object) -> bytes:
    """Return a compressed file with any pixel data element."""
    return dicom_bytes(syntax=syntax, PixelData=value, **attributes)  # type: ignore[arg-type]  # mixed values


def hostile_images(seed: int) -> dict[str, Class]:
    """Return class -> name -> file; accepted ones differ from seed to seed."""
    good = dicom_bytes(picture(seed=seed), bits_stored=12)
    return {
        "no-dicom": _no_dicom(good),
        "cut-header": _cut_headers(good),
        "element": _elements(good),
        "nesting": _nesting(good),
        "open-sequence": _open_sequences(good),
        "bomb": _bombs(good),
        "description": _descriptions(),
        "number": _numbers(good),
        "cut-pixels": _cut_pixels(good),
        "fragments": _fragments(),
        "stream": _streams(),
        "syntax": _syntaxes(),
        "object": _objects(),
    }


def _no_dicom(good: bytes) -> Class:
    contents = {
        "zeros": b"\0" * 1000,
        "text": "환자 이름".encode() * 50,
        "png": b"\x89PNG\r\n\x1a\n" + b"\0" * 300,
        "zip": b"PK\x03\x04" + b"\0" * 300,
        "preamble-only": b"\0" * 128,
        "prefix-first": b"DICM" + good[132:],
        "lower-case": good[:128] + b"dicm" + good[132:],
        "no-preamble": good[132:],
        "one-byte": b"D",
    }
    return {name: Hostile(content, Reason.NOT_DICOM) for name, content in contents.items()}


def _cut_headers(good: bytes) -> Class:
    pixels = good.rindex(PIXELS)
    cuts = {"prefix": 132, "group": 134, "meta": 150, "element": 400, "last": pixels - 3}
    bad = {name: Hostile(good[:cut], Reason.BAD_HEADER) for name, cut in cuts.items()}
    return {
        **bad,
        "before-pixels": Hostile(good[:pixels], Reason.TRUNCATED),
        "pixel-tag": Hostile(good[: pixels + 4], Reason.BAD_HEADER),
    }


def _elements(good: bytes) -> Class:
    extras = {
        "unknown-vr": struct.pack("<HH2sH", 0x5000, 0x0010, b"ZZ", 4) + b"abcd",
        "no-vr": b"\x00\x50\x10\x00\x00\x00\x00\x00abcd",
        "longer-than-file": element(0x5000_0010, b"OB", 2**31),
        "endless-text": element(0x5000_0010, b"UT", UNDEFINED - 1),
        "delimiter-alone": mark(SEQUENCE_END),
        "huge-value": element(0x0018_0020, b"UT", 70_000, b"A" * 70_000),
    }
    bad = {
        name: Hostile(before_pixels(extra, good), Reason.BAD_HEADER)
        for name, extra in extras.items()
    }
    private = element(0x0029_1010, b"UN", 6, b"\xfe\xff\x00\xe0\xff\xff")
    return {**bad, "private-bytes": Hostile(before_pixels(private, good), None)}


def _nesting(good: bytes) -> Class:
    deep = {
        f"{depth}-{'defined' if defined else 'open'}": Hostile(
            before_pixels(nested(depth, defined=defined), good),
            Reason.TOO_DEEP,
        )
        for depth in (65, 199, 3000)
        for defined in (False, True)
    }
    other = dicom_bytes(picture(seed=4), bits_stored=12)
    return {**deep, "64": Hostile(before_pixels(nested(64), other), None)}


def _open_sequences(good: bytes) -> Class:
    start = element(0x0040_A730, b"SQ", UNDEFINED)
    at = good.rindex(PIXELS)
    item = mark(ITEM, UNDEFINED)
    contents = {
        "no-item": good[:at] + start,
        "in-item": good[:at] + start + item,
        "swallows-pixels": before_pixels(start + item, good),
        "longer-than-file": before_pixels(element(0x0040_A730, b"SQ", 2**30), good),
    }
    return {name: Hostile(content, Reason.BAD_HEADER) for name, content in contents.items()}


def _bombs(good: bytes) -> Class:
    body = good[144 + struct.unpack_from("<I", good, 140)[0] :]
    filler = element(0x5000_0010, b"OB", 80_000_000) + b"\0" * 80_000_000
    tiny = {"Rows": 4096, "Columns": 4096, "BitsAllocated": 32, "BitsStored": 32, "HighBit": 31}
    segments = struct.pack("<16I", 4, 64, 64, 64, 64, *[0] * 11) + b"\x81\xff" * 4
    return {
        "deflated": Hostile(deflated(filler), Reason.BAD_HEADER),
        "deflated-cut": Hostile(deflated(body * 3, cut=True), Reason.TRUNCATED),
        "rle-of-nothing": Hostile(
            packed(RLE, encapsulate([segments]), **tiny), Reason.DECODE_FAILED
        ),
        "frames": Hostile(
            dicom_bytes(PixelData=b"\0\0", NumberOfFrames=2**31 - 1), Reason.MULTI_FRAME
        ),
        "claims-2-gib": Hostile(
            dicom_bytes(PixelData=b"\0\0", Rows=4096, Columns=4096), Reason.TRUNCATED
        ),
    }


def _descriptions() -> Class:
    wrong: dict[str, dict[str, object]] = {
        "rows-0": {"Rows": 0},
        "rows-65535": {"Rows": 65_535},
        "columns-0": {"Columns": 0},
        "no-rows": {"Rows": None},
        "no-columns": {"Columns": None},
        "bits-0": {"BitsAllocated": 0},
        "bits-12": {"BitsAllocated": 12},
        "bits-64": {"BitsAllocated": 64},
        "no-bits": {"BitsAllocated": None},
        "stored-17": {"BitsStored": 17, "HighBit": 16},
        "stored-0": {"BitsStored": 0, "HighBit": 0},
        "high-bit": {"HighBit": 15},
    }
    return {
        name: Hostile(dicom_bytes(**values), Reason.BAD_HEADER)  # type: ignore[arg-type]  # mixed
        for name, values in wrong.items()
    }


def _numbers(good: bytes) -> Class:
    slope, intercept, frames = 0x0028_1053, 0x0028_1052, 0x0028_0008
    scaled = dicom_bytes(RescaleSlope="1", RescaleIntercept="0", NumberOfFrames="1")
    rows = short(0x0028_0010, b"US", b"\x01\0")
    return {
        "slope-nan": Hostile(with_value(slope, b"DS", b"nan ", scaled), Reason.BAD_HEADER),
        "slope-inf": Hostile(with_value(slope, b"DS", b"inf ", scaled), Reason.BAD_HEADER),
        "slope-1e999": Hostile(with_value(slope, b"DS", b"1e999 ", scaled), Reason.BAD_HEADER),
        "slope-text": Hostile(with_value(slope, b"DS", b"one ", scaled), Reason.BAD_HEADER),
        "slope-zero": Hostile(with_value(slope, b"DS", b"0 ", scaled), Reason.FLAT_IMAGE),
        "intercept": Hostile(with_value(intercept, b"DS", b"--1 ", scaled), Reason.BAD_HEADER),
        "frames-text": Hostile(with_value(frames, b"IS", b"two ", scaled), Reason.BAD_HEADER),
        "rows-one-byte": Hostile(
            good.replace(short(0x0028_0010, b"US", b"\x28\0"), rows[:6] + b"\x01\0\x28"),
            Reason.BAD_HEADER,
        ),
    }


def _cut_pixels(good: bytes) -> Class:
    pixels = good.rindex(PIXELS)
    names = {"one-byte": -1, "half": (len(good) + pixels) // 2, "all": pixels + 12}
    cut = {name: Hostile(good[:end], Reason.TRUNCATED) for name, end in names.items()}
    return {
        **cut,
        "shorter-length": Hostile(dicom_bytes(PixelData=b"\0" * 3838), Reason.TRUNCATED),
        "no-pixels": Hostile(dicom_bytes(PixelData=None), Reason.TRUNCATED),
        "implicit": Hostile(dicom_bytes(syntax=IMPLICIT)[:-7], Reason.TRUNCATED),
        "big-endian": Hostile(dicom_bytes(syntax=BIG_ENDIAN)[:-7], Reason.TRUNCATED),
    }


def _fragments() -> Class:
    frame = compressed_frame(picture(), 12, JPEG_LS)
    whole = encapsulate([frame])
    at = 12  # behind the offset table of one entry
    return {
        "none": Hostile(packed(JPEG_LS, whole[:at]), Reason.TRUNCATED),
        "empty": Hostile(packed(JPEG_LS, encapsulate([b"\0\0"])), Reason.DECODE_FAILED),
        "longer-than-file": Hostile(
            packed(JPEG_LS, whole[:at] + mark(ITEM, 2**31) + frame), Reason.TRUNCATED
        ),
        "no-item": Hostile(packed(JPEG_LS, whole[:at] + b"\0" * 8 + frame), Reason.DECODE_FAILED),
        "two-frames": Hostile(
            packed(JPEG_LS, encapsulate([frame, frame]), NumberOfFrames=2), Reason.MULTI_FRAME
        ),
        "cut": Hostile(packed(JPEG_LS, whole)[: -len(frame) // 2], Reason.TRUNCATED),
    }


def _streams() -> Class:
    found: dict[str, Hostile] = {}
    for syntax in COMPRESSED:
        frame = compressed_frame(picture(), 12, syntax)
        name = syntax.rpartition("1.2.")[2]
        noise = np.random.default_rng(1).bytes(500)
        found[f"noise-{name}"] = Hostile(packed(syntax, encapsulate([noise])), Reason.DECODE_FAILED)
        found[f"empty-body-{name}"] = Hostile(
            packed(syntax, encapsulate([frame[:70]])), Reason.DECODE_FAILED
        )
        if syntax != RLE:
            found[f"other-size-{name}"] = Hostile(
                packed(syntax, encapsulate([frame]), Rows=48, Columns=40), Reason.DECODE_FAILED
            )
            eight: dict[str, object] = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
            found[f"more-bits-{name}"] = Hostile(
                packed(syntax, encapsulate([frame]), **eight), Reason.DECODE_FAILED
            )
    return found


def _syntaxes() -> Class:
    unsupported = {
        "mpeg": packed(MPEG, encapsulate([b"\0" * 100])),
        "referenced": packed(DEFLATED_JPIP, encapsulate([b"\0" * 100])),
        "high-throughput": packed(HTJ2K, encapsulate([b"\0" * 100])),
        "unknown": dicom_bytes().replace(
            struct.pack("<H", len(EXPLICIT) + 1) + EXPLICIT.encode() + b"\0",
            struct.pack("<H", 20) + UNKNOWN_SYNTAX.encode().ljust(20, b"\0"),
        ),
        "bytes-turned": dicom_bytes(np.arange(64, dtype=np.uint8).reshape(8, 8), syntax=BIG_ENDIAN),
    }
    reason = Reason.UNSUPPORTED_SYNTAX
    return {name: Hostile(content, reason) for name, content in unsupported.items()}


def _objects() -> Class:
    secondary = "1.2.840.10008.5.1.4.1.1.7"
    directory, report = "1.2.840.10008.1.3.10", "1.2.840.10008.5.1.4.1.1.88.11"
    turned = ["0", "1", "0", "0", "0", "-1"]
    cases: dict[str, tuple[Reason, dict[str, object]]] = {
        "directory": (Reason.NOT_MR, {"SOPClassUID": directory, "Modality": None}),
        "report": (Reason.NOT_MR, {"SOPClassUID": report, "PixelData": None}),
        "ct": (Reason.NOT_MR, {"Modality": "CT"}),
        "secondary-capture": (Reason.DERIVED, {"SOPClassUID": secondary}),
        "projection": (Reason.DERIVED, {"ImageType": ["DERIVED", "PRIMARY", "PROJECTION IMAGE"]}),
        "localizer": (Reason.LOCALIZER, {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}),
        "brain": (Reason.NOT_LUMBAR, {"StudyDescription": "BRAIN"}),
        "sagittal": (Reason.NOT_AXIAL, {"ImageOrientationPatient": turned}),
        "burned-in": (Reason.BURNED_IN, {"BurnedInAnnotation": "YES"}),
        "palette": (Reason.UNSUPPORTED_SYNTAX, {"PhotometricInterpretation": "PALETTE COLOR"}),
    }
    return {
        name: Hostile(dicom_bytes(**values), reason)  # type: ignore[arg-type]  # mixed values
        for name, (reason, values) in cases.items()
    }
