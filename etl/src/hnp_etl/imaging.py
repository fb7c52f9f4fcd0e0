"""Words for how an MR image was taken."""

from enum import StrEnum


class Plane(StrEnum):
    """Anatomical plane of a slice."""

    AXIAL = "axial"
    SAGITTAL = "sagittal"
    CORONAL = "coronal"


class Weighting(StrEnum):
    """What the contrast of an image shows."""

    T1 = "T1"
    T2 = "T2"
    PD = "PD"
    STIR = "STIR"
    FLAIR = "FLAIR"
    DWI = "DWI"
    OTHER = "other"
