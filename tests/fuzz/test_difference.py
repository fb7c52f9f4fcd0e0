"""Claims about headers that are damaged where a reader is sensitive: told as pydicom tells them."""

import random
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dicom_files import dicom_bytes
from fuzz_damage import damage_dicom
from fuzz_difference import DisagreementError, compare_with_pydicom
from fuzz_targets import feed, target_of
from hnp_etl.dicom.header import HeaderFacts, read_header
from hnp_etl.errors import FileError

SEEDS = list(islice(target_of("difference").seeds(), 5))  # those that the tests make


@settings(derandomize=True, deadline=None, max_examples=400, database=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
def test_damaged_headers_read_alike_or_are_refused(seed: bytes, dice: int) -> None:
    refused = feed(target_of("difference"), damage_dicom(seed, random.Random(dice)))
    assert refused is None or isinstance(refused, FileError)


def test_a_difference_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    other = dicom_bytes(EchoTime="101")

    def read_other(_read_at: object, _size: int) -> HeaderFacts:
        return read_header(lambda start, count: other[start : start + count], len(other))

    monkeypatch.setattr("fuzz_difference.read_header", read_other)
    with pytest.raises(DisagreementError, match=r"EchoTime: ours 101\.0"):
        compare_with_pydicom(dicom_bytes())
