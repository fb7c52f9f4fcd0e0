"""Croissant: a data set described for machines, as JSON-LD (MLCommons Croissant 1.0).

It names the files of the data set where they lie, each with its sha256, and the columns of the
manifest as fields of records.
"""

import json
from pathlib import PurePosixPath

import pyarrow as pa

from hnp_shared.columns import MANIFEST
from hnp_shared.dataset_info import SHARDS_FOLDER, DatasetInfo, NamedFile

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
RECORDS = "slices"

_CR = (
    "citeAs column conformsTo data dataType examples extract field fileProperty fileObject fileSet"
)
_CR += " format includes isLiveDataset jsonPath key md5 parentField path recordSet references"
_CR += " regex repeated replace separator source subField transform samplingRate equivalentProperty"
_CONTEXT: dict[str, object] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    **{name: f"cr:{name}" for name in _CR.split()},
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
}
_FORMATS = {".parquet": "application/x-parquet", ".npz": "application/zip"}

_Node = dict[str, object]


def croissant_of(
    info: DatasetInfo, schema: pa.Schema, *, base: str = "", licence: str | None = None
) -> bytes:
    """Return the description.

    Args:
        info: of the data set.
        schema: of its manifest.
        base: where the files lie, an address that ends in a slash; "" for beside the description.
        licence: its address or name.
    """
    content: _Node = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": f"hnp-{info.dataset_id}",
        "description": (
            f"Axial T2 slices of the lumbar spine with labels, made by {info.tool}; pseudonyms in "
            f"the place of persons. Data set {info.dataset_id}, pixels {info.pixels_id}."
        ),
        "version": f"{info.schema_version}.0",  # major, minor and patch are asked for
        "distribution": [_file(base, name, file) for name, file in sorted(info.files.items())],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": RECORDS,
                "name": RECORDS,
                "description": "One record an accepted slice; its pixels lie in `shard` at `row`.",
                "key": {"@id": f"{RECORDS}/slice_id"},
                "field": [_field(each, info.manifest) for each in schema],
            }
        ],
    }
    if base:
        content["url"] = base
    if licence:
        content["license"] = licence
    return json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"


def _file(base: str, name: str, file: NamedFile) -> _Node:
    held = "pixels of some patients" if name.startswith(SHARDS_FOLDER) else "a table"
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": PurePosixPath(name).name,
        "description": f"{held}, as docs of hnp-etl describe it",
        "contentUrl": f"{base}{name}",
        "contentSize": f"{file.size} B",
        "encodingFormat": _FORMATS[PurePosixPath(name).suffix],
        "sha256": file.sha256,
    }


def _field(field: pa.Field, table: str) -> _Node:
    meanings = {each.name: each.meaning for each in MANIFEST}
    several = pa.types.is_list(field.type)
    node: _Node = {
        "@type": "cr:Field",
        "@id": f"{RECORDS}/{field.name}",
        "name": field.name,
        "description": meanings.get(field.name, "a column joined from a hospital's own table"),
        "dataType": _data_type(field.type.value_type if several else field.type),
        "source": {"fileObject": {"@id": table}, "extract": {"column": field.name}},
    }
    return node | {"repeated": True} if several else node


def _data_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "sc:Boolean"
    if pa.types.is_integer(kind):
        return "sc:Integer"
    return "sc:Float" if pa.types.is_floating(kind) else "sc:Text"
