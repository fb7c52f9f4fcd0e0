"""What a worker must share with the parent, without a cluster."""

import os
import shutil
from pathlib import Path

import pytest

from hnp_etl.engines import surroundings
from hnp_etl.engines.surroundings import (
    look_at,
    mark_places,
    own_facts,
    refuse_blind,
    refuse_others,
    take_back,
)
from hnp_shared.dataset_info import SHARDS_FOLDER
from hnp_shared.errors import InputError, StorageError
from hnp_shared.storage import TEMPORARY_NAME


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    src, out = tmp_path / "src", tmp_path / "out"
    (out / SHARDS_FOLDER).mkdir(parents=True)
    src.mkdir()
    for number in range(30):
        (src / f"{number:02d}").touch()
    return src, out


def test_facts_name_code_libraries_and_processor() -> None:
    facts = dict(own_facts())
    for name in ("hnp-etl", "hnp-etl code", "hnp-shared code", "numpy", "imported cv2", "Python"):
        assert facts[name] != "none"
    assert any("feature" in name for name in facts)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ((("a", "2"),), "Dask worker w: found a 2, expected 1; give every worker what runs here"),
        ((), "Dask worker w: found a none, expected 1; give every worker what runs here"),
        (
            (("a", "1"), ("b", "3")),
            "Dask worker w: found b 3, expected none; give every worker what runs here",
        ),
    ],
)
def test_what_differs_is_told_with_the_name_of_the_worker(
    found: tuple[tuple[str, str], ...], line: str
) -> None:
    with pytest.raises(InputError) as caught:
        refuse_others("w", found, (("a", "1"),))
    assert str(caught.value) == line


def test_of_many_differences_three_are_told() -> None:
    with pytest.raises(InputError, match="and 2 other differences"):
        refuse_others("w", (), tuple((name, "1") for name in "abcde"))


def test_the_same_is_not_refused() -> None:
    refuse_others("w", own_facts(), own_facts())
    refuse_blind("w", None)


def test_a_changed_line_changes_the_code(tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(Path(surroundings.__file__).parent, package)
    before = surroundings._code_digest(package)
    (package / "notes.txt").write_text("no code")
    assert surroundings._code_digest(package) == before
    (package / "pixels.py").write_text("")
    assert surroundings._code_digest(package) != before


def test_a_missing_library_is_a_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surroundings, "_IMPORTED", ("no_such_library",))
    assert ("imported no_such_library", "none") in list(surroundings._libraries())


def test_who_sees_the_same_places_leaves_a_file_that_is_taken_back(
    folders: tuple[Path, Path],
) -> None:
    src, out = folders
    places = mark_places([src], out)
    sight = look_at(places)
    assert sight.trouble is None
    assert sight.written is not None
    assert TEMPORARY_NAME.fullmatch(sight.written)  # swept if nobody takes it back
    assert TEMPORARY_NAME.fullmatch(places.mark)
    assert take_back(places, sight.written)
    assert not take_back(places, sight.written)
    places.remove_mark()
    assert [path for path in out.rglob("*") if path.is_file()] == []


def test_sixteen_names_of_a_source_are_looked_for(folders: tuple[Path, Path]) -> None:
    src, out = folders
    places = mark_places([src], out)
    assert [len(paths) for paths in places.sources] == [17]
    Path(os.fsdecode(places.sources[0][-1])).unlink()
    assert look_at(places).trouble == "it cannot see all of SRC, No such file or directory"


def test_the_source_that_is_not_seen_has_a_number_and_no_name(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    src, out = folders
    other = tmp_path / "a name"
    other.mkdir()
    places = mark_places([src, other], out)
    other.rmdir()
    with pytest.raises(StorageError) as caught:
        refuse_blind("w", look_at(places).trouble)
    assert str(caught.value).startswith("Dask worker w: it cannot see SRC 2, No such file")
    assert "a name" not in str(caught.value)


def test_another_out_is_not_written_into(folders: tuple[Path, Path]) -> None:
    src, out = folders
    places = mark_places([src], out)
    (out / places.mark).write_bytes(b"of another build")
    assert look_at(places).trouble == "it sees another OUT, or none"
    places.remove_mark()
    os.mkfifo(out / places.mark)
    assert look_at(places).trouble == "it sees another OUT, or none"
    assert list((out / SHARDS_FOLDER).iterdir()) == []


def test_where_no_shard_can_be_written_is_told(folders: tuple[Path, Path]) -> None:
    src, out = folders
    places = mark_places([src], out)
    (out / SHARDS_FOLDER).rmdir()
    trouble = look_at(places).trouble
    assert trouble is not None
    assert trouble.startswith("it cannot write into OUT, a probe file: No such file")
