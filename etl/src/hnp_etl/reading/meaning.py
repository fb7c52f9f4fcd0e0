"""What a recipe makes of what was read, as it lies in the state. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from hnp_etl.choosing.choose import judge
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf
from hnp_etl.labels.label import LabelReader
from hnp_etl.reading.sealed import pack_candidate, pack_label
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import Reason


class ImageMeaning(NamedTuple):
    """What a recipe makes of a header: a sealed `Candidate`, or why the image is not wanted.

    Attributes:
        study: UID of its study; whoever is not wanted is counted too.
        patient: value of the header.
    """

    wanted: str | None
    refusal: Reason | None
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


def meaning_of_image(
    facts: HeaderFacts, size: int, recipe: Recipe, table: str | None = None
) -> ImageMeaning:
    """Judge an image by its header; arguments as those of `judge`."""
    found = judge(facts, size, recipe, table)
    if isinstance(found, Reason):
        return ImageMeaning(None, found, facts.study_uid, facts.patient_id)
    return ImageMeaning(pack_candidate(found), None, facts.study_uid, facts.patient_id)


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
