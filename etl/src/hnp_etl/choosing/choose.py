"""Whether one image becomes a slice of the data set: the first reason that holds. Pure."""

from dataclasses import dataclass

from hnp_etl.choosing.classify import Classification, classify
from hnp_etl.choosing.geometry import slice_position_mm
from hnp_etl.dicom.element_walk import PIXEL_DATA
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.dicom.held_frames import Held
from hnp_etl.dicom.syntaxes import DECODERS, DEFLATED_LE, EXPLICIT_BE, UNCOMPRESSED
from hnp_etl.labels.label import LabelFacts
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import Flag, Reason


@dataclass(frozen=True, slots=True)
class ChosenLabel:
    """What the label gives a chosen slice; all None in a data set built without labels."""

    patient: str | None
    level: int | None
    code: str | None
    is_patient: bool | None
    age: float | None
    sex: str | None
    canal_width_mm: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that its header lets in; what its label says is still to be heard.

    Attributes:
        refusal: why its pixel data cannot be used; holds when the label has nothing against it.
        patient_id: of the header, likewise the UIDs.
        flags: those that the header tells.
    """

    refusal: Reason | None
    patient_id: str | None
    study_uid: str | None
    series_uid: str | None
    slice_position_mm: float | None
    tilt_deg: float | None
    weighting_from: str
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """An image that becomes a slice, unless its pixels turn out unusable.

    Attributes:
        flags: those that header, label and path tell, sorted.
    """

    wanted: Candidate
    label: ChosenLabel
    flags: tuple[Flag, ...]


def judge(
    facts: HeaderFacts, size: int, recipe: Recipe, table: str | None = None
) -> Candidate | Reason:
    """Decide on one image as far as its header tells.

    Args:
        facts: from its header.
        size: of the file, bytes.
        recipe: what is wanted.
        table: weighting that a table of series tells, where neither tags nor text do.
    """
    look = classify(facts, recipe.selection.max_tilt_deg, table)
    refusals = header_refusals(facts, look, recipe)
    if refusals:
        return refusals[0]
    marks = {
        Flag.DERIVED: facts.image_type[:1] == ("DERIVED",),
        Flag.FAT_SUPPRESSED: look.fat_suppressed,
        Flag.REGION_DISAGREES: look.region_disagrees,
        Flag.TEXT_DISAGREES: look.text_disagrees,
    }
    return Candidate(
        refusal=pixel_refusal(facts, size, recipe),
        patient_id=facts.patient_id,
        study_uid=facts.study_uid,
        series_uid=facts.series_uid,
        slice_position_mm=(
            slice_position_mm(look.normal, facts.position_mm)
            if look.normal and facts.position_mm
            else None
        ),
        tilt_deg=look.tilt_deg,
        weighting_from=look.weighting.source if look.weighting else "text",
        flags=tuple(flag for flag, holds in marks.items() if holds),
    )


def choose(
    wanted: Candidate | Reason,
    label: LabelFacts | Reason | None,
    recipe: Label,
    *,
    path_conflict: bool,
) -> Choice | Reason:
    """Decide on one image.

    Args:
        wanted: what its header tells.
        label: what its label says; a reason when the label is unusable; None without a label.
        recipe: how labels are read.
        path_conflict: folders disagree about hospital, procedure or partition.
    """
    if isinstance(wanted, Reason):
        return wanted
    chosen = chosen_label(label, recipe)
    if isinstance(chosen, Reason):
        return chosen
    if wanted.refusal is not None:
        return wanted.refusal
    from_label = label.flags if isinstance(label, LabelFacts) else ()
    from_path = (Flag.PATH_CONFLICT,) if path_conflict else ()
    return Choice(wanted, chosen, tuple(sorted({*from_label, *wanted.flags, *from_path})))


def header_refusals(facts: HeaderFacts, look: Classification, recipe: Recipe) -> list[Reason]:
    """Return every reason that the header alone gives, from BAD_HEADER to MULTI_FRAME, in order."""
    selection = recipe.selection
    plane = look.plane.value if look.plane else None
    weighting = look.weighting.value if look.weighting else None
    unwanted_fat = look.fat_suppressed and selection.fat_suppressed == "reject"
    reasons = (
        (
            Reason.BAD_HEADER,
            look.mr and (facts.held == Held.BROKEN or not _pixels_described(facts, recipe.limits)),
        ),
        (Reason.NOT_MR, not look.mr),
        (Reason.DERIVED, look.computed),
        (Reason.LOCALIZER, look.localizer),
        (Reason.NOT_LUMBAR, not look.lumbar),
        (Reason.PLANE_UNKNOWN, plane is None),
        (Reason.NOT_AXIAL, plane not in (None, selection.plane)),
        (Reason.WEIGHTING_UNKNOWN, weighting is None),
        (Reason.NOT_T2, weighting not in (None, selection.weighting) or unwanted_fat),
        (Reason.BURNED_IN, facts.burned_in),
        (Reason.MULTI_FRAME, facts.held is not None),
    )
    return [reason for reason, holds in reasons if holds]


def pixel_refusal(facts: HeaderFacts, size: int, recipe: Recipe) -> Reason | None:
    """Return why the pixel data cannot be used as far as the header tells, or None."""
    if recipe.image.crop_mm is not None and facts.row_mm is None:
        return Reason.MISSING_FIELD
    plain = facts.syntax in UNCOMPRESSED
    if (
        not (plain or facts.syntax in DECODERS)
        or facts.modality_lut
        # bytes may then lie in pairs, turned round or not (PS3.5 Annex A.3): do not guess
        or (facts.syntax == EXPLICIT_BE and facts.bits_allocated == 8)
        or facts.pixel_tag not in (None, PIXEL_DATA)
        or facts.photometric not in ("", "MONOCHROME1", "MONOCHROME2")
    ):
        return Reason.UNSUPPORTED_SYNTAX
    if facts.pixel_offset is None or (plain and _too_short(facts, size)):
        return Reason.TRUNCATED
    return None


def chosen_label(label: LabelFacts | Reason | None, recipe: Label) -> ChosenLabel | Reason:
    """Return what a label gives its slice, or the reason why it gives none."""
    if not recipe.wanted:
        return ChosenLabel(None, None, None, None, None, None, None)
    if not isinstance(label, LabelFacts):
        return Reason.NO_LABEL if label is None else Reason.LABEL_REJECTED
    if any(code is None for cell in label.cells for code in cell):
        return Reason.CODE_UNMAPPED
    present = {
        level: codes
        for level, cell in enumerate(label.cells)
        if (codes := [code for code in cell if code and recipe.codes[code] != "absent"])
    }
    if len(present) != 1:
        return Reason.LEVEL_AMBIGUOUS if present else Reason.NO_LEVEL
    if any(getattr(label, field) is None for field in recipe.required):
        return Reason.MISSING_FIELD
    ((level, codes),) = present.items()
    return ChosenLabel(
        patient=label.patient,
        level=level,
        code=",".join(codes),
        is_patient=any(recipe.codes[code] == "patient" for code in codes),
        age=label.age,
        sex=label.sex,
        canal_width_mm=label.canal_width_mm,
    )


def frame_bytes(facts: HeaderFacts) -> int:
    """Return the size of one uncompressed frame."""
    return (facts.rows or 0) * (facts.columns or 0) * (facts.bits_allocated or 0) // 8


def _too_short(facts: HeaderFacts, size: int) -> bool:
    if facts.pixel_length is None:
        return True
    # offsets in a deflated data set count inflated bytes: its shard worker checks the end
    in_file = facts.syntax == DEFLATED_LE or size - (facts.pixel_offset or 0) >= frame_bytes(facts)
    return facts.pixel_length < frame_bytes(facts) or not in_file


def _pixels_described(facts: HeaderFacts, limits: Limits) -> bool:
    """Tell whether the Image Pixel module (PS3.3 C.7.6.3) is there and within bounds."""
    sides = (facts.rows or 0, facts.columns or 0)
    allocated, stored = facts.bits_allocated, facts.bits_stored
    if not all(1 <= side <= limits.side_pixels for side in sides) or allocated not in (8, 16, 32):
        return facts.samples > 1 and all(sides)  # colour is DERIVED, whatever its bits
    if stored is None or not 1 <= stored <= allocated:
        return False
    return facts.high_bit in (None, stored - 1)  # PS3.5 8.1.1
