"""What kind of image it is: plane, weighting, region, with what told it. Pure.

Tags beat text: Series Description is free text, often empty and sometimes wrong.
Source of the weighting rules: the contract; terms are those of DICOM PS3.3 C.8.3.1.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from hnp_etl.choosing.geometry import Vector, plane_of, slice_normal, tilt_deg
from hnp_etl.descriptions.regions import Region, named_region, outweighs
from hnp_etl.descriptions.series import SeriesClues, read_series_text
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.imaging import Plane, Weighting

LONG_ECHO_MS, LONG_REPETITION_MS = 60.0, 1500.0
"""Spin echo with both at least this is T2."""

SHORT_ECHO_MS, SHORT_REPETITION_MS = 30.0, 1100.0
"""Spin echo with both at most this is T1."""

FAT_NULL_MS = 400.0
"""Inversion times up to this null fat (STIR), longer ones fluid (FLAIR), at 0.2 to 3 T."""

_MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"  # MR Image Storage, PS3.6 A
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7."
"""Beginning of a secondary-capture class with a point after it: 1.1.77 is visible light."""

_DERIVED_WORDS = frozenset(
    {"MPR", "PROJECTION IMAGE", "MIP", "MINIP", "MAXIP", "ADC", "EADC", "FA", "TRACE", "TRACEW"}
    | {"CSA MPR", "CPR", "REFORMATTED", "SCREEN SAVE", "SUBTRACTION", "SUB", "POSDISP", "RESAMPLED"}
    | {"COMPOSED", "PASTED", "T1 MAP", "T2 MAP", "T2_STAR MAP", "PERFUSION", "STDDEV", "AVERAGE"}
    | {"VOLREN", "SURFACE"}
)
_DIXON_COMPUTED = frozenset(
    {"FAT", "F", "FATFRACTION", "FATFRAC", "FF", "PDFF", "WATERFRACTION", "WATERFRAC", "WF"}
    | {"FATONLY", "FATPERCENT", "FATPCT", "FFRAC", "WFRAC", "WATERPERCENT"}
    | {"OUTPHASE", "OUTOFPHASE", "OPPPHASE", "OPPOSEDPHASE", "OPPOSED", "OPP", "OP", "OUT", "OOP"}
    | {"OPPPH", "OUTPH", "R2STAR", "T2STAR", "R2STARMAP", "T2STARMAP", "B0MAP", "PHASEMAP"}
)
"""Parts of a Dixon series that are no picture as usual; some makers call them ORIGINAL."""

_DIXON_WATER = frozenset({"WATER", "W", "WATERONLY"})
_SEPARATORS = str.maketrans("", "", "_- ")  # "OUT_PHASE", "OUT PHASE"
# "DIXON_FAT", "MDIXONW" and "DIXF" say the part behind; "WATER_IMAGE" the one in front.
_AROUND_PART = re.compile(r"^M?DIX(?:ON)?(?=.)|(?<=.)IMAGES?$")
_DIFFUSION_WORDS = frozenset({"DIFFUSION", "ADC", "TRACEW", "TRACE", "TENSOR"})
_LOCALIZER_WORDS = frozenset({"LOCALIZER", "SCOUT"})


class Decision(NamedTuple):
    """A decision, what told it (`tags`, `text` or `table`) and the evidence in words."""

    value: str
    source: str
    evidence: str


class Classification(NamedTuple):
    """What kind of image it is.

    Attributes:
        mr: False when it is another modality or no image at all.
        computed: made from other images, so no slice as scanned.
        lumbar: False when a text names another region.
        region_disagrees: a text names the lumbar spine, Body Part Examined another region.
        plane: None when nothing tells it, likewise weighting.
        normal: unit vector, None without a usable orientation; likewise the tilt.
        text_disagrees: tags and text tell different weightings.
    """

    mr: bool
    computed: bool
    localizer: bool
    lumbar: bool
    region_disagrees: bool
    plane: Decision | None
    weighting: Decision | None
    normal: Vector | None
    tilt_deg: float | None
    fat_suppressed: bool
    text_disagrees: bool


def classify(facts: HeaderFacts, max_tilt_deg: float, table: str | None = None) -> Classification:
    """Return what kind of image a header describes.

    Args:
        facts: from the header.
        max_tilt_deg: beyond this an image is not axial.
        table: weighting that a table of series tells, where neither tags nor text do.
    """
    clues = _clues(facts)
    normal = slice_normal(facts.orientation)
    tilt = None if normal is None else tilt_deg(normal)
    from_tags = _weighting_from_tags(facts, clues)
    from_text = _told_by_text(clues.weighting, clues)
    from_table = Decision(Weighting(table), "table", "the table of series") if table else None
    disagree = bool(from_tags and from_text and from_tags.value != from_text.value)
    region_disagrees = _body_part_disagrees(facts)
    dixon = _words_from_value_3(facts.image_type)
    plane = _told_by_text(clues.plane, clues)
    if normal is not None:
        plane = Decision(plane_of(normal, max_tilt_deg), "tags", f"normal tilts {tilt:.1f} degrees")
    return Classification(
        mr=_is_mr(facts),
        computed=_is_computed(facts) or clues.derived or bool(_DIXON_COMPUTED & dixon),
        localizer=clues.localizer or bool(_LOCALIZER_WORDS & set(facts.image_type)),
        lumbar=not _names_other_region(facts, region_disagrees),
        region_disagrees=region_disagrees,
        plane=plane,
        weighting=from_tags or from_text or from_table,
        normal=normal,
        tilt_deg=tilt,
        fat_suppressed=(
            clues.fat_suppressed or "FS" in facts.scan_options or bool(_DIXON_WATER & dixon)
        ),
        text_disagrees=disagree,
    )


def _clues(facts: HeaderFacts) -> SeriesClues:
    series = read_series_text(facts.series_text)
    protocol = read_series_text(facts.protocol_text)
    return SeriesClues(
        plane=series.plane or protocol.plane,
        weighting=series.weighting or protocol.weighting,
        fat_suppressed=series.fat_suppressed or protocol.fat_suppressed,
        localizer=series.localizer or (not facts.series_text and protocol.localizer),
        derived=series.derived,
        evidence=series.evidence + protocol.evidence,
    )


def _is_mr(facts: HeaderFacts) -> bool:
    if facts.modality not in (None, "MR"):
        return False
    return _is_image_class(facts.sop_class or "")


@lru_cache(maxsize=1024)
def _is_image_class(sop_class: str) -> bool:
    """Tell whether a SOP class may be an image's; the commonest costs no dictionary."""
    if sop_class in ("", _MR_IMAGE):
        return True
    from pydicom.config import IGNORE  # noqa: PLC0415  # slow, and few files need it
    from pydicom.uid import UID  # noqa: PLC0415

    name = UID(sop_class, IGNORE).name
    # a class the dictionary does not know keeps its number as its name: no reason to refuse
    return not name.endswith("Storage") or name.endswith("Image Storage")


@lru_cache(maxsize=1024)
def _words_from_value_3(image_type: tuple[str, ...]) -> frozenset[str]:
    words = (word.upper().translate(_SEPARATORS) for word in image_type[2:])
    return frozenset(_AROUND_PART.sub("", word) for word in words)


def _is_computed(facts: HeaderFacts) -> bool:
    kind = facts.image_type
    return (
        f"{facts.sop_class}.".startswith(_SECONDARY_CAPTURE)
        or kind[1:2] == ("SECONDARY",)
        or (kind[:1] == ("DERIVED",) and bool(_DERIVED_WORDS & set(kind[2:])))
        or facts.samples > 1
    )


def _names_other_region(facts: HeaderFacts, region_disagrees: bool) -> bool:
    texts = (facts.study_text, facts.series_text, *(() if region_disagrees else (facts.body_part,)))
    return any(named_region(text) is Region.OTHER for text in texts)


def _body_part_disagrees(facts: HeaderFacts) -> bool:
    """Tell whether Body Part Examined, often a protocol's leftover, is outweighed by a text."""
    if named_region(facts.body_part) is not Region.OTHER:
        return False
    texts = (facts.study_text, facts.series_text, facts.protocol_text)
    return any(outweighs(text, facts.body_part) for text in texts)


def _told_by_text(value: Plane | Weighting | None, clues: SeriesClues) -> Decision | None:
    return Decision(value, "text", " ".join(clues.evidence)) if value is not None else None


def _weighting_from_tags(facts: HeaderFacts, clues: SeriesClues) -> Decision | None:
    sequence = set(facts.scanning_sequence)
    echo_planar = "EP" in sequence
    if _is_diffusion(facts, echo_planar, clues):
        return Decision(Weighting.DWI, "tags", "diffusion weighting is stated")
    if "IR" in sequence or (facts.inversion_time_ms or 0) > 0:
        return _inversion(facts, clues)
    echo, repetition = facts.echo_time_ms, facts.repetition_time_ms
    gradient_echo = "GR" in sequence and "SE" not in sequence
    if gradient_echo or echo_planar or echo is None or repetition is None:
        return None
    evidence = f"spin echo, TE {echo:g} ms, TR {repetition:g} ms"
    if echo >= LONG_ECHO_MS and repetition >= LONG_REPETITION_MS:
        return Decision(Weighting.T2, "tags", evidence)
    if echo <= SHORT_ECHO_MS and repetition <= SHORT_REPETITION_MS:
        return Decision(Weighting.T1, "tags", evidence)
    return None


def _is_diffusion(facts: HeaderFacts, echo_planar: bool, clues: SeriesClues) -> bool:
    named = bool(_DIFFUSION_WORDS & set(facts.image_type)) or clues.weighting is Weighting.DWI
    siemens_b_value = "ep_b" in facts.sequence_name.casefold()
    return facts.diffusion or (echo_planar and (named or siemens_b_value))


def _inversion(facts: HeaderFacts, clues: SeriesClues) -> Decision:
    inversion = facts.inversion_time_ms
    if inversion:
        value = Weighting.STIR if inversion <= FAT_NULL_MS else Weighting.FLAIR
        return Decision(value, "tags", f"inversion recovery, TI {inversion:g} ms")
    by_text = clues.weighting is Weighting.FLAIR
    return Decision(Weighting.FLAIR if by_text else Weighting.STIR, "tags", "inversion recovery")
