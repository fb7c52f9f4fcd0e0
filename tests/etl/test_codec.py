"""A decoder cuts no bits in silence."""

from dataclasses import replace

import numpy as np
import pytest

from dicom_files import COMPRESSED, compressed_frame, picture
from hnp_etl.codec import decompress
from hnp_etl.errors import FileError
from hnp_etl.pixels import PixelRule
from hnp_shared.vocabulary import Reason

RULE = PixelRule(40, 48, 16, 12, False, 1.0, 0.0, False)


@pytest.mark.parametrize("syntax", COMPRESSED)
def test_values_of_more_bits_than_are_stored_are_refused(syntax: str) -> None:
    frame = compressed_frame(picture(), 12, syntax)
    assert np.array_equal(decompress(frame, syntax, RULE), picture())
    with pytest.raises(FileError) as caught:
        decompress(frame, syntax, replace(RULE, bits_stored=8))
    assert caught.value.reason is Reason.DECODE_FAILED
