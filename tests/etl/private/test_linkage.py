"""Claims about the linkage: any path survives, only its owner reads it, damage is told."""

import stat
from pathlib import Path

import pytest

from hnp_etl.private.linkage import LINKAGE_FILE, Link, read_linkage, write_linkage
from hnp_shared.errors import InputError, StorageError

PATHS = [
    "set/H01/a.dcm",
    "원천데이터/각.dcm",
    'with "quotes", commas/and;more',
    "line\nbreak/and\r\nanother/and\rlast",
    " blanks \t",
    "not utf-8 \udcb0\udca1.dcm",
    "",
]


def test_every_path_comes_back(tmp_path: Path) -> None:
    links = [Link(f"{number:032x}", path) for number, path in enumerate(PATHS)]
    write_linkage(tmp_path, links)
    links += [Link("f" * 32, PATHS[0], frame) for frame in (1, 12)]
    write_linkage(tmp_path, links)
    assert list(read_linkage(tmp_path)) == links


def test_the_linkage_is_its_owners_only(tmp_path: Path) -> None:
    write_linkage(tmp_path, [])
    assert stat.S_IMODE((tmp_path / LINKAGE_FILE).stat().st_mode) == 0o600


def test_no_linkage_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^found no linkage\.csv in the private folder$"):
        list(read_linkage(tmp_path))
    (tmp_path / LINKAGE_FILE).mkdir()
    with pytest.raises(StorageError, match=r"^the linkage: "):
        list(read_linkage(tmp_path))


@pytest.mark.parametrize(
    "content", ["id,place\na,b\n", 'slice_id,path\na,"b', "slice_id,path\na," + "x" * 200_000]
)
def test_a_damaged_linkage_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / LINKAGE_FILE).write_text(content)
    with pytest.raises(InputError, match=r"^linkage\.csv is damaged, expected slice_id,path$"):
        list(read_linkage(tmp_path))
