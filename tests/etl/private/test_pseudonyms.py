"""Claims about pseudonyms, against an HMAC that is put together here (RFC 2104)."""

import unicodedata
from hashlib import sha256

import pytest

from hnp_etl.private.pseudonyms import key_id, patient_parts, pseudonym, series_parts, study_parts

KEY = bytes(range(32))


def hmac_sha256(key: bytes, message: bytes) -> str:
    block = (sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


def test_the_hmac_here_is_that_of_rfc_4231() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_sha256(b"Jefe", b"what do ya want for nothing?") == expected


@pytest.mark.parametrize("key", [KEY, b"k" * 100], ids=["32 bytes", "100 bytes"])
def test_ids_follow_the_formula(key: bytes) -> None:
    patient = patient_parts("H01", "0012")
    study = study_parts(patient, "1.2.3")
    series = series_parts(study, "1.2.3.4")
    for parts, message in [
        (patient, b"patient\0H01\x000012"),
        (study, b"study\0patient\0H01\x000012\x001.2.3"),
        (series, b"series\0study\0patient\0H01\x000012\x001.2.3\x001.2.3.4"),
        (("slice", "set/가.dcm"), b"slice\0set/\xea\xb0\x80.dcm"),
        (("file", "set/a.json"), b"file\0set/a.json"),
    ]:
        assert pseudonym(key, *parts) == hmac_sha256(key, message)[:32]


def test_scope_all_leaves_the_hospital_empty() -> None:
    parts = patient_parts("", "7")
    assert pseudonym(KEY, *parts) == hmac_sha256(KEY, b"patient\0\x007")[:32]


def test_parts_are_trimmed_and_composed() -> None:
    decomposed = unicodedata.normalize("NFD", " 환자1\t")
    assert pseudonym(KEY, "patient", "H01", decomposed) == pseudonym(KEY, "patient", "H01", "환자1")


def test_leading_zeros_and_case_tell_apart() -> None:
    values = ["7", "07", "007", "a7", "A7", "7 7"]
    assert len({pseudonym(KEY, *patient_parts("H01", value)) for value in values}) == len(values)


def test_parts_do_not_run_into_each_other() -> None:
    assert pseudonym(KEY, "patient", "H01", "23") != pseudonym(KEY, "patient", "H012", "3")


def test_names_that_are_not_utf8_are_hashed_by_their_bytes() -> None:
    assert pseudonym(KEY, "slice", "x/\udcff") == hmac_sha256(KEY, b"slice\0x/\xff")[:32]


def test_another_key_gives_other_ids() -> None:
    assert pseudonym(KEY, "file", "a") != pseudonym(KEY[:-1] + b"\0", "file", "a")


def test_the_key_id_follows_the_formula() -> None:
    assert key_id(KEY) == hmac_sha256(KEY, b"hnp key")[:8]
