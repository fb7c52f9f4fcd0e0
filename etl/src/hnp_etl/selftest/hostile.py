"""Hostile files cost themselves only: one ledger row each, and not a byte of the good files."""

import os
import shutil
from pathlib import Path

from hnp_etl.private.linkage import read_linkage
from hnp_etl.selftest.material import Material
from hnp_etl.selftest.outcome import Outcome
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import SHARDS_FOLDER, DatasetInfo
from hnp_shared.vocabulary import State

_DEEP = 100_000


def hostile_files_cost_themselves(material: Material) -> Outcome:
    """Build over the phantom with hostile files among its own."""
    check = "a hostile file costs only itself"
    source = material.folder / "hostile" / material.source.name
    shutil.copytree(material.source, source)
    good = _count(source)
    hostile = _add_hostile(source, material)
    material.build("attacked", source=source)
    dataset, calm = open_dataset(material.config("attacked").out), _calm(material)
    tried = f"{hostile} hostile files among {good}"
    met, rejected = dataset.ledger_table().num_rows, dataset.info.states.get(State.REJECTED, 0)
    if met != _count(source):
        return Outcome(check, False, f"{met} ledger rows for {_count(source)} files")
    if rejected != hostile:
        return Outcome(check, False, f"{rejected} files rejected of {tried}")
    shards = {name for name in calm.files if name.startswith(SHARDS_FOLDER)}
    if dataset.info.dataset_id != calm.dataset_id or not shards <= dataset.info.files.keys():
        return Outcome(check, False, f"good slices changed by {tried}")
    return Outcome(check, True, f"{tried}: as many rejected, same manifest and shards")


def _calm(material: Material) -> DatasetInfo:
    return open_dataset(material.folder / "calm").info


def _count(folder: Path) -> int:
    return sum(not path.is_dir() or path.is_symlink() for path in folder.rglob("*"))


def _add_hostile(source: Path, material: Material) -> int:
    """Put bad images with good labels, bad labels and things that are no file beside a slice."""
    link = next(iter(read_linkage(material.config("calm").private)))
    image = source.parent / link.path
    label = next(source.rglob(f"{image.stem}.json"))
    images, labels = _bad_images(image.read_bytes()), _bad_labels()
    for name, content in images.items():
        (image.parent / f"bad-{name}.dcm").write_bytes(content)
        shutil.copy(label, label.parent / f"bad-{name}.json")
    for name, content in labels.items():
        (label.parent / f"worse-{name}.json").write_bytes(content)
    (image.parent / "loop.dcm").symlink_to(image.parent)
    os.mkfifo(image.parent / "pipe.dcm")
    return len(images) + len(labels) + 2


def _bad_images(whole: bytes) -> dict[str, bytes]:
    return {
        "empty": b"",
        "text": b"no DICOM at all" * 50,
        "cut-header": whole[:400],
        "cut-anywhere": whole[: len(whole) // 2],
        "no-preamble": whole[132:],
        "endless": whole[:132] + b"\xff" * 4096,
    }


def _bad_labels() -> dict[str, bytes]:
    return {
        "empty": b"",
        "deep": b"[" * _DEEP + b"]" * _DEEP,
        "twice": b'{"L4-5": 3, "L4-5": 4}',
        "no-number": b'{"L4-5": Infinity}',
        "bytes": b'{"Age": "\xff\xfe\x81"}',
    }
