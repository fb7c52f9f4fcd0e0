"""Claims about what series and study texts tell. The grammar must hold for names it never saw."""

import csv
import unicodedata
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hnp_etl.descriptions.regions import Region, named_region
from hnp_etl.descriptions.series import GRAMMAR, TIMES, SeriesClues, read_series_text
from hnp_etl.imaging import Plane, Weighting

SHARED = Path(__file__).resolve().parents[4] / "shared"
REAL_NAMES = SHARED / "series-descriptions.csv"
OTHER_REAL_NAMES = SHARED / "series-idc.csv"
CORPUS = SHARED / "corpus" / "corpus.csv"

AXIAL, SAGITTAL, CORONAL = Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL
T1, T2, PD = Weighting.T1, Weighting.T2, Weighting.PD
STIR, FLAIR, DWI, OTHER = Weighting.STIR, Weighting.FLAIR, Weighting.DWI, Weighting.OTHER

UNSEEN: list[tuple[str, Plane | None, Weighting | None, str]] = [  # none is a row of REAL_NAMES
    # flags: D derived, F fat suppressed, L localizer
    # Siemens
    ("t2_tse_rst_tra_msma_FIL", AXIAL, T2, ""),
    ("t2_tse_tra_obl_3 Bloecke", AXIAL, T2, ""),
    ("I_t2_tse_sag_384_C1-C8_COMP_SP_1", SAGITTAL, T2, "D"),
    ("IV_t2_tse_sag_384_L2-S", SAGITTAL, T2, ""),
    ("t2_tse_dixon_sag_320_W", SAGITTAL, T2, "F"),
    ("t2_tse_dixon_sag_320_F", SAGITTAL, T2, "D"),
    ("t1_tse_dixon_tra_3mm_W", AXIAL, T1, "F"),
    ("t2spcrstaxial oblProstate", AXIAL, T2, ""),
    ("t2tsetra320p2", AXIAL, T2, ""),
    ("t2tsetraprostate", None, T2, ""),
    ("t2tsecor", CORONAL, T2, ""),
    ("t1_tse_dark-fluid_tra_p2", AXIAL, T1, ""),
    ("t2_tirm_tra_dark-fluid_320", AXIAL, FLAIR, ""),
    ("T2_trim_tra_dark-fluid", AXIAL, FLAIR, ""),
    ("t2_tse_stir_cor_p2", CORONAL, STIR, "F"),
    ("t1_mpr_iso_1.5mm_cor", CORONAL, T1, ""),
    ("t1_vibe_fs_cor_brain_C", CORONAL, T1, "F"),
    ("t2_trufi_cor_non-bh", CORONAL, OTHER, ""),
    ("t2_haste_myelo_cor", CORONAL, OTHER, ""),
    ("t2_swi_tra_p2_2mm", AXIAL, OTHER, ""),
    ("fl2d_tra_T2*", AXIAL, OTHER, ""),
    ("resolve_3scan_trace_tra_p2", AXIAL, DWI, ""),
    ("ep2d_diff_3scan_trace_p2_ADC", None, DWI, "D"),
    ("ep2d_bold_tra", AXIAL, OTHER, ""),
    ("AAHead_Scout_MPR_tra", AXIAL, None, "D L"),
    ("III_AASpine_Scout", None, None, "L"),
    ("AX OBL T2 BLADE SMFOV", AXIAL, T2, ""),
    # GE
    ("OAx T2 frFSE", AXIAL, T2, ""),
    ("OAx fs PD", AXIAL, PD, "F"),
    ("OAx T1 FLAIR", AXIAL, T1, ""),
    ("Ax T2Flair", AXIAL, FLAIR, ""),
    ("OCor fs T2", CORONAL, T2, "F"),
    ("OSag T1FSE", SAGITTAL, T1, ""),
    ("+C Cor T1 FSE FS", CORONAL, T1, "F"),
    ("Ax PD&T2 FSE", AXIAL, None, ""),
    ("Ax 2D T2* Merge", AXIAL, OTHER, ""),
    ("AX FIESTA", AXIAL, OTHER, ""),
    ("AX T2 AIR Recon DL", AXIAL, T2, ""),
    ("Sag T2 CUBE STIR", SAGITTAL, STIR, "F"),
    ("WATER: OSag T2 Ideal", SAGITTAL, T2, "F"),
    ("FAT: Ax T2 FSE Flex", AXIAL, T2, "D"),
    ("OAx SWAN Out of Phase", AXIAL, OTHER, "D"),
    ("FILT_PHA: Ax SWAN FAST", AXIAL, OTHER, "D"),
    ("COL:OAx 3D TOF MRA 3Slab", AXIAL, OTHER, "D"),
    ("MPR Ob_Ax_I -> S_Min IP_sp:10.0_th:10.0", AXIAL, None, "D"),
    ("Apparent Diffusion Coefficient (mm2/s)", None, DWI, "D"),
    ("Ax DWI B-100/800/1000", AXIAL, DWI, ""),
    ("3-pl T2* Loc", None, OTHER, "L"),
    ("ASSET Cal", None, None, "L"),
    ("Screen Save", None, None, "D"),
    # Philips
    ("sT2 TSE ax no post", AXIAL, T2, ""),
    ("T2W_TSE_TRA_L4-5", AXIAL, T2, ""),
    ("T2W_TSE_SmartSpeed AX", AXIAL, T2, ""),
    ("T2W_SPAIR ACRIN", None, T2, "F"),
    ("T2W SPIR TRA", AXIAL, T2, "F"),
    ("eT2W_mDIXON_tra", AXIAL, T2, ""),
    ("mDIXON-W T2 TRA", AXIAL, T2, "F"),
    ("T2W_FFE", None, OTHER, ""),
    ("B-FFE TRA", AXIAL, OTHER, ""),
    ("STIR longTE COR", CORONAL, STIR, "F"),
    ("PDW_SPAIR_SAG", SAGITTAL, PD, "F"),
    ("T1W_TSE +C", None, T1, ""),
    ("dSShDWI ADC COMBO", None, DWI, "D"),
    ("DWIBS tra", AXIAL, DWI, ""),
    ("Survey LSP", None, None, "L"),
    ("T2 MultiVane TRA", AXIAL, T2, ""),
    # Canon, Hitachi, Fujifilm, Esaote
    ("08 T2 T5mm#11 ", AXIAL, T2, ""),
    ("07 T2 S5mm#7", SAGITTAL, T2, ""),
    ("T2_FSE_5mm(T) ", AXIAL, T2, ""),
    ("T2_FSE_5mm(C)", CORONAL, T2, ""),
    ("FSE 3200/110 5mmT ", AXIAL, T2, ""),
    ("FSE 3000/20 4mmS", SAGITTAL, PD, ""),
    ("SE 500/15 5mmT", AXIAL, T1, ""),
    ("FSE TR 4000 TE 100 AX", AXIAL, T2, ""),
    ("FST2_SAGc ", SAGITTAL, T2, "F"),
    ("FSE+15_T2W_AX", AXIAL, T2, ""),
    ("FSE15_T2_AX", AXIAL, T2, ""),
    ("FE_T2*_AX", AXIAL, OTHER, ""),
    ("AXT2*", AXIAL, OTHER, ""),
    ("TRS T2 RADAR", AXIAL, T2, ""),
    ("TSE T2 TR 5mm", AXIAL, T2, ""),
    ("TR-FSE2D T2W", None, T2, ""),
    ("SG STIR", SAGITTAL, STIR, "F"),
    ("FSE T2 Ax FatSep", AXIAL, T2, "F"),
    ("IR-FSE 5000/60 COR", CORONAL, STIR, "F"),
    ("02 Scano COR/TRS", None, None, "L"),
    ("ScoutA_TSC 100/18 20mm", None, None, "L"),
    ("HKCL Gradient Echo T2 tra HawkAI", AXIAL, OTHER, ""),
    ("HKCL SE T1 tra post KM HawkAI", AXIAL, T1, ""),
    # United Imaging
    ("t2_fse_tra", AXIAL, T2, ""),
    ("t2_fse_tra_fs_trig", AXIAL, T2, "F"),
    ("SMR240d:t2_fse_sag_384_DN", SAGITTAL, T2, ""),
    ("t2_arms_fse_tra", AXIAL, T2, ""),
    ("t2_fse_flair_tra_fs", AXIAL, FLAIR, "F"),
    ("t1_fse_wfi_cor_water", CORONAL, T1, "F"),
    ("pd_mx3d_sag_spair_uCS", SAGITTAL, PD, "F"),
    ("epi_dwi_tra_CBSF5_NL3_b750", AXIAL, DWI, ""),
    ("tof3d_tra_uCS", AXIAL, OTHER, ""),
    ("stir_fse_sag", SAGITTAL, STIR, "F"),
    ("scout_3pl", None, None, "L"),
    # other languages
    ("요추 T2 축상", AXIAL, T2, ""),
    ("T2강조영상 시상면", SAGITTAL, T2, ""),
    ("지방억제 T2 축상면", AXIAL, T2, "F"),
    ("T1 관상면", CORONAL, T1, ""),
    ("T2 TSE transversal LWS", AXIAL, T2, ""),
    ("T1 TSE tra fettgesättigt", AXIAL, T1, "F"),
    ("Coupe axiale T2", AXIAL, T2, ""),
    ("SAG DP FS", SAGITTAL, PD, "F"),
    ("T2 assiale", AXIAL, T2, ""),
    ("Sagital STIR", SAGITTAL, STIR, "F"),
    ("AX DIFUSION B 1500", AXIAL, DWI, ""),
    ("T2 poprzeczne", AXIAL, T2, ""),
    ("repérage", None, None, "L"),
    # a range of vertebrae is no weighting
    ("T2_TSE sag Foramen Magnum To T1", SAGITTAL, T2, ""),
    ("T2 FFE ax C7 to T1", AXIAL, OTHER, ""),
    ("AX T2 T1 to T6", AXIAL, T2, ""),
    ("AX T1 C2 thru T2", AXIAL, T1, ""),
    ("AX T2 THRU T1", AXIAL, T2, ""),
    ("Ax T2 C7~T1", AXIAL, T2, ""),
    ("AX T2 C7toT1", AXIAL, T2, ""),
    ("Ax_T2_T1_T6", AXIAL, T2, ""),
    ("C_Ax_T2_T6_T12", AXIAL, T2, ""),
    ("Sag_T2_C1_T6", SAGITTAL, T2, ""),
    ("Sag_T2_T7_S1", SAGITTAL, T2, ""),
    ("ax_C5_T2", AXIAL, T2, ""),
    ("경추 C7-T1 T2 축상", AXIAL, T2, ""),
    ("AX T1 AND T2", AXIAL, None, ""),
    ("T1-T2 ax", AXIAL, None, ""),
    # a small letter of Philips
    ("sSag T2 water", SAGITTAL, T2, "F"),
    ("sAx T1W_TSE", AXIAL, T1, ""),
    ("sCOR T2W", CORONAL, T2, ""),
    ("SAX T2 STIR", None, STIR, "F"),
    # parts of a Dixon series
    ("sAx T2W_mDIXON in-phase", AXIAL, T2, ""),
    ("sAx T2W_mDIXON out-phase", AXIAL, T2, "D"),
    ("t2_tse_dixon_tra_opp", AXIAL, T2, "D"),
    ("t2_tse_dixon_tra_in", AXIAL, T2, ""),
    ("T2 DIXON FF tra", AXIAL, T2, "D"),
    ("ax T2 FatFraction", AXIAL, T2, "D"),
    ("OutPhase: Ax T2 FSE Flex", AXIAL, T2, "D"),
    # other series of which it was made
    ("DWI TRACE: from S601", None, DWI, "D"),
    ("(602/5/1..40)-(602/4/1..40)", None, None, "D"),
    ("AX T2 Lower Counting", AXIAL, T2, "L"),
    # traps
    ("C7-T1 AX T2*", AXIAL, OTHER, ""),
    ("SAG T2 T1-T12", SAGITTAL, T2, ""),
    ("AX T2 L5-S1", AXIAL, T2, ""),
    ("AX T2 no FS", AXIAL, T2, ""),
    ("T2 AX W", AXIAL, T2, ""),
    ("Ax T2 in 2 blocks", AXIAL, T2, ""),
    ("Flow comp T2 ax", AXIAL, T2, ""),
    ("sub-01 T2 ax", AXIAL, T2, ""),
    ("T2 AX FA 150", AXIAL, T2, ""),
    ("T2 map ax", AXIAL, OTHER, "D"),
    ("T1/T2 ax", AXIAL, None, ""),
    ("tof_fl3d_tra_p2_multi-slab_MIP_COR", None, OTHER, "D"),
    ("T2_IR_TRA", AXIAL, None, ""),
    ("AX T2 GRASE", AXIAL, None, ""),
    ("DUAL ECHO AX T2", AXIAL, None, ""),
    ("Axilla T2", None, T2, ""),
    ("Axila T2", None, T2, ""),
    ("FACIAL RADIAL TRIAL CORONARY T2", None, T2, ""),
    ("AxialSTIR", AXIAL, STIR, "F"),
    ("Pasted Ax T2", AXIAL, T2, "D"),
    ("t2_tra_LWS_Segmente", AXIAL, T2, ""),
    ("AX T2 POST FUSION", AXIAL, T2, ""),
    ("t2_spcir_sag_iso", SAGITTAL, None, ""),
    ("Traxler Cora Frfsen", None, None, ""),
    ("SAX", None, None, ""),
    ("xxx xxxxxxx xxxxxx", None, None, ""),
    ("", None, None, ""),
]


def flags(clues: SeriesClues) -> str:
    said = {"D": clues.derived, "F": clues.fat_suppressed, "L": clues.localizer}
    return " ".join(letter for letter, holds in said.items() if holds)


def rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        pytest.skip(f"{path.name} is not beside this repository")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(("text", "plane", "weighting", "expected_flags"), UNSEEN)
def test_unseen_names(
    text: str, plane: Plane | None, weighting: Weighting | None, expected_flags: str
) -> None:
    clues = read_series_text(text)
    assert (clues.plane, clues.weighting, flags(clues)) == (plane, weighting, expected_flags)


def expected_weighting(row: dict[str, str]) -> Weighting | None:
    name = {"T1+C": "T1", "T2*": "other", "MRA": "other"}.get(row["weighting"], row["weighting"])
    return Weighting(name) if name else None


def expected_plane(row: dict[str, str]) -> Plane | None:
    return Plane(row["plane"]) if row["plane"] else None


def test_invented_names_of_many_makers_and_languages_are_read_right() -> None:
    with Path(__file__).with_name("series_names.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 1000
    for row in rows:
        clues = read_series_text(row["series_description"])
        told = ((clues.plane or "").lower(), clues.weighting or "")
        assert told == (row["plane"], row["weighting"]), row


def test_real_diagnostic_names_are_all_read_right() -> None:
    diagnostic = [row for row in rows(REAL_NAMES) if row["role"] == "diagnostic"]
    wrong = [
        row["series_description"]
        for row in diagnostic
        for clues in [read_series_text(row["series_description"])]
        if (clues.plane, clues.weighting) != (expected_plane(row), expected_weighting(row))
    ]
    assert len(diagnostic) > 50
    assert wrong == []


def test_nearly_all_real_names_of_any_role_are_read_right() -> None:
    every = rows(REAL_NAMES)
    right = sum(
        (clues.plane, clues.weighting) == (expected_plane(row), expected_weighting(row))
        for row in every
        for clues in [read_series_text(row["series_description"])]
    )
    assert right / len(every) >= 0.97


def test_no_real_name_is_wrongly_taken_for_an_axial_t2() -> None:
    for row in rows(REAL_NAMES):
        clues = read_series_text(row["series_description"])
        if clues.localizer or clues.derived or (clues.plane, clues.weighting) != (AXIAL, T2):
            continue
        assert (expected_plane(row), expected_weighting(row)) == (AXIAL, T2), row
        assert not {"localizer", "derived", "calibration"} & set(row["role"].split()), row


def is_right(row: dict[str, str], clues: SeriesClues) -> bool:
    """Tell whether plane and weighting are as labelled; `also` lists what else may be said."""
    also = set(row["also"].split(";"))
    weightings = {
        expected_weighting(row),
        *(weighting for weighting in Weighting if weighting in also),
    }
    weightings |= {None} if "noweight" in also else set()
    weightings |= {OTHER} if "otherweight" in also else set()
    planes = {expected_plane(row)} | ({None} if "noplane" in also else set())
    return clues.plane in planes and clues.weighting in weightings


def test_names_of_public_archives_are_read_right() -> None:
    every = rows(OTHER_REAL_NAMES)
    sure = [row for row in every if row["sure"] == "1" and row["role"] == "diagnostic"]
    wrong = [
        row["series_description"]
        for row in sure
        if not is_right(row, read_series_text(row["series_description"]))
    ]
    assert len(sure) > 150
    assert len(wrong) <= 0.02 * len(sure), wrong


def test_no_name_of_public_archives_is_wrongly_taken_for_an_axial_t2() -> None:
    for row in rows(OTHER_REAL_NAMES):
        clues = read_series_text(row["series_description"])
        if clues.localizer or clues.derived or (clues.plane, clues.weighting) != (AXIAL, T2):
            continue
        assert (expected_plane(row), expected_weighting(row)) == (AXIAL, T2), row
        assert row["role"] == "diagnostic", row


def test_regions_of_public_archives_are_never_the_wrong_ones() -> None:
    for row in rows(OTHER_REAL_NAMES):
        named = named_region(row["series_description"])
        if row["region"] == "lumbar":
            assert named is Region.LUMBAR, row
        elif row["region"] not in {"", "spine"}:
            assert named in {Region.OTHER, None}, row
        elif row["region"] == "":
            assert named is None, row


def test_fat_suppression_of_real_names() -> None:
    for row in rows(REAL_NAMES):
        name, told = row["series_description"], row["fat_suppressed"]
        if told in {"yes", "no"} and not name.startswith("WFS"):  # the table calls WFS unsuppressed
            assert read_series_text(name).fat_suppressed == (told == "yes"), name


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("AX T2tseSMFOV", ("ax", "t2")),
        ("FSE 4000/128 5mmS", ("smm", TIMES)),
        ("TRANSVERSAL of Mr Example T2", ("transv", "t2")),
        ("PosDisp: [4] t2_tse_tra_384", ("posdisp", "t2", "tra")),
        ("t2_tse_dixon_sag_W", ("t2", "sag", "w")),
        ("T2 AX W", ("t2", "ax")),
        ("T2 AXAIL", ("t2", "axial")),
        ("T1 SAGGITALE", ("t1", "sagg")),
        ("AX IR T2", ("ax", "t2")),
        ("Example^Name 12345678", ()),
    ],
)
def test_evidence_is_the_words_that_told(text: str, evidence: tuple[str, ...]) -> None:
    assert read_series_text(text).evidence == evidence


SOME_WORDS = st.sampled_from([*sorted(GRAMMAR - {TIMES}), "5mm(T)", "4000/90", "L5-S1", "T2*"])
NAME_LIKE = st.lists(SOME_WORDS | st.text(max_size=4), max_size=40).map("".join)


@given(st.text() | NAME_LIKE)
def test_any_text_is_safe(text: str) -> None:
    clues = read_series_text(text)
    assert set(clues.evidence) <= GRAMMAR
    assert read_series_text(unicodedata.normalize("NFD", text[:64])) == read_series_text(
        unicodedata.normalize("NFC", text[:64])
    )
    assert named_region(text) in {None, Region.LUMBAR, Region.OTHER}


@given(st.lists(SOME_WORDS | st.text(st.characters(codec="ascii"), max_size=4)).map("".join))
def test_case_does_not_matter(text: str) -> None:
    assert read_series_text(text.upper()) == read_series_text(text.lower())


@pytest.mark.parametrize("piece", ["t2", "ax", "t", "e", "7", "mm ", "fat ", "sat", "t2*", "l5-"])
def test_long_text_takes_no_time(piece: str) -> None:
    started_s = perf_counter()
    read_series_text(piece * 100_000)
    named_region(piece * 100_000)
    assert perf_counter() - started_s < 0.5


LUMBAR_TEXTS = """
    LSPINE|TLSPINE|LSSPINE|SSPINE|SPINE|L-SPINE|L SPINE|LS SPINE|L/S spine|L-SP|MRI LUMBAR SPINE
    MR L-spine (contrast)|lumbosacral|Lumbo-sacral spine|whole spine|Wholespine MRI|C-T-L spine
    003-YS_CTL_L_Spine|III_AASpine_Scout|T-L spine|thoracolumbar|Thoracic; Lumbar|MRLSPINE
    t2 tra Lumbar_FIL|t2_tser_tra_spine|T2 ax L4-5|L5S1|T12-L3|Lumbar^Routine|SPINE^LUMBAR
    Brain and lumbar spine|C-spine and L-spine|sacrum|MR LWS|MRT LWS/BWS|Lendenwirbelsäule
    Wirbelsäule|columna lumbar|COLUMNA LUMBOSACRA|Columna completa|rachis lombaire
    IRM du rachis lombaire|Colonna lombosacrale|RM COLUNA LOMBAR|kręgosłup lędźwiowy
    AX T2 LUMB|T12 to L5|L1_S1|T7_S1|AX T2 L1 thru S1|to L5|LSP|Lsp|l-apine
    요추|요추 MRI|요추부|요천추|척추|전척추|MR 요추간판|허리 MRI|腰椎MRI
"""

OTHER_TEXTS = """
    BRAIN|HEAD|NECK|HEADNECK|CSPINE|C-SPINE|C SPINE|CTSPINE|C-T spine|TSPINE|T-Spine|D-spine
    Cervical spine|SPINE CERVICAL|CervicalSpine|thoracic spine|C1-C8 t2_tse_sag|HWS|BWS
    Halswirbelsäule|Brustwirbelsäule|rachis cervical|Rm Colonna Cervicale|Columna dorsal
    ABDOMEN|ABDOMENPELVIS|CHESTABDPELVIS|NECKCHESTABDPELV|CHEST|BREAST|HEART|CIRCLEOFWILLIS
    CORONARYARTERY|PELVIS|PROSTATE|HIP|both hips|KNEE|01_Quad_KNEE|SHOULDER|FOOT|HAND|EXTREMITY
    Routine Brain|8HR-Head|AAHead_Scout|MRIBRAIN|Oberbauch *sSSH/FB/4mm|Schädel|Kniegelenk|Hüfte
    genou droit|rodilla|RM CRANEO|Sacroiliac joint|뇌 MRI|뇌혈관|두부|경추|흉추|경추 척추|흉부|복부
    골반|전립선|무릎관절|어깨
    T2_TSE ax Foramen Magnum To T1|ax T2 C7 to T1|C_Ax_T1_T1_T6|Sag_T1_C1_T6|AX T2 T1 thru T6
    t2 tra C3-7|T2 TSE ax T11/12|AX T2 D5-6
    Ax T2 Cerv|AX T2 THOR|T2 ax to T2|C7toT1|Ax T1 fs post t-apine|c-spien|Csp|TSP
    AX HASTE FS MRCP|mrcp radial
    T2 FASE COR-KID|AX T2 LIV|T2 PANC|ABD/PEL|ABDPEL|PROST|Breas|MR Enterography|fetal
"""

NOWHERE_TEXTS = """
    xxx xxxxxxx xxxxxx||MRT|Research^MCBI_TESTING|Headquarters|Chippewa|Spinelli|Armstrong
    Chesterfield|Kneeland|Handel|Lombardi|Sacramento|Hippolyte|Lumberton|Headley|Cardiff
    Livermore|Cervantes|Brainerd|t2_tse_tra_384|T1/T2 AX|Sag T1 +C|C-T T2 DIXON SAG
    AX T1 AND T2|T2_S1|kidding|Livia|WHOLEBODY|손영희|하지만
"""


def texts(block: str) -> list[str]:
    return [text for line in block.strip().splitlines() for text in line.strip().split("|")]


@pytest.mark.parametrize("text", texts(LUMBAR_TEXTS))
def test_the_lumbar_spine_is_named(text: str) -> None:
    assert named_region(text) is Region.LUMBAR


@pytest.mark.parametrize("text", texts(OTHER_TEXTS))
def test_another_region_is_named(text: str) -> None:
    assert named_region(text) is Region.OTHER


@pytest.mark.parametrize("text", texts(NOWHERE_TEXTS))
def test_no_region_is_named(text: str) -> None:
    assert named_region(text) is None


def test_no_corpus_text_of_another_region_is_lumbar() -> None:
    for row in rows(CORPUS):
        named = {named_region(row["body_part"]), named_region(row["series_description"])}
        if row["body_part"] in {"BRAIN", "HEAD", "ABDOMEN", "PROSTATE", "BREAST", "CHEST"}:
            assert Region.OTHER in named, row["path"]
            assert Region.LUMBAR not in named, row["path"]


def test_the_corpus_spine_is_an_axial_t2_of_the_lumbar_region() -> None:
    spines = [row for row in rows(CORPUS) if row["body_part"] == "SPINE"]
    assert spines
    for row in spines:
        clues = read_series_text(row["series_description"])
        assert (clues.plane, clues.weighting) == (AXIAL, T2)
        assert named_region(row["body_part"]) is Region.LUMBAR
