"""An archive read in place and the same unpacked give the same data set."""

import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.archived import FORMS, files_in, settle, tarred, zipped
from etl.trees import KEY, Slice, sound_tree, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.engines.engines import SerialExecutor, open_executor
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.dataset_info import read_info
from hnp_shared.errors import StorageError
from hnp_shared.vocabulary import Kind, Reason, State

RECIPE = Recipe.model_validate({"name": "small", "image": {"size": [16, 16]}})


@pytest.fixture
def config(tmp_path: Path) -> BuildConfig:
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    return BuildConfig(
        (tmp_path / "src",), tmp_path / "out", tmp_path / "private", RECIPE, tmp_path / "key"
    )


@pytest.fixture
def content(tmp_path: Path) -> dict[str, bytes]:
    """Return files of two patients, one of them labelled twice, and a stray text."""
    folder = tmp_path / "content"
    sound_tree(folder, patients=2, slices=2)
    write_slice(folder, Slice("P009", 1), Modality="CT")
    (folder / "readme.txt").write_text("nothing")
    return files_in(folder)


def run(config: BuildConfig) -> BuildReport:
    return build(config, executor=SerialExecutor())


def put(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        settle(path)


def made(out: Path) -> tuple[bytes, dict[str, bytes], pd.DataFrame]:
    """Return the manifest, the shards, and the ledger without archives."""
    ledger = pd.read_parquet(out / "ledger.parquet")
    ledger = ledger[ledger.kind != Kind.ARCHIVE].reset_index(drop=True)
    return (out / "manifest.parquet").read_bytes(), files_in(out / "shards"), ledger


def archives_in(out: Path) -> set[tuple[str, str | None]]:
    ledger = pd.read_parquet(out / "ledger.parquet")
    found = ledger[ledger.kind == Kind.ARCHIVE]
    return set(
        zip(found.state, found.reason.astype(object).where(found.reason.notna(), None), strict=True)
    )


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_gives_what_the_folder_of_its_name_gives(
    form: str, content: dict[str, bytes], config: BuildConfig
) -> None:
    packed = FORMS[form](content)
    nested = "inner/" if any(b"inner.zip" in each for each in packed.values()) else ""
    unpacked = replace(config, src=(config.out.parent / "unpacked" / "src",))
    put(unpacked.src[0], {f"TS/{nested}{name}": each for name, each in content.items()})
    run(unpacked)
    expected = made(config.out)
    shutil.rmtree(config.out)
    shutil.rmtree(config.private)
    put(config.src[0], dict(packed))
    before = files_in(config.src[0])
    run(config)
    manifest, shards, ledger = made(config.out)
    assert (manifest, shards) == expected[:2]
    pd.testing.assert_frame_equal(ledger, expected[2])
    states = {state for state, _ in archives_in(config.out)}
    assert states <= {State.USED, State.IGNORED}
    assert State.USED in states
    assert files_in(config.src[0]) == before
    assert not (config.private / "lifted").exists()


def test_any_number_of_workers_gives_the_same_bytes(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    put(config.src[0], {"H01.tar.gz": tarred(content, "w:gz"), "H02.zip": zipped(content)})
    run(config)
    expected = made(config.out)
    shutil.rmtree(config.out)
    shutil.rmtree(config.private)
    with open_executor(2) as executor:
        build(config, executor=executor)
    assert made(config.out)[:2] == expected[:2]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, config: BuildConfig) -> list[bytes]:
    """Return the archives that are opened from now on."""
    real, seen = os.open, list[bytes]()

    def watching(path: Any, *arguments: Any, **options: Any) -> int:
        below = os.fsencode(path).startswith(os.fsencode(config.src[0]))
        if below and os.fsencode(path).endswith((b".zip", b".gz")):
            seen.append(path)
        return real(path, *arguments, **options)

    monkeypatch.setattr("os.open", watching)
    return seen


def test_an_archive_that_did_not_change_is_not_opened_again(
    content: dict[str, bytes], config: BuildConfig, opened: list[bytes]
) -> None:
    put(config.src[0], {"H01.zip": zipped(content), "H02.tar.gz": tarred(content, "w:gz")})
    first = run(config)
    assert opened
    opened.clear()
    assert run(config).unchanged
    put(config.src[0], {"new.txt": b"something else changed"})
    again = run(config)
    assert (opened, again.read, again.built) == ([], 0, 0)
    assert again.info.dataset_id == first.info.dataset_id


def test_an_archive_that_changed_is_read_again(
    content: dict[str, bytes], config: BuildConfig, tmp_path: Path
) -> None:
    put(config.src[0], {"H01.zip": zipped(content)})
    run(config)
    write_slice(tmp_path / "content", Slice("P007", 1))
    put(config.src[0], {"H01.zip": zipped(files_in(tmp_path / "content"))})
    assert run(config).info.states[State.ACCEPTED] == 5


class Wayward(SerialExecutor):
    """Does something to the sources before its n-th task."""

    def __init__(self, at: int, act: Callable[[], object]) -> None:
        self.at, self.act = at, act

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        self.at -= 1
        if self.at == 0:
            self.act()
        return super().submit(fn, *args, **kwargs)


@pytest.mark.parametrize("task", [1, 2], ids=["before reading", "before decoding"])
def test_an_archive_that_is_replaced_on_the_way_gives_no_mixed_slices(
    task: int, content: dict[str, bytes], config: BuildConfig
) -> None:
    put(config.src[0], {"H01.zip": zipped(content)})
    names = sorted(content)
    shifted = {name: content[other] for name, other in zip(names, names[::-1], strict=True)}

    def swap() -> None:
        put(config.src[0], {"H01.zip": zipped(shifted)})

    asked = replace(config, gates=replace(config.gates, accept_losses=True))
    found = build(asked, executor=Wayward(task, swap)).info
    assert found.states.get(State.ACCEPTED, 0) == 0
    assert found.reasons[Reason.UNREADABLE] > 0


def test_what_is_left_out_is_not_opened_and_members_are_left_out_by_their_paths(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    put(config.src[0], {"H01.zip": zipped(content), "H02.zip": b"no zip", "H03.zip": b"nor this"})
    recipe = RECIPE.excluding(("*/H02.zip", "src/H03*", "*/P000_*"))
    found = run(replace(config, recipe=recipe)).info
    assert found.states[State.ACCEPTED] == 2
    assert found.reasons.get(Reason.BAD_HEADER, 0) == 0


def test_an_archive_beside_what_it_was_unpacked_to_is_passed_over(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    put(config.src[0] / "TS", content)
    expected = run(config).info.dataset_id
    put(config.src[0], {"TS.zip": zipped(content)})
    again = run(config)
    assert (again.info.dataset_id, again.archives.beside) == (expected, 1)
    assert archives_in(config.out) == {(State.IGNORED, None)}


@pytest.mark.parametrize("kept", [1, 3, 8])
def test_what_was_not_unpacked_of_an_archive_is_read_from_it_and_told(
    kept: int, content: dict[str, bytes], config: BuildConfig
) -> None:
    files = sorted(content.items())
    many = {f"0{number:02}.txt": b"first" for number in range(16)}
    put(config.src[0] / "TS", many | dict(files))
    run(config)
    expected = made(config.out)
    shutil.rmtree(config.src[0])
    put(config.src[0] / "TS", many | dict(files[:kept]))
    put(config.src[0], {"TS.zip": zipped(many | dict(files))})
    found = run(config).archives
    assert (found.beside, found.partly) == (0, 1)
    assert any("unpacked in part: 1" in line for line in found.lines())
    manifest, shards, ledger = made(config.out)
    assert (manifest, shards) == expected[:2]
    pd.testing.assert_frame_equal(ledger, expected[2])


def test_what_unpacking_leaves_out_or_turns_into_a_folder_is_not_missed(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    many = {f"0{number:02}.txt": b"first" for number in range(16)}
    put(config.src[0] / "TS", many | {f"IN/{name}": each for name, each in content.items()})
    notes = {"__MACOSX/C004/._a.dcm": b"note"}
    put(config.src[0], {"TS.zip": zipped(many | {"IN.zip": zipped(content)} | notes)})
    found = run(config)
    assert (found.archives.beside, found.archives.partly) == (1, 0)
    assert found.info.states[State.ACCEPTED] == 4


def test_an_archive_beside_a_folder_of_its_name_with_other_files_is_read(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    labels = {name: each for name, each in content.items() if name.endswith(".json")}
    images = {name: each for name, each in content.items() if name not in labels}
    put(config.src[0], {"TS.zip": zipped(images)})
    put(config.src[0] / "TS", labels)
    assert run(config).info.states[State.ACCEPTED] == 4


def test_an_archive_beside_the_parts_it_was_joined_from_is_read_once(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    whole = zipped(content)
    put(config.src[0], {"TS.zip": whole, "TS.zip.part0": whole[:999], "TS.zip.part1": whole[999:]})
    found = run(config)
    assert found.info.states[State.ACCEPTED] == 4
    assert found.archives.beside == 2


def test_a_file_beside_its_compressed_copy_is_read_once(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    put(config.src[0], content)
    put(config.src[0], dict(FORMS["files in gz"]({"x.dcm": b"no"})))
    name = next(name for name in content if name.endswith(".dcm"))
    (config.src[0] / f"{name}.gz").write_bytes(b"whatever lies here")
    assert run(config).info.states[State.ACCEPTED] == 4


def test_names_in_cp949_are_told(content: dict[str, bytes], config: BuildConfig) -> None:
    put(config.src[0], dict(FORMS["zip, names in CP949"](content)))
    found = run(config).archives
    assert found.korean == sum(not name.isascii() for name in content)
    assert any("CP949" in line for line in found.lines())


def test_tables_in_archives_label_as_they_do_unpacked(config: BuildConfig, tmp_path: Path) -> None:
    write_slice(tmp_path / "content", Slice("P000", 1))
    images = {
        name: each for name, each in files_in(tmp_path / "content").items() if name.endswith("dcm")
    }
    table = b"file,level,code,patient\nP000_001.dcm,L4-5,3,P000\n"
    recipe = load_recipe("generic")
    put(config.src[0], {"all.zip": zipped({**images, "labels.csv": table}, zipfile.ZIP_DEFLATED)})
    found = run(replace(config, recipe=recipe)).info
    assert found.states == {State.ACCEPTED: 1, State.USED: 2}


def test_an_archive_that_cannot_be_opened_is_like_a_closed_folder(
    content: dict[str, bytes], config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was accepted from it before is lost, which is no smaller data set."""
    put(config.src[0], {"H01.zip": zipped(content)})
    put(config.src[0] / "H02", {name.replace("P0", "Q0"): each for name, each in content.items()})
    before = run(config).info.dataset_id
    put(config.src[0], {"H01.zip": zipped(content)})  # its time is another: it is to be listed
    real = os.open

    def refusing(path: Any, *arguments: Any, **options: Any) -> int:
        if os.fsencode(path).endswith(b".zip"):
            raise PermissionError(13, "no")
        return real(path, *arguments, **options)

    monkeypatch.setattr("os.open", refusing)
    with pytest.raises(StorageError, match="UNREADABLE"):
        run(config)
    assert read_info(config.out).dataset_id == before


def test_a_build_goes_on_where_one_was_killed_that_had_put_members_down(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    put(config.src[0], {"H01.tar.gz": tarred(content, "w:gz")})
    config.private.mkdir(mode=0o700)
    (config.private / "lifted").mkdir()
    (config.private / "lifted" / "1").write_bytes(b"left behind")
    assert run(config).info.states[State.ACCEPTED] == 4
    assert not (config.private / "lifted").exists()


def test_workers_that_do_not_see_what_was_put_down_read_the_archive(
    content: dict[str, bytes], config: BuildConfig
) -> None:
    put(config.src[0], {"H01.tar.gz": tarred(content, "w:gz")})

    def lose() -> None:
        shutil.rmtree(config.private / "lifted")

    for task in (1, 2):
        found = build(config, executor=Wayward(task, lose)).info
        assert found.states[State.ACCEPTED] == 4
        shutil.rmtree(config.out)
        shutil.rmtree(config.private)
