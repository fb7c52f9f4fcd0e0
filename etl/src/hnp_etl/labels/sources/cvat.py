"""CVAT for images 1.1: an XML file of images, their shapes and tags, with attributes. Pure.

Source: CVAT's documentation, "CVAT for image"; points of skeletons are parts, and have no say.
"""

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Scalar
from hnp_etl.labels.sources.annotated import Mark, Picture, pictures_to_json
from hnp_etl.labels.sources.annotated_files import label_sets
from hnp_etl.labels.sources.xml_elements import walk_elements
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

__all__ = ["label_sets", "read"]

_IMAGE = ("annotations", "image")
_EXPECTED = "expected an export `CVAT for images 1.1`"


def read(content: bytes, limits: Limits) -> str:
    """Return the images with the labels of their shapes and tags.

    Raises:
        FileError: why the file cannot be used.
    """
    found = _Images()
    walk_elements(content, found.begin, found.end, limits.depth)
    return pictures_to_json(found.pictures)


class _Images:
    """Images met so far."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self._classes: list[tuple[str, ...]] = []
        self._attributes: list[list[tuple[str, Scalar]]] = []
        self._name = ""

    def begin(self, names: tuple[str, ...], attributes: dict[str, str]) -> None:
        """Take in an element as it begins."""
        if names[0] != "annotations":
            raise FileError(Reason.BAD_VALUE, f"found XML of another form, {_EXPECTED}")
        if names[:2] == ("annotations", "track"):
            raise FileError(Reason.BAD_VALUE, f"found tracks of a video, {_EXPECTED}")
        if names == _IMAGE:
            self.pictures.append(Picture(attributes.get("name"), ()))
            self._classes, self._attributes = [], []
        elif names[:2] == _IMAGE and len(names) == 3:
            label = attributes.get("label")
            self._classes.append((label,) if label else ())
            self._attributes.append([])
        elif names[:2] == _IMAGE and len(names) == 4:
            self._name = attributes.get("name", "")

    def end(self, names: tuple[str, ...], text: str) -> None:
        """Take in an element as it ends."""
        if names[:2] == _IMAGE and names[3:] == ("attribute",):
            self._attributes[-1].append((self._name, text.strip()))
        elif names == _IMAGE:
            pairs = zip(self._classes, self._attributes, strict=True)
            marks = tuple(Mark(classes, tuple(told)) for classes, told in pairs)
            self.pictures[-1] = self.pictures[-1]._replace(marks=marks)
