"""What is fuzzed: each reader of bytes from outside, and the exceptions it declares."""

import contextlib
import io
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import fuzz_runs
from dicom_files import UNCOMPRESSED, dicom_bytes, picture
from fuzz_archives import archives, read_archive
from fuzz_damage import damage_dicom
from fuzz_difference import compare_with_pydicom
from fuzz_exports import exports, read_export
from hnp_etl.choosing.choose import header_refusals, pixel_refusal
from hnp_etl.choosing.classify import classify
from hnp_etl.dicom.header import HeaderFacts, read_header
from hnp_etl.dicom.syntaxes import DECODERS
from hnp_etl.errors import FileError
from hnp_etl.labels.document import leaves_from_json, leaves_to_json, parse_label
from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.sources import study, table
from hnp_etl.labels.sources.lines import sheets_from_json, sheets_to_json
from hnp_etl.labels.sources.rows import LabelFile
from hnp_etl.limits import Limits
from hnp_etl.pixels.encapsulated import single_frame
from hnp_etl.pixels.frame_header import check_frame
from hnp_etl.pixels.transform import PixelRule
from hnp_etl.recipes.builtin import builtin_names, builtin_text
from hnp_etl.recipes.loading import load_recipe, parse_recipe
from hnp_etl.recipes.recipe import Layout
from hnp_etl.walking.paths import PathReader
from hnp_shared.errors import InputError
from hnp_shared.shards import open_shard
from hnp_shared.splits import read_split

PROJECT = Path(__file__).parents[1]
CORPUS = PROJECT.parent / "shared" / "corpus"
SEED_BYTES = 16 * 2**10
"""Seeds are cut to this: what a reader decides on lies at the front."""

RECIPE = load_recipe("aihub-dld")
TABLES = load_recipe("generic")
LABELS, ENTRIES = LabelReader(RECIPE.label), LabelReader(TABLES.label)
BOUNDS = Limits(header_bytes=2**20)
RULE = PixelRule(64, 64, 16, 12, False, 1.0, 0.0, False)


@dataclass(frozen=True, slots=True)
class Target:
    """One reader.

    Attributes:
        read: takes any bytes.
        declared: exceptions that its documentation names; anything else is a bug.
        seeds: inputs to start from.
        mutate: damages input where its format is sensitive; None leaves that to the engine.
    """

    name: str
    read: Callable[[bytes], object]
    declared: type[Exception]
    seeds: Callable[[], Iterator[bytes]]
    mutate: Callable[[bytes, random.Random], bytes] | None = None


def feed(target: Target, content: bytes) -> Exception | None:
    """Give a reader some bytes; what it declares is returned, anything else escapes."""
    try:
        target.read(content)
    except target.declared as error:
        return error
    return None


def _header(content: bytes) -> None:
    facts = read_header(lambda start, count: content[start : start + count], len(content), BOUNDS)
    if HeaderFacts.from_json(facts.to_json()) != facts:
        raise AssertionError("facts do not come back from the state as they were")
    look = classify(facts, RECIPE.selection.max_tilt_deg)
    header_refusals(facts, look, RECIPE)
    pixel_refusal(facts, len(content), RECIPE)


def _frame(content: bytes) -> None:
    syntax = list(DECODERS)[content[0] % len(DECODERS)] if content else next(iter(DECODERS))
    check_frame(single_frame(content[1:]), syntax, RULE)


def _label(content: bytes) -> None:
    leaves = parse_label(content)
    if leaves_from_json(leaves_to_json(leaves)) != leaves:
        raise AssertionError("leaves do not come back from the state as they were")
    LABELS.read(leaves)


def _table(content: bytes) -> None:
    source = study if content[:1] in (b"{", b"[") else table
    text = source.read(content, BOUNDS)
    if source is table and sheets_to_json(sheets_from_json(text)) != text:
        raise AssertionError("lines do not come back from the state as they were")
    for whole in source.label_sets([LabelFile(1, "", text)], TABLES.label):
        for entry in whole.entries:
            if entry.leaves is not None:
                with contextlib.suppress(FileError):  # costs that entry only
                    ENTRIES.read(entry.leaves)


def _recipe(content: bytes) -> None:
    parse_recipe(content.decode("utf-8", "replace"), "fuzzed").pixels_id()


def _path(content: bytes) -> None:
    PathReader(Layout()).facts(content.decode("utf-8", "surrogateescape"))


def _split(content: bytes) -> None:
    with tempfile.NamedTemporaryFile(prefix="hnp-fuzz-") as file:
        file.write(content)
        file.flush()
        read_split(Path(file.name))


def _shard(content: bytes) -> None:
    with tempfile.NamedTemporaryFile(prefix="hnp-fuzz-") as file:
        file.write(content)
        file.flush()
        open_shard(Path(file.name))


def _corpus(pattern: str) -> Iterator[bytes]:
    for path in sorted(CORPUS.rglob(pattern)):
        if path.is_file():
            with path.open("rb") as file:
                yield file.read(SEED_BYTES)


def _headers() -> Iterator[bytes]:
    for syntax in UNCOMPRESSED:
        yield dicom_bytes(picture(2, 2), syntax=syntax, NumberOfFrames="1", RescaleSlope="2")
    yield dicom_bytes(picture(2, 2), SpecificCharacterSet=["", "ISO 2022 IR 149"], PatientID="김")
    yield b"\0" * 128 + b"DICM\x02\0\0\0UL\x04\0\0\0\0\0"
    yield from _corpus("*")


def _frames() -> Iterator[bytes]:
    item = b"\xfe\xff\x00\xe0"
    jpeg = b"\xff\xd8\xff\xc3\x00\x0b\x0c\x00\x40\x00\x40\x01\x01\x11\x00"
    yield b"\x03" + item + b"\0" * 4 + item + bytes([len(jpeg), 0, 0, 0]) + jpeg
    yield b"\x08" + item + b"\0" * 4 + item + b"\x40\0\0\0" + b"\xff\x4f\xff\x51" + b"\0" * 60


def _labels() -> Iterator[bytes]:
    yield b'{"Patient_ID": "007", "Age": "63Y", "Sex": "F", "L4-5": [1, 3], "Spinal_Canal": 12.5}'
    yield '\ufeff[{"나이": "60대", "성별": "남", "L5/S1": "1,3"}]'.encode()
    yield '{"환자ID": 1, "L1_2": null}'.encode("cp949")
    yield '{"a": {"ID": 1e5}}'.encode("utf-16")


def _tables() -> Iterator[bytes]:
    yield b"file,Patient_ID,Age,Sex,level,code\r\na/1.dcm,7,63Y,F,L4-5,3\r\n1.dcm,8,,M,L5/S1,1\r\n"
    yield '\ufeff파일명;환자ID;"L4-5"\n"a;1";1;"1,3"\n'.encode()
    yield "file\tL1-2\nb.dcm\t\n".encode("utf-16")
    yield b'{"study": "1", "images": [{"file": "1.dcm", "Age": 60, "L4-5": 3}, {"file": "2"}]}'
    book = io.BytesIO()
    with contextlib.suppress(ImportError):
        from openpyxl import Workbook  # noqa: PLC0415  # an extra

        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet()
        for row in (["file", "L4-5"], ["1.dcm", 3]):
            sheet.append(row)
        workbook.save(book)
        yield book.getvalue()


def _recipes() -> Iterator[bytes]:
    for name in builtin_names():
        yield builtin_text(name).encode()
    yield b'name = "x"\n[image]\ncrop_mm = 150\n[label.codes]\n1 = "normal"'


def _paths() -> Iterator[bytes]:
    yield "hospitals/1.Training_0728_add/원천데이터/TS_DLD/H01/C004/0001.dcm".encode()
    yield "x/라벨링데이터_수정/H02/C004/(new)/a.JSON".encode()


def _infos() -> Iterator[bytes]:
    yield b'{"schema_version": "1.0", "files": {"shards/a.npz": {"sha256": "0", "size": 1}}}'


def _splits() -> Iterator[bytes]:
    yield b"# format: hnp-split 1\n# unit: patient\npatient_id,part\na,train\nb,0\n"
    for path in sorted((PROJECT / "splits").glob("*.csv")):
        yield path.read_bytes()[:SEED_BYTES]


def _shards() -> Iterator[bytes]:
    import numpy as np  # noqa: PLC0415  # only this seed needs it

    content = io.BytesIO()
    np.savez(content, images=np.zeros((1, 2, 2), np.float32), slice_ids=np.array(["a" * 32]))
    yield content.getvalue()


TARGETS = (
    Target("header", _header, FileError, _headers, damage_dicom),
    Target("difference", compare_with_pydicom, FileError, _headers, damage_dicom),
    Target("frame", _frame, FileError, _frames),
    Target("label", _label, FileError, _labels),
    Target("table", _table, FileError, _tables),
    Target("recipe", _recipe, InputError, _recipes),
    Target("path", _path, FileError, _paths),
    Target("dataset.json", fuzz_runs.read_info, InputError, _infos),
    Target("split", _split, InputError, _splits),
    Target("shard", _shard, InputError, _shards),
    Target("export", read_export, FileError, exports),
    Target("archive", read_archive, FileError, archives),
    Target("parquet", fuzz_runs.read_packed, InputError, fuzz_runs.packed),
    Target("config.json", fuzz_runs.read_config, InputError, fuzz_runs.configs),
    Target("run", fuzz_runs.read_run_file, InputError, fuzz_runs.runs),
    Target("corrections", fuzz_runs.read_corrections, InputError, fuzz_runs.corrections),
)


def _planted(content: bytes) -> None:
    if content[:2] == b"HN":
        raise KeyError("a bug that was planted")


SENTINEL = Target("sentinel", _planted, FileError, lambda: iter([b"HM"]))
"""A reader with a bug: a harness that does not find it finds nothing."""


def target_of(name: str) -> Target:
    """Return a target by name."""
    return next(each for each in (*TARGETS, SENTINEL) if each.name == name)
