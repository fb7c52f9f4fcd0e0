"""What every reason and flag means, and what to do about it. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from hnp_shared.vocabulary import Flag, Reason


class Meaning(NamedTuple):
    """What a word of the ledger or of the manifest says of a file or a slice, and what to do."""

    means: str
    do: str


_AGAIN = "build again: it is tried anew each time"

REASONS: Mapping[str, Meaning] = {
    Reason.NOT_REGULAR: Meaning(
        "a link, a device, or a name that could not be looked up",
        "put a copy of what the link leads to in its place; links are not followed",
    ),
    Reason.NAME_COLLISION: Meaning(
        "two files have one path once their names are in one Unicode normal form",
        "rename or remove one of both",
    ),
    Reason.NOT_PROCEDURE: Meaning(
        "the path names no procedure that the recipe lists",
        "when it should be in: add its code to `layout.procedures`, or leave that list empty",
    ),
    Reason.SUPERSEDED: Meaning(
        "a folder of corrections holds a file of the same path, which is used",
        "nothing, unless the correction is wrong: then remove that one",
    ),
    Reason.UNREADABLE: Meaning(
        "the file could not be opened or read, or changed while it was read",
        f"see that you may read it and that the disk is sound, then {_AGAIN}",
    ),
    Reason.ENCRYPTED: Meaning(
        "it lies in an archive that is encrypted",
        "unpack the archive with its password into a folder of its name, and take it away",
    ),
    Reason.EMPTY: Meaning("the file has no content", "copy it anew from where it came from"),
    Reason.TOO_LARGE: Meaning(
        "the file is larger than an image or a label may be",
        "see what it is; raise the limit in `[limits]` when it is what it should be",
    ),
    Reason.NOT_DICOM: Meaning(
        "the file has the name of an image but is no DICOM",
        "see what it is; copy it anew when it should be an image",
    ),
    Reason.TOO_DEEP: Meaning(
        "sequences or objects nest deeper than they may",
        "see whether it was made by hand; raise `limits.depth` when it is sound",
    ),
    Reason.BAD_HEADER: Meaning(
        "the header breaks off, contradicts itself, or tells no usable pixel attributes",
        "copy it anew; when it stays so, export it anew from the archive",
    ),
    Reason.NOT_MR: Meaning(
        "the modality is not MR, or the object is no image",
        "nothing: reports and images of other machines do not belong in",
    ),
    Reason.DERIVED: Meaning(
        "computed from other images, or a photograph of a screen",
        "nothing, when the original is there too; otherwise ask for the original",
    ),
    Reason.LOCALIZER: Meaning("a scout, by which other images were planned", "nothing"),
    Reason.NOT_LUMBAR: Meaning(
        "header or texts name another region than the lumbar spine",
        "when it is the lumbar spine: look at its Body Part Examined and its descriptions",
    ),
    Reason.PLANE_UNKNOWN: Meaning(
        "neither the orientation nor a text tells the plane",
        "ask for the images with Image Orientation (Patient), which anonymisers may remove",
    ),
    Reason.NOT_AXIAL: Meaning(
        "the plane is not the one that is wanted",
        "nothing; a steep disc: raise `selection.max_tilt_deg`",
    ),
    Reason.WEIGHTING_UNKNOWN: Meaning(
        "neither echo and repetition time nor a text tells the weighting",
        "ask for the times, or give a table of series",
    ),
    Reason.NOT_T2: Meaning(
        "the weighting is not the one that is wanted, or fat is suppressed",
        "nothing; to take fat-suppressed images: `selection.fat_suppressed`",
    ),
    Reason.BURNED_IN: Meaning(
        "the header says that text is burned into the pixels, which may name a person, or letters "
        "were found and the recipe rejects them",
        "ask for the image without it; it never goes into a data set",
    ),
    Reason.MULTI_FRAME: Meaning(
        "a series in time, a diffusion series or a mosaic, or frames of which it is not told how "
        "they lie",
        "nothing for what shows time or diffusion; else ask for one file a slice",
    ),
    Reason.NO_LABEL: Meaning(
        "no label belongs to the image, or more than one could",
        "compare names and folders with the labels'; `layout` and `label.source` say how they pair",
    ),
    Reason.LABEL_REJECTED: Meaning(
        "the label of the image cannot be used, or an equal image has another label",
        "look at the label with `hnp-etl explain`",
    ),
    Reason.CODE_UNMAPPED: Meaning(
        "the label has a code that the recipe does not know",
        "look the code up in the data guide and add it to `[label.codes]`",
    ),
    Reason.NO_LEVEL: Meaning(
        "the label says of no disc that it is on the image",
        "nothing; where it names one by another spelling, add that to `[label.levels]`",
    ),
    Reason.LEVEL_AMBIGUOUS: Meaning(
        "the label names several discs for one image",
        "give the discs that are not on the image the code of `absent`",
    ),
    Reason.MISSING_FIELD: Meaning(
        "a field that the recipe requires is missing, or nothing tells whose image it is",
        "complete the label, or require less in `label.required`",
    ),
    Reason.UNSUPPORTED_SYNTAX: Meaning(
        "the pixels are stored in a way that is not read: colour, or a rare transfer syntax",
        "convert them with a DICOM tool to Explicit VR Little Endian",
    ),
    Reason.TRUNCATED: Meaning("the pixels break off", "copy it anew: the transfer was cut short"),
    Reason.CRASHED: Meaning("decoding its pixels ended the decoder", _AGAIN),
    Reason.TIMEOUT: Meaning(
        "decoding its pixels took too long",
        f"{_AGAIN}; raise `limits.decode_timeout_s` on a slow machine",
    ),
    Reason.DECODE_FAILED: Meaning(
        "the compressed pixels are damaged",
        "copy it anew; when it stays so, export it anew, uncompressed",
    ),
    Reason.FLAT_IMAGE: Meaning("all pixels are equal", "nothing: there is nothing on it to see"),
    Reason.EXCLUDED: Meaning(
        "a reader's correction leaves it out, or another file with the same picture",
        "nothing, unless the correction is wrong: then take its row out of the file",
    ),
    Reason.DUPLICATE: Meaning(
        "the same picture of the same patient is in by another path",
        "nothing: the first path stays",
    ),
    Reason.BAD_ENCODING: Meaning(
        "the text is in no encoding that is read", "store it anew as UTF-8"
    ),
    Reason.BAD_JSON: Meaning(
        "the label is not sound JSON, or not one object",
        "mend it at the place that `explain` names; a JSON checker shows it too",
    ),
    Reason.DUPLICATE_KEY: Meaning(
        "one key, column or image is named twice, and which one counts is not told",
        "remove one of both",
    ),
    Reason.FIELD_CONFLICT: Meaning(
        "two spellings of one field, two labels, or lines of two tables say different things",
        "find out which is right and remove the other, or name one only in `[label.fields]`",
    ),
    Reason.BAD_VALUE: Meaning(
        "a disc, its code, the name of an image, or a table cannot be read",
        "mend the place that `explain` names",
    ),
    Reason.NO_IMAGE: Meaning(
        "no image belongs to the label, or more than one could",
        "compare its name and folder with the images'; it may be that they were not delivered",
    ),
}

FLAGS: Mapping[str, Meaning] = {
    Flag.AGE_DECADE: Meaning(
        "the age was told as a decade; its middle is stored", "nothing, or ask for years"
    ),
    Flag.BAD_AGE: Meaning(
        "the age could not be read, or cannot be; null is stored", "look at the label"
    ),
    Flag.BAD_CANAL_WIDTH: Meaning(
        "the canal width could not be read, or cannot be; null is stored",
        "look at the label, and at unit and quantity in `label.canal`",
    ),
    Flag.BAD_SEX: Meaning(
        "the sex could not be read; null is stored", "map its spellings in `[label.sex_values]`"
    ),
    Flag.CORRECTED: Meaning(
        "a reader's correction was applied; the label says otherwise",
        "nothing; when the correction is wrong, take its row out of the file and build again",
    ),
    Flag.DERIVED: Meaning(
        "the header says DERIVED, but of a kind that shows what was scanned, a lossy copy say",
        "nothing; take the original where there is one",
    ),
    Flag.FAT_SUPPRESSED: Meaning(
        "fat is suppressed", "nothing; `selection.fat_suppressed` refuses such images"
    ),
    Flag.LEVEL_ORDER: Meaning(
        "the discs of its study do not follow each other from the head down",
        "look at the labels of the study: two levels may be swapped",
    ),
    Flag.PATH_CONFLICT: Meaning(
        "two parts of the path name different hospitals, procedures or partitions",
        "see in which folder it belongs; the deepest one counted",
    ),
    Flag.PATIENT_FROM_STUDY: Meaning(
        "its hospital tells no patient; every study counts as a person",
        "ask for patient values: one person may stand on both sides of a split",
    ),
    Flag.BURNED_TEXT: Meaning(
        "letters seem to be drawn into the stored picture, near an edge of it; they may be a name",
        'look at it; `selection.burned_text = "reject"` leaves such slices out',
    ),
    Flag.PATIENT_SUSPECT: Meaning(
        "its patient value seems to belong to more than one person",
        "look at the value's ages, sexes and number of studies; see `identity` in the recipe",
    ),
    "region_disagrees": Meaning(
        "a text names the lumbar spine, Body Part Examined another region; the text counted",
        "nothing, unless a look at the image shows another region",
    ),
    Flag.TEXT_DISAGREES: Meaning(
        "the description names another weighting than echo and repetition time; the times counted",
        "look at one image of the series",
    ),
    Flag.TRANSITIONAL: Meaning(
        "its label tells of L6, T13 or a transitional vertebra, so that levels may be counted "
        "in another way",
        "ask how the hospital counts; map its discs in `[label.levels]`, or leave them out",
    ),
}
