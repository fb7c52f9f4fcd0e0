"""Claims about meeting files: everything once, links never followed, paths in NFC."""

import os
import unicodedata
from pathlib import Path

import pytest

from hnp_etl.walking.walk import FoundFile, refuse_overlap, walk
from hnp_shared.errors import InputError


def met(*sources: Path) -> dict[str, FoundFile]:
    found = list(walk(sources))
    by_path = {each.path: each for each in found}
    assert len(by_path) == len(found)
    return by_path


def test_every_file_is_met_with_size_and_bytes_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "set" / "H01").mkdir(parents=True)
    (tmp_path / "set" / "H01" / "a.dcm").write_bytes(b"12345")
    (tmp_path / "set" / ".hidden").write_bytes(b"")
    found = met(tmp_path / "set")
    assert set(found) == {"set/H01/a.dcm", "set/.hidden"}
    assert found["set/H01/a.dcm"].size == 5
    assert found["set/H01/a.dcm"].raw == os.fsencode(tmp_path / "set" / "H01" / "a.dcm")
    assert found["set/H01/a.dcm"].regular


def test_links_are_met_but_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.dcm").write_bytes(b"x")
    source = tmp_path / "set"
    source.mkdir()
    (source / "folder").symlink_to(tmp_path / "outside")
    (source / "file.dcm").symlink_to(tmp_path / "outside" / "a.dcm")
    (source / "loop").symlink_to(source)
    os.mkfifo(source / "pipe")
    found = met(source)
    assert set(found) == {"set/folder", "set/file.dcm", "set/loop", "set/pipe"}
    assert not any(each.regular for each in found.values())


def test_names_in_nfd_come_out_in_nfc_and_open_by_their_bytes(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "각.dcm")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / name).write_bytes(b"abc")
    (each,) = met(tmp_path / "set").values()
    assert each.path == "set/각.dcm"
    assert Path(os.fsdecode(each.raw)).read_bytes() == b"abc"


def test_names_that_are_not_utf8_are_met(tmp_path: Path) -> None:
    source = tmp_path / "set"
    source.mkdir()
    raw = os.fsencode(source) + b"/\xb0\xa1.dcm"
    os.close(os.open(raw, os.O_CREAT | os.O_WRONLY))
    (each,) = met(source).values()
    assert each.raw == raw
    assert each.path == "set/\udcb0\udca1.dcm"


def test_sources_that_share_a_name_stay_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder / "set").mkdir(parents=True)
        (tmp_path / folder / "set" / "x.dcm").write_bytes(b"")
    assert set(met(tmp_path / "a" / "set", tmp_path / "b" / "set")) == {
        "a/set/x.dcm",
        "b/set/x.dcm",
    }


def test_a_folder_that_cannot_be_listed_is_met_as_unreadable(tmp_path: Path) -> None:
    (each,) = met(tmp_path / "gone").values()
    assert (each.path, each.readable) == ("gone", False)


@pytest.mark.parametrize(
    ("sources", "out", "names"),
    [
        (["a", "a/b"], "out", "SRC a and SRC b"),
        (["a/b", "a"], "out", "SRC b and SRC a"),
        (["a", "a"], "out", "SRC a and SRC a"),
        (["a"], "a/out", "SRC a and OUT out"),
        (["out/a"], "out", "SRC a and OUT out"),
    ],
)
def test_folders_within_one_another_are_refused(
    tmp_path: Path, sources: list[str], out: str, names: str
) -> None:
    with pytest.raises(InputError, match=f"^{names} overlap, expected separate folders$"):
        refuse_overlap([tmp_path / each for each in sources], {"OUT": tmp_path / out})


def test_overlap_through_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "alias").symlink_to(tmp_path / "set")
    with pytest.raises(InputError, match="overlap"):
        refuse_overlap([tmp_path / "set"], {"OUT": tmp_path / "alias" / "out"})


def test_neighbours_do_not_overlap(tmp_path: Path) -> None:
    refuse_overlap([tmp_path / "set", tmp_path / "set2"], {"OUT": tmp_path / "set.out"})
