"""Label maps of a phantom's slices: a PNG each, numbered as mask sets are, named as its image."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from hnp_etl.phantom.shapes import ByteImage, Part, Shape
from hnp_etl.phantom.tissues import Tissue
from hnp_shared.mask_set import MaskClass

_CLASSES = np.zeros(max(Part) + 1, np.uint8)
for _part, _class in (
    (Part.ANNULUS, MaskClass.ANNULUS),
    (Part.NUCLEUS, MaskClass.NUCLEUS),
    (Part.SAC, MaskClass.SAC),
    (Part.POSTERIOR, MaskClass.POSTERIOR),
    (Part.LIGAMENT, MaskClass.LIGAMENT),
):
    _CLASSES[_part] = _class


def of_posterior(shapes: list[Shape]) -> list[Shape]:
    """Return shapes of bone and joints behind the canal as label maps tell them."""
    ligament = (Tissue.LIGAMENT,)
    return [
        replace(shape, part=Part.LIGAMENT if shape.tissue in ligament else Part.POSTERIOR)
        for shape in shapes
    ]


def write_label_map(folder: Path, image_path: Path, parts: ByteImage) -> None:
    """Write the label map of an image, at the image's path below ``folder``, as PNG.

    Args:
        folder: of all label maps.
        image_path: relative to the tree.
        parts: (row, column) of `Part`, in the pixels of the image.

    Raises:
        OSError: it could not be written.
    """
    path = (folder / image_path).with_suffix(".png")
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = cv2.imencode(".png", _CLASSES[parts])[1]
    path.write_bytes(encoded.tobytes())
