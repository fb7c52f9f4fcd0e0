"""Decompresses one frame with pydicom's decoders. Runs in the decoder child only."""

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from hnp_etl.dicom.syntaxes import DECODERS
from hnp_etl.errors import FileError
from hnp_etl.pixels.frame_header import check_frame
from hnp_etl.pixels.transform import PixelRule
from hnp_shared.vocabulary import Reason


def decompress(frame: bytes, syntax: str, rule: PixelRule) -> npt.NDArray[np.integer[Any]]:
    """Return the frame's stored values, (row, column).

    Raises:
        FileError: DECODE_FAILED.
    """
    options: Any = {
        "transfer_syntax_uid": UID(syntax),
        "rows": rule.rows,
        "columns": rule.columns,
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "photometric_interpretation": "MONOCHROME2",
        "bits_allocated": rule.bits_allocated,
        "bits_stored": rule.bits_allocated,  # with fewer some clip; the rest is dropped later
        "pixel_representation": int(rule.signed),
        "pixel_keyword": "PixelData",
    }
    check_frame(frame, syntax, rule)
    plugin = DECODERS[syntax]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they print raw values
            decoder = get_decoder(UID(syntax))
            found, _ = decoder.as_array(
                encapsulate([frame]), raw=True, decoding_plugin=plugin, **options
            )
    except (RuntimeError, ValueError, TypeError, AttributeError, NotImplementedError) as error:
        raise FileError(Reason.DECODE_FAILED, "the decoder refused the frame") from error
    except (IndexError, KeyError, OverflowError, EOFError, MemoryError) as error:
        raise FileError(Reason.DECODE_FAILED, "the decoder gave up on the frame") from error
    values = np.asarray(found)
    if values.shape != (rule.rows, rule.columns):
        raise FileError(Reason.DECODE_FAILED, "the frame has another size than the header says")
    return values
