"""The campaign: every hostile file costs itself, and nothing else changes by a bit."""

import os
import re
import socket
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

from dicom_files import dicom_bytes, label_bytes, picture
from etl.hostile.images import hostile_images
from etl.hostile.labels import hostile_labels
from etl.trees import KEY, sound_tree
from hnp_etl.private.pseudonyms import pseudonym
from hnp_shared.check import check_dataset
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.vocabulary import Reason

PROGRAM = Path(sys.executable).parent / "hnp-etl"
FOLDER = Path("1.Training/H01/C004/hostile")
IMAGES, LABELS = hostile_images(seed=77), hostile_labels()


def build(source: Path, out: Path) -> tuple[Dataset, str]:
    """Run the command as a user does; return the data set and what it printed."""
    key = out.parent / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    options = ("--workers", "2", "--key-file", key, "--accept-losses")
    done = subprocess.run(
        [PROGRAM, "build-manifest", source, "--out", out, *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(out.parent)},  # where a `sitecustomize` may lie
    )
    assert done.returncode == 0, done.stderr
    return open_dataset(out), done.stdout + done.stderr


def write(folder: Path, stem: str, image: bytes, label: bytes) -> None:
    (folder / f"{stem}.dcm").write_bytes(image)
    (folder / f"{stem}.json").write_bytes(label)


def write_tree(root: Path) -> dict[str, Reason | None]:
    """Write every hostile file with a good partner; return path -> reason."""
    folder = root / FOLDER
    folder.mkdir(parents=True)
    expected: dict[str, Reason | None] = {}
    for kind, files in IMAGES.items():
        for name, hostile in files.items():
            write(folder, f"{kind}-{name}", hostile.content, label_bytes(Patient_ID="P100"))
            expected |= {f"{kind}-{name}.dcm": hostile.reason, f"{kind}-{name}.json": None}
    for number, (name, hostile) in enumerate(LABELS.items()):
        image = dicom_bytes(picture(seed=1000 + number), bits_stored=12)
        write(folder, f"label-{name}", image, hostile.content)
        rejected = Reason.LABEL_REJECTED if hostile.reason else None
        expected |= {f"label-{name}.dcm": rejected, f"label-{name}.json": hostile.reason}
    return expected | _irregular(folder) | _closed(folder)


def _irregular(folder: Path) -> dict[str, Reason | None]:
    os.mkfifo(folder / "pipe.dcm")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket has to be short
        server.bind("socket.dcm")
        os.chdir(here)
    (folder / "device.dcm").symlink_to("/dev/zero")
    (folder / "loop.dcm").symlink_to("loop.dcm")
    (folder / "up").symlink_to("..")
    names = ["pipe.dcm", "socket.dcm", "device.dcm", "loop.dcm", "up"]
    if os.geteuid() == 0:
        os.mknod(folder / "zero.dcm", stat.S_IFCHR | 0o600, os.makedev(1, 5))
        names.append("zero.dcm")
    return dict.fromkeys(names, Reason.NOT_REGULAR)


def _closed(folder: Path) -> dict[str, Reason | None]:
    """Write what cannot be read: the names say how (`CLOSED`)."""
    found: dict[str, Reason | None] = {}
    for how in ("eacces", "eio"):
        write(folder, f"image-{how}", dicom_bytes(), label_bytes(Patient_ID="P100"))
        write(folder, f"label-{how}", dicom_bytes(), label_bytes(Patient_ID="P100"))
        found |= {f"image-{how}.dcm": Reason.UNREADABLE, f"image-{how}.json": None}
        found |= {f"label-{how}.dcm": Reason.LABEL_REJECTED, f"label-{how}.json": Reason.UNREADABLE}
        (folder / f"folder-{how}").mkdir()
        write(folder / f"folder-{how}", "hidden", dicom_bytes(), label_bytes())
        found[f"folder-{how}"] = Reason.UNREADABLE
    return found


CLOSED = """
import builtins, errno, os
HOW = {"eacces": errno.EACCES, "eio": errno.EIO}

def refuse(path, starts):
    name = os.path.basename(os.fsdecode(path)) if isinstance(path, (str, bytes)) else ""
    stem, _, suffix = name.partition(".")
    start, _, how = stem.partition("-")
    if how in HOW and starts.get(start) == suffix:
        raise OSError(HOW[how], os.strerror(HOW[how]), path)

def refusing(original):
    def open_(path, *rest, **more):
        refuse(path, {"image": "dcm", "label": "json", "folder": ""})
        return original(path, *rest, **more)
    return open_

builtins.open, os.open = refusing(builtins.open), refusing(os.open)
"""
"""Refuses, in every process of the build (`sitecustomize`), what root could read all the same."""

NAMES = (
    b"new\nline.dcm",
    b"\x1b[31mred.dcm",
    b"not utf-8 \xff\xfe.dcm",
    "둘.dcm".encode(),
    unicodedata.normalize("NFD", "각.dcm").encode(),
    b"a" * 251 + b".dcm",
    b'quote",.dcm',
    b" blank .dcm",
)
TWINS = tuple(unicodedata.normalize(form, "쌍.dcm").encode() for form in ("NFC", "NFD"))


def write_names(root: Path) -> dict[bytes, Reason | None]:
    """Write images under hostile names, each with a label; return raw name -> reason."""
    folder = os.fsencode(root / "H02" / "C004")
    os.makedirs(folder)  # noqa: PTH103  # names that are no text
    for number, name in enumerate((*NAMES, *TWINS)):
        with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(dicom_bytes(picture(seed=3000 + number), bits_stored=12))
        if len(name) < 250:
            with open(os.path.join(folder, name[:-4] + b".json"), "wb") as file:  # noqa: PTH118, PTH123
                file.write(label_bytes(Patient_ID="P200"))
    long = {name: Reason.NO_LABEL for name in NAMES if len(name) > 250}
    return dict.fromkeys(NAMES) | long | dict.fromkeys(TWINS, Reason.NAME_COLLISION)


class Campaign(NamedTuple):
    """What came of the whole tree."""

    dataset: Dataset
    expected: dict[str, Reason | None]
    names: dict[bytes, Reason | None]
    told: str


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    root = tmp_path_factory.mktemp("campaign")
    expected, names = write_tree(root / "src"), write_names(root / "src")
    sound_tree(root / "src")
    (root / "sitecustomize.py").write_text(CLOSED)
    dataset, told = build(root / "src", root / "out")
    return Campaign(dataset, expected, names, told)


def test_there_are_enough_of_them() -> None:
    assert len(IMAGES) >= 12
    assert sum(map(len, IMAGES.values())) >= 60
    assert len(LABELS) >= 25


def test_every_file_has_one_row_with_its_reason(campaign: Campaign) -> None:
    expected = campaign.expected
    ledger = campaign.dataset.ledger_table().to_pandas()
    # a closed folder is one row; so are a name's image and its label, but for the longest
    assert len(ledger) == len(expected) + 2 * len(campaign.names) - 1 + 24
    reasons = ledger.drop_duplicates("file_id", keep=False).set_index("file_id").reason
    found = {}
    for path in expected:
        reason = reasons[pseudonym(KEY, "file", f"src/{FOLDER}/{path}")]
        found[path] = reason if isinstance(reason, str) else None
    assert found == expected


def test_hostile_names_have_one_row_each(campaign: Campaign) -> None:
    reasons = campaign.dataset.ledger_table().to_pandas().groupby("file_id").reason.agg(list)
    for name, expected in campaign.names.items():
        path = unicodedata.normalize("NFC", os.fsdecode(b"src/H02/C004/" + name))
        found = reasons[pseudonym(KEY, "file", path.strip())]
        times = 2 if expected is Reason.NAME_COLLISION else 1
        assert [each if isinstance(each, str) else None for each in found] == [expected] * times


def test_nothing_was_printed_that_a_file_holds(campaign: Campaign) -> None:
    told = campaign.told
    assert "Traceback" not in told
    assert not re.search(r"Warning|SECRET|P100|hostile", told)


def test_good_files_are_the_same_without_them(campaign: Campaign, tmp_path: Path) -> None:
    sound_tree(tmp_path / "src")
    alone, _ = build(tmp_path / "src", tmp_path / "out")
    beside = campaign.dataset
    where = ["shard", "row", "study_id", "patient_id"]
    quiet = alone.manifest_table().to_pandas()
    loud = (
        beside.manifest_table().to_pandas().set_index("slice_id").loc[quiet.slice_id].reset_index()
    )
    pd.testing.assert_frame_equal(
        quiet.drop(columns=where[:2]), loud[quiet.columns].drop(columns=where[:2])
    )
    for mine, other in zip(quiet.itertuples(), loud.itertuples(), strict=True):
        one = alone.shard(mine.shard).images[mine.row]
        two = beside.shard(other.shard).images[other.row]
        assert one.tobytes() == two.tobytes()


def test_the_data_set_is_sound(campaign: Campaign) -> None:
    assert check_dataset(campaign.dataset.folder, deep=True).findings == ()
