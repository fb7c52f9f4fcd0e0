"""What dataset.json tells: each of its texts is on a list, a digest, or a word of the field."""

import re
from collections import Counter
from collections.abc import Iterator

from hnp_etl.datasets.told_recipe import is_told
from hnp_etl.release.finding import Clue, Found
from hnp_etl.release.values import TEXTS, clue_of, looks_like
from hnp_shared.dataset_info import DATASET_FILE, DatasetInfo

_HEX = re.compile(r"(?:sha256:)?[0-9a-f]{8,64}")
_FILE = re.compile(r"(?:shards|tables)/(?:[a-z]{1,16}-)?[0-9a-f]{16}\.(?:npz|parquet)")
_TOOL = re.compile(r"hnp-etl \d{1,3}(?:\.\d{1,5}){1,2}[a-z0-9.+-]{0,16}")
_VERSION = re.compile(r"\d{1,3}\.\d{1,3}")


def audit_info(info: DatasetInfo, content: bytes) -> Iterator[Found]:
    """Yield what dataset.json tells that it may not.

    Args:
        info: what was read of it.
        content: its bytes.
    """
    if content != info.to_json():
        yield Found(
            Clue.HIDDEN, DATASET_FILE, 1, "content that is not as hnp-etl writes it: keys or blanks"
        )
    odd = Counter[Clue]()
    for text, allowed in _texts(info):
        if not allowed:
            odd[clue_of(text)] += 1
    for clue, count in sorted(odd.items()):
        yield Found(clue, DATASET_FILE, count, "texts that no list has")
    recipe = [text for text in _recipe_texts(info.recipe) if not is_told(text) or looks_like(text)]
    if recipe:
        yield Found(
            Clue.TEXT, f"{DATASET_FILE}, recipe", len(recipe), "words that are not of the field"
        )


def _texts(info: DatasetInfo) -> Iterator[tuple[str, bool]]:
    for text in (info.dataset_id, info.pixels_id, info.key_id, *info.parts):
        yield text, bool(_HEX.fullmatch(text))
    yield info.tool, bool(_TOOL.fullmatch(info.tool))
    yield info.schema_version, bool(_VERSION.fullmatch(info.schema_version))
    for name, file in info.files.items():
        yield name, bool(_FILE.fullmatch(name))
        yield file.sha256, bool(_HEX.fullmatch(file.sha256))
    hospitals = {*info.identity, *info.flow, *(notice.hospital for notice in info.notices)}
    for hospital in hospitals:
        yield hospital, TEXTS["hospital"](hospital)
    for source in info.identity.values():
        yield source, source in {"label", "dicom", "study"}
    for state in info.states:
        yield state, TEXTS["state"](state)
    for reason in info.reasons:
        yield reason, TEXTS["reason"](reason)
    digests = [each.sha256 for each in info.corrections] + [each.sha256 for each in info.joined]
    for digest in digests:
        yield digest, bool(_HEX.fullmatch(digest))
    for notice in info.notices:
        yield notice.kind, notice.kind.isidentifier() and notice.kind.islower()
        for name in (notice.source, *notice.counts):
            yield name, not name or (name.isidentifier() and name.islower())


def _recipe_texts(value: object) -> Iterator[str]:
    """Yield the texts of a recipe, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _recipe_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _recipe_texts(inner)
