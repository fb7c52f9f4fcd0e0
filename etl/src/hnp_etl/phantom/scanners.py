"""The hospitals' scanners and protocols, as plain records.

Series descriptions and kinds of header follow each maker's habits; people and places are invented.
"""

from dataclasses import dataclass
from enum import StrEnum

from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from hnp_etl.phantom.people import Patient


class SeriesKind(StrEnum):
    """The series of a study, in the order they are taken."""

    LOCALIZER = "localizer"
    T2_SAGITTAL = "t2_sagittal"
    T1_AXIAL = "t1_axial"
    T2_AXIAL = "t2_axial"


@dataclass(frozen=True, slots=True)
class Protocol:
    """How one series is taken.

    Attributes:
        width_mm: of the field of view; its height follows from the square pixels.
        matrix: rows and columns.
    """

    description: str
    echo_ms: float
    repetition_ms: float
    echo_train: int
    width_mm: float
    matrix: tuple[int, int]
    thickness_mm: float


@dataclass(frozen=True, slots=True)
class Scanner:
    """One machine and its protocols.

    Attributes:
        noise: standard deviation as a share of the brightest signal.
        coil_per_100_mm: by how much, as a natural logarithm, the signal grows towards the back,
            where the coil lies, and towards the patient's left.
        full_scale: stored value of the brightest material, before the coil.
        axial_syntax: transfer syntax UID of axial series; other_syntax of the others.
        slope: rescale slope in the header.
    """

    manufacturer: str
    model: str
    body_part: str
    field_strength_t: float
    noise: float
    coil_per_100_mm: tuple[float, float]
    full_scale: float
    image_type: tuple[str, ...]
    localizer_type: tuple[str, ...]
    axial_syntax: str
    other_syntax: str
    localizer: Protocol
    t2_sagittal: Protocol
    t1_axial: Protocol
    t2_axial: Protocol
    slope: float = 1.0

    def protocol(self, kind: SeriesKind) -> Protocol:
        """Return the protocol of a series."""
        return {
            SeriesKind.LOCALIZER: self.localizer,
            SeriesKind.T2_SAGITTAL: self.t2_sagittal,
            SeriesKind.T1_AXIAL: self.t1_axial,
            SeriesKind.T2_AXIAL: self.t2_axial,
        }[kind]

    def syntax(self, kind: SeriesKind) -> str:
        """Return the transfer syntax UID in which a series is kept."""
        axial = kind in {SeriesKind.T1_AXIAL, SeriesKind.T2_AXIAL}
        return self.axial_syntax if axial else self.other_syntax


def scanner_of(patient: Patient) -> Scanner:
    """Return the machine on which a patient was examined: a hospital's patients take turns."""
    machines = SCANNERS[patient.hospital]
    return machines[int(patient.patient_number) % len(machines)]


def _scout(description: str) -> Protocol:
    return Protocol(description, 4.0, 9.0, 1, 400.0, (256, 256), 8.0)


_SIEMENS_TYPE = ("ORIGINAL", "PRIMARY", "M", "ND", "NORM")
_GE_TYPE = ("ORIGINAL", "PRIMARY", "OTHER")
_PHILIPS_TYPE = ("ORIGINAL", "PRIMARY", "M_SE", "M", "SE")
_PLAIN_TYPE = ("ORIGINAL", "PRIMARY")
_LOCALIZER_TYPE = ("ORIGINAL", "PRIMARY", "LOCALIZER")

_AVANTO = Scanner(
    manufacturer="SIEMENS",
    model="Avanto",
    body_part="LSPINE",
    field_strength_t=1.5,
    noise=0.030,
    coil_per_100_mm=(0.35, 0.03),
    full_scale=1500.0,
    image_type=_SIEMENS_TYPE,
    localizer_type=_LOCALIZER_TYPE,
    axial_syntax=ExplicitVRLittleEndian,
    other_syntax=ExplicitVRLittleEndian,
    localizer=_scout("L/S_localizer"),
    t2_sagittal=Protocol("t2_tse_sag", 103, 3200, 17, 290, (384, 384), 4.0),
    t1_axial=Protocol("t1_tse_tra", 11, 620, 3, 210, (320, 320), 4.0),
    t2_axial=Protocol("t2_tse_tra_384", 98, 3800, 15, 200, (384, 384), 4.0),
)

_SKYRA = Scanner(
    manufacturer="SIEMENS",
    model="Skyra",
    body_part="LSPINE",
    field_strength_t=3.0,
    noise=0.020,
    coil_per_100_mm=(0.65, -0.05),
    full_scale=1100.0,
    image_type=_SIEMENS_TYPE,
    localizer_type=_LOCALIZER_TYPE,
    axial_syntax=ImplicitVRLittleEndian,
    other_syntax=ImplicitVRLittleEndian,
    localizer=_scout("localizer"),
    t2_sagittal=Protocol("t2_tse_sag_384", 92, 3600, 19, 280, (384, 384), 4.0),
    t1_axial=Protocol("t1_tse_tra", 9.6, 700, 3, 200, (320, 320), 3.5),
    t2_axial=Protocol("t2_tse_tra_320_p2", 89, 4200, 17, 190, (320, 320), 3.5),
)

_SIGNA = Scanner(
    manufacturer="GE MEDICAL SYSTEMS",
    model="SIGNA HDxt",
    body_part="SPINE",
    field_strength_t=1.5,
    noise=0.045,
    coil_per_100_mm=(0.80, 0.10),
    full_scale=900.0,
    image_type=_GE_TYPE,
    localizer_type=_GE_TYPE,
    axial_syntax=JPEGLosslessSV1,
    other_syntax=ExplicitVRLittleEndian,
    localizer=_scout("3-Plane Loc"),
    t2_sagittal=Protocol("Sag T2 frFSE", 110, 2800, 21, 300, (384, 384), 4.0),
    t1_axial=Protocol("Ax T1 FSE", 14, 560, 4, 190, (320, 320), 4.0),
    t2_axial=Protocol("Ax T2 frFSE", 112, 3400, 21, 180, (512, 512), 4.0),
)

_INGENIA = Scanner(
    manufacturer="Philips Medical Systems",
    model="Ingenia",
    body_part="LSPINE",
    field_strength_t=3.0,
    noise=0.025,
    coil_per_100_mm=(0.15, -0.02),
    full_scale=1300.0,
    image_type=_PHILIPS_TYPE,
    localizer_type=_PHILIPS_TYPE,
    axial_syntax=JPEGLSLossless,
    other_syntax=ExplicitVRLittleEndian,
    localizer=_scout("SURVEY"),
    t2_sagittal=Protocol("t2w_tse_sag", 100, 3000, 24, 300, (400, 400), 4.0),
    t1_axial=Protocol("T1W_TSE_ax", 8, 520, 5, 180, (320, 320), 4.0),
    t2_axial=Protocol("T2W_TSE_ax", 120, 4400, 24, 175, (448, 448), 4.0),
    slope=1.3741,
)

_VANTAGE = Scanner(
    manufacturer="TOSHIBA_MEC",
    model="Vantage Titan",
    body_part="SPINE",
    field_strength_t=1.5,
    noise=0.055,
    coil_per_100_mm=(0.50, 0.06),
    full_scale=2000.0,
    image_type=_PLAIN_TYPE,
    localizer_type=_PLAIN_TYPE,
    axial_syntax=JPEG2000Lossless,
    other_syntax=ExplicitVRLittleEndian,
    localizer=_scout("SCOUT"),
    t2_sagittal=Protocol("SG T2W", 108, 3100, 15, 300, (320, 320), 4.5),
    t1_axial=Protocol("AX T1W", 12, 480, 3, 220, (256, 256), 5.0),
    t2_axial=Protocol("AX T2W", 105, 3000, 15, 210, (320, 320), 5.0),
)

_ECHELON = Scanner(
    manufacturer="HITACHI",
    model="ECHELON Smart",
    body_part="LSPINE",
    field_strength_t=1.5,
    noise=0.050,
    coil_per_100_mm=(0.25, -0.08),
    full_scale=1800.0,
    image_type=_PLAIN_TYPE,
    localizer_type=_LOCALIZER_TYPE,
    axial_syntax=RLELossless,
    other_syntax=ExplicitVRLittleEndian,
    localizer=_scout("02 Scano SE CS"),
    t2_sagittal=Protocol("Sag TR-FSE2D T2W", 95, 2600, 16, 280, (384, 384), 4.0),
    t1_axial=Protocol("Axi FSE2D T1W", 13, 600, 4, 190, (320, 256), 4.5),
    t2_axial=Protocol("Axi TR-FSE2D T2W", 90, 3300, 16, 170, (640, 520), 4.5),
)

SCANNERS: dict[str, tuple[Scanner, ...]] = {
    "H01": (_AVANTO, _SKYRA),
    "H02": (_SIGNA,),
    "H03": (_INGENIA,),
    "H04": (_VANTAGE,),
    "H06": (_ECHELON,),
}
"""The machines of each hospital."""
