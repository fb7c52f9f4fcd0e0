"""Pseudonyms, against the formula of the contract."""

import hashlib
import hmac

from hnp_etl.pseudonyms import key_id, patient_parts, pseudonym, series_parts, study_parts

KEY = bytes(range(32))


def by_hand(*parts: bytes) -> str:
    return hmac.new(KEY, b"\0".join(parts), hashlib.sha256).hexdigest()[:32]


def test_ids_are_the_first_half_of_an_hmac() -> None:
    person = patient_parts("H01", "P1")
    study = study_parts(person, "1.2")
    assert pseudonym(KEY, *person) == by_hand(b"patient", b"H01", b"P1")
    assert pseudonym(KEY, *study) == by_hand(b"study", b"patient", b"H01", b"P1", b"1.2")
    assert pseudonym(KEY, *series_parts(study, "1.3")) == by_hand(
        *(b"series", b"study", b"patient", b"H01", b"P1", b"1.2", b"1.3")
    )


def test_values_are_trimmed_and_composed() -> None:
    decomposed = pseudonym(KEY, "patient", "", " \u1100\u1161\u11a8 ")
    assert decomposed == by_hand(b"patient", b"", "\uac01".encode())


def test_names_that_are_not_utf8_keep_their_bytes() -> None:
    assert pseudonym(KEY, "file", b"\xff.dcm".decode("utf-8", "surrogateescape")) == by_hand(
        *(b"file", b"\xff.dcm")
    )


def test_the_key_has_an_id_of_its_own() -> None:
    assert key_id(KEY) == hmac.new(KEY, b"hnp key", hashlib.sha256).hexdigest()[:8]
