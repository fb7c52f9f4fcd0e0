"""What a recipe makes of what was read, as it lies in the state. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from hnp_etl.choosing.choose import judge
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.dicom.held_frames import Held
from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf
from hnp_etl.labels.label import LabelReader
from hnp_etl.reading.sealed import pack_candidate, pack_label
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import Reason


class ImageMeaning(NamedTuple):
    """What a recipe makes of a header: a sealed `Candidate`, or why the image is not wanted.

    Attributes:
        frame: of several, from 1; 0 for the file as a whole.
        detail: what was found where the frames are no slices, in words.
        study: UID of its study; whoever is not wanted is counted too.
        patient: value of the header.
    """

    frame: int
    wanted: str | None
    refusal: Reason | None
    detail: str | None
    study: str | None
    patient: str | None


class LabelMeaning(NamedTuple):
    """What a recipe makes of a label: a sealed `LabelFacts`, or why it cannot be used.

    Attributes:
        name: of the image that the label names, without suffix; uid likewise.
        detail: what was found where it was refused, or did not count, in words; never a value.
        patient: value of the label.
    """

    facts: str | None
    refusal: Reason | None
    name: str | None = None
    uid: str | None = None
    detail: str | None = None
    patient: str | None = None


def meanings_of_image(
    facts: HeaderFacts, size: int, recipe: Recipe, table: str | None = None
) -> tuple[ImageMeaning, ...]:
    """Judge each slice that an image file may give; arguments as those of `judge`."""
    return tuple(_meaning(each, size, recipe, table) for each in facts.slices)


def _meaning(facts: HeaderFacts, size: int, recipe: Recipe, table: str | None) -> ImageMeaning:
    found = judge(facts, size, recipe, table)
    whose = (facts.study_uid, facts.patient_id)
    if isinstance(found, Reason):
        held = found is Reason.MULTI_FRAME or facts.held == Held.BROKEN
        return ImageMeaning(facts.frame, None, found, facts.held if held else None, *whose)
    return ImageMeaning(facts.frame, pack_candidate(found), None, None, *whose)


def meaning_of_label(leaves: Sequence[Leaf], reader: LabelReader) -> LabelMeaning:
    """Read a label."""
    try:
        facts = reader.read(leaves)
    except FileError as error:
        return LabelMeaning(None, error.reason, detail=error.what)
    aside = reader.passed_over(leaves, facts)
    return LabelMeaning(
        pack_label(facts), None, facts.file_name, facts.sop_uid, aside, facts.patient
    )
