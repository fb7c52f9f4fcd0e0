import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEGLosslessSV1

from hnp_etl.phantom.jpeg_lossless import encode_jpeg_lossless


def decode(stream: bytes, shape: tuple[int, int]) -> np.ndarray:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    dataset.Rows, dataset.Columns = shape
    dataset.SamplesPerPixel = 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset.pixel_array


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (33, 47)])
@pytest.mark.parametrize("spread", [1, 30, 4096])
def test_what_is_encoded_is_decoded(shape: tuple[int, int], spread: int) -> None:
    rng = np.random.default_rng(spread)
    pixels = rng.integers(0, spread, shape).astype(np.uint16)
    np.testing.assert_array_equal(decode(encode_jpeg_lossless(pixels, 12), shape), pixels)


def test_the_widest_differences_are_kept() -> None:
    pixels = np.array([[0, 4095, 0], [4095, 0, 4095], [0, 0, 4095]], np.uint16)
    np.testing.assert_array_equal(decode(encode_jpeg_lossless(pixels, 12), (3, 3)), pixels)
