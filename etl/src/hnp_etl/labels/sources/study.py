"""A JSON file that labels the images of a study: one object an image, in a list. Pure."""

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Json, leaves_of, read_json
from hnp_etl.labels.sources.rows import Rows, each_alone
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

IMAGES = "images"

label_sets = each_alone


def rows(content: bytes, limits: Limits, *, excel: bool) -> Rows:  # noqa: ARG001  # JSON alone
    """Return the leaves of each image's object; what stands beside the list holds for all.

    The list is the root, or the root's `images`.

    Raises:
        FileError: BAD_ENCODING, TOO_DEEP, BAD_JSON or DUPLICATE_KEY.
    """
    root = read_json(content, limits.depth)
    beside: dict[str, Json] = {}
    items: Json = root
    if isinstance(root, dict):
        beside = {key: value for key, value in root.items() if key != IMAGES}
        items = root.get(IMAGES)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FileError(Reason.BAD_JSON, "expected a list of objects, one an image")
    return [leaves_of({**beside, **item}) for item in items if isinstance(item, dict)]
