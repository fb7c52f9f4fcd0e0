"""Transfer syntaxes that are read, and by which decoder (DICOM PS3.5 section 10)."""

IMPLICIT_LE, EXPLICIT_LE = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED_LE = "1.2.840.10008.1.2.1.99"
EXPLICIT_BE = "1.2.840.10008.1.2.2"

UNCOMPRESSED = frozenset({IMPLICIT_LE, EXPLICIT_LE, DEFLATED_LE, EXPLICIT_BE})
"""Pixel data are plain numbers."""

RLE = "1.2.840.10008.1.2.5"
JPEG_2000 = frozenset({"1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"})

_JPEG, _JPEG_LS, _JPEG_2000 = "gdcm", "pyjpegls", "pylibjpeg"

DECODERS = {
    RLE: "pydicom",
    "1.2.840.10008.1.2.4.50": _JPEG,  # JPEG Baseline
    "1.2.840.10008.1.2.4.51": _JPEG,  # JPEG Extended
    "1.2.840.10008.1.2.4.57": _JPEG,  # JPEG Lossless
    "1.2.840.10008.1.2.4.70": _JPEG,  # JPEG Lossless, selection value 1
    "1.2.840.10008.1.2.4.80": _JPEG_LS,  # JPEG-LS Lossless
    "1.2.840.10008.1.2.4.81": _JPEG_LS,  # JPEG-LS Near-Lossless
    "1.2.840.10008.1.2.4.90": _JPEG_2000,  # JPEG 2000 Lossless
    "1.2.840.10008.1.2.4.91": _JPEG_2000,  # JPEG 2000
}
"""Syntax -> the one plugin of pydicom: pixels do not depend on what is installed."""
