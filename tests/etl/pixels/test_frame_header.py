"""Claims about a compressed frame's own header: what it says must be what DICOM says."""

import numpy as np
import pytest

from dicom_files import COMPRESSED, RLE, compressed_frame, picture
from hnp_etl.errors import FileError
from hnp_etl.pixels.frame_header import check_frame
from hnp_etl.pixels.transform import PixelRule
from hnp_shared.vocabulary import Reason

JPEGS = [syntax for syntax in COMPRESSED if syntax != RLE]


def rule(rows: int = 40, columns: int = 48, bits: int = 16) -> PixelRule:
    return PixelRule(rows, columns, bits, bits, False, 1.0, 0.0, False)


def refusal(frame: bytes, syntax: str, described: PixelRule) -> Reason | None:
    try:
        check_frame(frame, syntax, described)
    except FileError as error:
        return error.reason
    return None


@pytest.mark.parametrize("syntax", COMPRESSED)
def test_a_frame_that_is_as_described_passes(syntax: str) -> None:
    assert refusal(compressed_frame(picture(), 12, syntax), syntax, rule()) is None


@pytest.mark.parametrize("syntax", JPEGS)
@pytest.mark.parametrize(
    "described",
    [rule(rows=41), rule(columns=47), rule(rows=48, columns=40), rule(bits=8)],
    ids=["rows", "columns", "turned", "bits"],
)
def test_a_frame_of_another_size_or_depth_never_reaches_a_decoder(
    syntax: str, described: PixelRule
) -> None:
    frame = compressed_frame(picture(), 12, syntax)
    assert refusal(frame, syntax, described) is Reason.DECODE_FAILED


@pytest.mark.parametrize("syntax", JPEGS)
def test_a_frame_cut_within_its_header_is_refused(syntax: str) -> None:
    frame = compressed_frame(picture(), 12, syntax)
    for length in range(12):  # the shortest: start of image, then the frame header
        assert refusal(frame[:length], syntax, rule()) is Reason.DECODE_FAILED


@pytest.mark.parametrize("syntax", JPEGS)
def test_noise_is_refused(syntax: str) -> None:
    random = np.random.default_rng(0)
    for size in (0, 1, 2, 40, 4000):
        assert refusal(random.bytes(size), syntax, rule()) is Reason.DECODE_FAILED
