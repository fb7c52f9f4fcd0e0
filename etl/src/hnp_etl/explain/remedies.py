"""What would make a file pass, in words, one phrase a reason. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

_PHRASES: dict[Reason, str] = {
    Reason.NOT_REGULAR: "it were a regular file, not a link or a device",
    Reason.NAME_COLLISION: "no other file had the same path in Unicode normal form",
    Reason.NOT_PROCEDURE: "its path named procedure {procedures}",
    Reason.SUPERSEDED: "no folder of corrections held a file of the same path",
    Reason.UNREADABLE: "it could be read",
    Reason.ENCRYPTED: "the archive that it lies in were unpacked with its password",
    Reason.EMPTY: "it held anything",
    Reason.TOO_LARGE: "it had at most {image_bytes} bytes (a label: {label_bytes})",
    Reason.NOT_DICOM: "it were DICOM",
    Reason.TOO_DEEP: "it nested at most {depth} deep",
    Reason.BAD_HEADER: "its header gave readable pixel attributes (Rows and Columns of 1 to "
    "{side_pixels}, 8, 16 or 32 bits, finite Rescale values)",
    Reason.NOT_MR: "its Modality were MR, or absent, and its SOP class an image",
    Reason.DERIVED: "it were an image as scanned, not computed or photographed from others",
    Reason.LOCALIZER: "it were no localizer",
    Reason.NOT_LUMBAR: "Study and Series Description named no other region, and Body Part Examined "
    "none unless a text names the lumbar spine",
    Reason.PLANE_UNKNOWN: "Image Orientation (Patient) or the Series Description told its plane",
    Reason.NOT_AXIAL: "its plane were {plane} (axial: tilted by at most {tilt:g} degrees)",
    Reason.WEIGHTING_UNKNOWN: "echo and repetition time or the Series Description told its "
    "weighting",
    Reason.NOT_T2: "its weighting were {weighting}{fat}",
    Reason.BURNED_IN: "Burned In Annotation did not say YES",
    Reason.MULTI_FRAME: "each of its frames were one slice, and it were told where it lies",
    Reason.NO_LABEL: "exactly one label shared its path, its name, or named it",
    Reason.LABEL_REJECTED: "its label were sound and no equal picture of the patient had another",
    Reason.CODE_UNMAPPED: "the recipe mapped the code in its label",
    Reason.NO_LEVEL: "its label gave one of the discs {levels} a code that is not absent",
    Reason.LEVEL_AMBIGUOUS: "its label gave one disc only a code that is not absent",
    Reason.MISSING_FIELD: "what the recipe needs were there: {required}",
    Reason.UNSUPPORTED_SYNTAX: "its pixels were grey, 16-bit or alike, in a transfer syntax that "
    "it names and that is read, without a Modality LUT",
    Reason.TRUNCATED: "its pixel data were whole",
    Reason.CRASHED: "its pixels could be decoded without a crash",
    Reason.TIMEOUT: "its pixels could be decoded in time",
    Reason.DECODE_FAILED: "its pixels could be decoded",
    Reason.FLAT_IMAGE: "its pixels were not all equal",
    Reason.EXCLUDED: "no file of corrections left it out",
    Reason.DUPLICATE: "no file of the same patient with a smaller path held the same picture",
    Reason.BAD_ENCODING: "it were UTF-8, UTF-16 with a mark, or CP949",
    Reason.BAD_JSON: "it were JSON: one object or a list of one, or a list where it labels a study",
    Reason.DUPLICATE_KEY: "no key, column or image were named twice",
    Reason.FIELD_CONFLICT: "all that tell one thing of its image agreed",
    Reason.BAD_VALUE: "what it tells of images, discs and codes could be read",
    Reason.NO_IMAGE: "exactly one image shared its path, its name, or were named in it",
}


class Phrases(NamedTuple):
    """How what would make a file pass is said in one language.

    Attributes:
        by_reason: one phrase a reason, with names of facts to fill.
        either: between procedures, of which one is wanted.
        both: between phrases.
        no_fat: after a weighting, where fat-suppressed images are refused.
    """

    by_reason: Mapping[Reason, str]
    either: str
    both: str
    no_fat: str


ENGLISH = Phrases(_PHRASES, " or ", ", and ", " without fat suppression")

IGNORED = "its name ended like that of an image or a label"

EXCLUDED = "its path, and the folders above it, fitted no --exclude PATTERN or layout.exclude"


def remedy(reasons: Iterable[Reason], recipe: Recipe, said: Phrases = ENGLISH) -> str:
    """Return all that would have to be otherwise."""
    selection = recipe.selection
    facts: dict[str, object] = {
        "procedures": said.either.join(recipe.layout.procedures),
        "plane": selection.plane,
        "tilt": selection.max_tilt_deg,
        "weighting": selection.weighting,
        "fat": said.no_fat if selection.fat_suppressed == "reject" else "",
        "levels": ", ".join(LEVEL_NAMES),
        "required": ", ".join(_required(recipe)),
        **recipe.limits.model_dump(),
    }
    phrases = [said.by_reason[reason].format(**facts) for reason in dict.fromkeys(reasons)]
    return said.both.join(phrases)


def _required(recipe: Recipe) -> list[str]:
    spacing = ["Pixel Spacing"] if recipe.image.crop_mm is not None else []
    return [*recipe.label.required, *spacing, "a patient or Study Instance UID"]
