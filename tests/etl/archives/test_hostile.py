"""Hostile archives in one tree: each costs itself, and the slices beside them are all there."""

import gzip
import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import py7zr
import pytest

from dicom_files import dicom_bytes, label_bytes
from etl.archived import settle, seven_zipped, tarred, zipped
from etl.trees import KEY, sound_tree
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import Reason, State

IMAGE = dicom_bytes()
LABEL = label_bytes("L4-5", 3)
BOTH = {"C004/a.dcm": IMAGE, "C004/a.json": LABEL}
MOST_MEMBERS = 300

RECIPE = Recipe.model_validate(
    {
        "name": "small",
        "image": {"size": [16, 16]},
        "limits": {"archive_members": MOST_MEMBERS},
    }
)


def patched(whole: bytes, mark: bytes, offset: int, form: str, value: int) -> bytes:
    """Return a zip file with a value changed in each record of a kind."""
    found, at = bytearray(whole), 0
    while (at := whole.find(mark, at)) >= 0:
        struct.pack_into(form, found, at + offset, value)
        at += 4
    return bytes(found)


def flagged(whole: bytes, flags: int) -> bytes:
    local = patched(whole, b"PK\3\4", 6, "<H", flags)
    return patched(local, b"PK\1\2", 8, "<H", flags)


def damaged(whole: bytes, part: bytes = IMAGE) -> bytes:
    """Return bytes with one of the last of a part changed."""
    at = whole.index(part) + len(part) - 20
    return whole[:at] + bytes((whole[at] ^ 0xFF,)) + whole[at + 1 :]


def with_link(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo(name)
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, b"/etc/passwd")
    return buffer.getvalue()


def tar_links() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE)
        for number, kind in enumerate(kinds):
            member = tarfile.TarInfo(f"C004/{number}.dcm")
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    return buffer.getvalue()


def twice(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.MonkeyPatch.context() as quiet:
        quiet.setattr("warnings.warn", lambda *_arguments, **_options: None)
        for name in names:
            archive.writestr(name, IMAGE)
    return buffer.getvalue()


def overlapping() -> bytes:
    """Return a zip file with a hundred entries for one member (Fifield, WOOT 2019)."""
    whole = zipped({"C004/a.dcm": IMAGE})
    start, end = whole.index(b"PK\1\2"), whole.index(b"PK\5\6")
    entries = whole[start:end] * 100
    tail = struct.pack("<HHLL", 100, 100, len(entries), start)
    return whole[:start] + entries + whole[end : end + 8] + tail + b"\0\0"


def tar_header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member.tobuf(tarfile.GNU_FORMAT)


def hidden_names() -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password="x", header_encryption=True) as archive:
        archive.writef(io.BytesIO(IMAGE), "C004/a.dcm")
    return buffer.getvalue()


def last_volume(whole: bytes) -> bytes:
    return patched(whole, b"PK\5\6", 4, "<H", 1)


def cut_header(whole: bytes) -> bytes:
    """Return a tar file whose second header is damaged."""
    at = whole.index(b"ustar", 1000) - 257
    return whole[:at] + b"\xff" * 8 + whole[at + 8 :]


Ends = Mapping[str, Reason | None]


@dataclass(frozen=True)
class Hostile:
    """Files of one hostile archive, and how what is met of it ends, by path."""

    files: Mapping[str, bytes]
    ends: Ends


def one(name: str, content: bytes, reason: Reason | None, **members: Reason | None) -> Hostile:
    """Return one archive; members `a_dcm` and the like lie in C004."""
    stem = name.partition(".")[0]
    ends = {f"{stem}/C004/{each.replace('_', '.')}": end for each, end in members.items()}
    return Hostile({name: content}, {name: reason, **ends})


CUT, COLLIDES = Reason.TRUNCATED, Reason.NAME_COLLISION
LOCKED = {"a_dcm": Reason.ENCRYPTED, "a_json": Reason.ENCRYPTED}

HOSTILE: Mapping[str, Hostile] = {
    "a zip cut in the middle": one("cut.zip", zipped(BOTH)[:300], CUT),
    "no zip": one("no.zip", b"<html>please log in</html>", Reason.BAD_HEADER),
    "an empty zip": one("empty.zip", b"", Reason.EMPTY),
    "a zip of nothing": one("nothing.zip", zipped({}), None),
    "a stored member that rotted": one("rot.zip", damaged(zipped(BOTH)), None, a_dcm=CUT),
    "a label that rotted": one(
        "rotlabel.zip", damaged(zipped(BOTH), LABEL), None, a_json=Reason.BAD_ENCODING
    ),
    "a deflated member that rotted": one(
        "rotten.zip",
        patched(zipped(BOTH, zipfile.ZIP_DEFLATED), b"PK\1\2", 16, "<L", 1),
        None,
        a_dcm=CUT,
        a_json=Reason.BAD_ENCODING,
    ),
    "a member that is no deflate": one(
        "lie.zip", patched(zipped(BOTH), b"PK\1\2", 10, "<H", 8), None, a_dcm=CUT
    ),
    "a member that lies beyond the end": one(
        "beyond.zip", patched(zipped(BOTH), b"PK\1\2", 42, "<L", 2**30), None, a_dcm=CUT
    ),
    "a member that is longer than it says": one(
        "short.zip",
        patched(zipped(BOTH, zipfile.ZIP_DEFLATED), b"PK\1\2", 24, "<L", 400),
        None,
        a_json=Reason.BAD_ENCODING,
    ),
    "a table of contents that is longer than the file": one(
        "table.zip", patched(zipped(BOTH), b"PK\5\6", 12, "<L", 2**30), CUT
    ),
    "an encrypted zip": one("locked.zip", flagged(zipped(BOTH), 1), Reason.ENCRYPTED, **LOCKED),
    "an encrypted 7z": one(
        "closed.7z", seven_zipped(BOTH, password="x"), Reason.ENCRYPTED, **LOCKED
    ),
    "a 7z with its names encrypted": one("hidden.7z", hidden_names(), Reason.ENCRYPTED),
    "a 7z cut in the middle": one("cut7.7z", seven_zipped(BOTH)[:-40], CUT),
    "a method that nobody reads": one(
        "deflate64.zip",
        patched(zipped(BOTH), b"PK\1\2", 10, "<H", 9),
        Reason.UNSUPPORTED_SYNTAX,
        a_dcm=Reason.UNSUPPORTED_SYNTAX,
        a_json=Reason.BAD_ENCODING,
    ),
    "a name that leads out": Hostile(
        {"up.zip": zipped({"../C004/a.dcm": IMAGE})},
        {"up.zip": None, "up/../C004/a.dcm": Reason.NOT_REGULAR},
    ),
    "a name from the root": Hostile(
        {"root.tar": tarred({"x": b""}).replace(b"./x", b"/C004/a.dcm")},
        {"root.tar": Reason.BAD_HEADER},
    ),
    "an absolute name": Hostile(
        {"top.zip": zipped({"/C004/a.dcm": IMAGE})},
        {"top.zip": None, "top//C004/a.dcm": Reason.NOT_REGULAR},
    ),
    "a drive": Hostile(
        {"drive.zip": zipped({"C:/C004/a.dcm": IMAGE})},
        {"drive.zip": None, "drive/C:/C004/a.dcm": Reason.NOT_REGULAR},
    ),
    "a link": one("link.zip", with_link("C004/a.dcm"), None, a_dcm=Reason.NOT_REGULAR),
    "links, pipes and devices": one(
        "links.tar", tar_links(), None, **{f"{n}_dcm": Reason.NOT_REGULAR for n in range(4)}
    ),
    "one name twice": one("twice.zip", twice("C004/a.dcm", "C004/a.dcm"), None, a_dcm=COLLIDES),
    "one name in two forms": one(
        "forms.zip",
        twice("C004/\uac00.dcm", "C004/\u1100\u1161.dcm"),
        None,
        가_dcm=COLLIDES,
    ),
    "names that differ in case": one(
        "case.zip",
        twice("C004/a.dcm", "C004/A.dcm"),
        None,
        a_dcm=Reason.NO_LABEL,
        A_dcm=Reason.NO_LABEL,
    ),
    "members that overlap": one("overlap.zip", overlapping(), Reason.TOO_LARGE),
    "a zip bomb": one(
        "bomb.zip",
        patched(zipped(BOTH, zipfile.ZIP_DEFLATED), b"PK\1\2", 24, "<L", 2**30),
        Reason.TOO_LARGE,
    ),
    "a tar bomb": one(
        "tarbomb.tgz", gzip.compress(tar_header("a.dcm", 2**40) + bytes(2**20)), Reason.TOO_LARGE
    ),
    "a header that would fill memory": one(
        "pax.tar", tar_header("a", 2**31, tarfile.XHDTYPE) + bytes(4096), Reason.TOO_LARGE
    ),
    "too many members": one(
        "many.zip", zipped({f"{n}.txt": b"" for n in range(MOST_MEMBERS + 1)}), Reason.TOO_LARGE
    ),
    "archives three deep": Hostile(
        {"deep.zip": zipped({"b.zip": zipped({"c.zip": zipped(BOTH)})})},
        {"deep.zip": None, "deep/b.zip": None, "deep/b/c.zip": Reason.TOO_DEEP},
    ),
    "a zip in volumes": Hostile(
        {"vol.z01": b"PK\7\x08....", "vol.zip": last_volume(zipped(BOTH))},
        {"vol.z01": Reason.UNSUPPORTED_SYNTAX, "vol.zip": Reason.UNSUPPORTED_SYNTAX},
    ),
    "a part that is missing": Hostile(
        {"gap.zip.part0": zipped(BOTH)[:500], "gap.zip.part2": zipped(BOTH)[700:]},
        {"gap.zip.part0": CUT, "gap.zip.part2": CUT},
    ),
    "a tar.gz that breaks off": one("off.tar.gz", gzip.compress(tarred(BOTH))[:-200], CUT),
    "a tar that breaks off": one("off2.tar", tarred(BOTH)[:1500], CUT),
    "a tar damaged on the way": one("off3.tar", cut_header(tarred(BOTH)), CUT),
    "no tar": one("no2.tar", b"just text " * 200, Reason.BAD_HEADER),
    "no xz": one("no3.tar.xz", b"just text " * 200, CUT),
    "no zstd": one("no4.tar.zst", b"just text " * 200, CUT),
    "two gzip files as one": Hostile(
        {"two/C004/a.dcm.gz": gzip.compress(IMAGE) + gzip.compress(IMAGE)},
        {"two/C004/a.dcm.gz": None, "two/C004/a.dcm": CUT},
    ),
    "a gzip file that breaks off": Hostile(
        {"cut/C004/a.dcm.gz": gzip.compress(IMAGE)[:-8] + b"\xff" * 4},
        {"cut/C004/a.dcm.gz": CUT},
    ),
    "no gzip file": Hostile({"two/C004/b.dcm.gz": IMAGE}, {"two/C004/b.dcm.gz": Reason.BAD_HEADER}),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[BuildReport, pd.DataFrame, Path]:
    """Return a build of sound slices among all of them, and its ledger by file_id."""
    top = tmp_path_factory.mktemp("hostile")
    src = top / "src"
    sound_tree(src, patients=2, slices=2)
    for hostile in HOSTILE.values():
        for name, content in hostile.files.items():
            path = src / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            settle(path)
    (src / "elsewhere.zip").symlink_to("/dev/zero")
    os.mkfifo(src / "pipe.zip")
    (top / "key").write_bytes(KEY)
    (top / "key").chmod(0o600)
    config = BuildConfig((src,), top / "out", top / "private", RECIPE, top / "key")
    report = build(config, executor=SerialExecutor())
    return report, pd.read_parquet(top / "out" / "ledger.parquet"), top


def ends(ledger: pd.DataFrame, path: str) -> list[tuple[str, str | None]]:
    rows = ledger[ledger.file_id == pseudonym(KEY, "file", path)]
    reasons = rows.reason.astype(object).where(rows.reason.notna(), None)
    return list(zip(rows.state, reasons, strict=True))


def test_the_slices_beside_them_are_all_there(
    built: tuple[BuildReport, pd.DataFrame, Path],
) -> None:
    assert built[0].info.states[State.ACCEPTED] == 4
    assert Reason.CRASHED not in built[0].info.reasons


@pytest.mark.parametrize("name", HOSTILE)
def test_each_costs_itself(name: str, built: tuple[BuildReport, pd.DataFrame, Path]) -> None:
    for path, reason in HOSTILE[name].ends.items():
        found = ends(built[1], f"src/{path}")
        assert found, path
        assert {why for _, why in found} == {reason}, path


@pytest.mark.parametrize("name", ["elsewhere.zip", "pipe.zip"])
def test_what_is_no_regular_file_is_no_archive(
    name: str, built: tuple[BuildReport, pd.DataFrame, Path]
) -> None:
    assert ends(built[1], f"src/{name}") == [(State.REJECTED, Reason.NOT_REGULAR)]


def test_what_to_do_is_told_by_reason(built: tuple[BuildReport, pd.DataFrame, Path]) -> None:
    told = "\n".join(built[0].archives.lines())
    for reason in (Reason.ENCRYPTED, Reason.TOO_DEEP, Reason.UNSUPPORTED_SYNTAX, Reason.TRUNCATED):
        assert f" {reason} (" in told


def test_nothing_is_written_where_a_name_leads(
    built: tuple[BuildReport, pd.DataFrame, Path],
) -> None:
    top = built[2]
    assert sorted(path.name for path in top.iterdir()) == ["key", "out", "private", "src"]
    assert not list((top / "src").rglob("up"))
