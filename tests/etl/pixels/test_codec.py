"""Claims about bits above those stored: dropped as in uncompressed pixels, never clipped."""

from dataclasses import replace

import numpy as np
import pytest

from dicom_files import COMPRESSED, compressed_frame, picture
from hnp_etl.pixels.codec import decompress
from hnp_etl.pixels.transform import PixelRule, clean_values

RULE = PixelRule(40, 48, 16, 12, False, 1.0, 0.0, False)


@pytest.mark.parametrize("stored", [12, 8])
@pytest.mark.parametrize("syntax", COMPRESSED)
def test_bits_above_those_stored_are_dropped(syntax: str, stored: int) -> None:
    rule = replace(RULE, bits_stored=stored)
    found = clean_values(decompress(compressed_frame(picture(), 12, syntax), syntax, rule), rule)
    assert np.array_equal(found, picture() & ((1 << stored) - 1))
