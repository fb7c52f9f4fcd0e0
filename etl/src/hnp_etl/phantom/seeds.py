"""Random numbers and UIDs that depend on the seed and on names alone, never on order or time."""

import hashlib
from dataclasses import dataclass

import numpy as np

Name = str | int


def generator(seed: int, *names: Name) -> np.random.Generator:
    """Return the stream of random numbers that belongs to ``names``."""
    return np.random.Generator(np.random.PCG64(_number(seed, *names)))


def uid(seed: int, *names: Name) -> str:
    """Return the DICOM UID that belongs to ``names``, derived as PS3.5 B.2 derives from a UUID."""
    return f"2.25.{_number(seed, *names)}"


@dataclass(frozen=True, slots=True)
class Chance:
    """Random numbers for drawing one slice.

    Attributes:
        body: starts alike for every slice of a patient, so that neighbours look alike.
        here: of this place in the patient.
    """

    body: np.random.Generator
    here: np.random.Generator


def chance_of(seed: int, patient_index: int, place: str) -> Chance:
    """Return the random numbers of a place in a patient."""
    return Chance(
        generator(seed, "body", patient_index), generator(seed, "anatomy", patient_index, place)
    )


def _number(*names: Name) -> int:
    joined = "\0".join(map(str, names)).encode()
    return int.from_bytes(hashlib.sha256(joined).digest()[:16], "big")
