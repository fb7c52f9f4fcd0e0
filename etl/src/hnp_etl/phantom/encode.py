"""Pixels to the bytes of a transfer syntax."""

import numpy as np
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import UID, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from hnp_etl.phantom.acquisition import BITS_STORED, StoredImage
from hnp_etl.phantom.jpeg_lossless import encode_jpeg_lossless
from hnp_shared.process import held

_PLUGINS = {RLELossless: "gdcm", JPEGLSLossless: "pyjpegls", JPEG2000Lossless: "pylibjpeg"}
"""Which library compresses; named, so that the bytes do not depend on what else is installed."""


def pixel_bytes(pixels: StoredImage, syntax: UID) -> bytes:
    """Return the value of the Pixel Data element.

    Args:
        pixels: (row, column), 0..4095.
        syntax: transfer syntax UID; little endian without compression when it names none.
    """
    if syntax == JPEGLosslessSV1:
        return encapsulate([encode_jpeg_lossless(pixels, BITS_STORED)])
    if syntax not in _PLUGINS:
        return pixels.astype("<u2").tobytes()
    rows, columns = pixels.shape
    with held():  # the library calls Python from C, where a stop that is raised crashes
        frame = get_encoder(syntax).encode(
            np.ascontiguousarray(pixels),
            encoding_plugin=_PLUGINS[syntax],
            rows=rows,
            columns=columns,
            samples_per_pixel=1,
            number_of_frames=1,
            bits_allocated=16,
            bits_stored=BITS_STORED,
            pixel_representation=0,
            photometric_interpretation="MONOCHROME2",
        )
    return encapsulate([frame])
