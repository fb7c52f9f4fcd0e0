"""An audit of a release finds each planted clue, and nothing where there is none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from etl.release.planted import appended, clean, column, metadata, one, told
from hnp_etl.commands.audit_release import audit_release as command
from hnp_etl.release.auditing import audit_release
from hnp_etl.release.finding import Clue

N = 24
PLANTED: dict[str, tuple[Callable[[Path], object], Clue]] = {
    "a name as a hospital": (one("hospital", "Kim Chulsoo"), Clue.TEXT),
    "a Hangul name as a code": (one("label_code", "김철수"), Clue.TEXT),
    "a date as a code": (one("label_code", "2019-03-04"), Clue.DATE),
    "a Korean date as a hospital": (one("hospital", "2019년 3월 4일"), Clue.DATE),
    "a telephone as a code": (one("label_code", "010-1234-5678"), Clue.CONTACT),
    "a mail address as a vendor": (one("vendor", "a@b.kr"), Clue.CONTACT),
    "a patient number for a pseudonym": (one("patient_id", "P0012345"), Clue.CONTACT),
    "a UID for a pseudonym": (one("study_id", "1.2.840.113619.2.5.1"), Clue.UID),
    "a path for a pseudonym": (one("slice_id", "/data/H01/kim.dcm"), Clue.UID),
    "a path of Windows": (one("series_id", "C:\\scans\\a.dcm"), Clue.UID),
    "a word in flags": (one("flags", ["Jones"]), Clue.TEXT),
    "a word in the ledger": (one("reason", "Dr. Park", "ledger"), Clue.TEXT),
    "a maker in full": (one("vendor", "SIEMENS Aera 41234"), Clue.TEXT),
    "an age of 97": (one("age", 97.0), Clue.AGE),
    "a birth date as a number": (one("slice_position_mm", 19590304.0), Clue.NUMBER),
    "a record number as a number": (one("source_rows", 1234567), Clue.NUMBER),
    "a column of names": (column("name", ["Kim"] * N), Clue.COLUMN),
    "a column of dates": (column("seen", [20190304] * N), Clue.NUMBER),
    "a column of bytes": (column("raw", [b"1.2.840.1.2.3"] * N), Clue.UID),
    "an entry in the metadata": (metadata("operator", "Jones"), Clue.HIDDEN),
    "pandas' index in the metadata": (metadata("pandas", '{"path": "/home/x"}'), Clue.HIDDEN),
    "bytes between columns and footer": (appended("manifest", b"Jones"), Clue.HIDDEN),
    "bytes behind a shard": (appended("shards/", b"Jones"), Clue.HIDDEN),
    "a file beside the others": (lambda at: (at / "notes.txt").write_text("x"), Clue.STRAY),
    "a hidden file of a Mac": (lambda at: (at / ".DS_Store").write_text("x"), Clue.STRAY),
    "a link out of it": (lambda at: (at / "shards" / "a").symlink_to("/"), Clue.STRAY),
    "an older manifest at the top": (
        lambda at: (at / "manifest.parquet").write_bytes(b"PAR1"),
        Clue.STRAY,
    ),
    "one patient of another sex": (one("sex", "M"), Clue.RARE),
}


def planted_recipe(text: str) -> Callable[[Path], None]:
    def change(found: dict[str, Any]) -> None:
        found["recipe"]["label"]["fields"] = {"age": [text]}

    return told(change)


def planted_key(name: str, value: object) -> Callable[[Path], None]:
    return told(lambda found: found.update({name: value}))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clean(tmp_path_factory.mktemp("release") / "out")


@pytest.fixture
def out(sound: Path, tmp_path: Path) -> Path:
    for path in sound.rglob("*"):
        target = tmp_path / "out" / path.relative_to(sound)
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    return tmp_path / "out"


def test_a_data_set_that_names_nobody_has_no_clue(sound: Path) -> None:
    found = audit_release(sound)
    assert (found.found, found.slices) == ((), N)


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_clue_is_found_as_what_it_is(what: str, out: Path) -> None:
    plant, clue = PLANTED[what]
    plant(out)
    assert clue in {found.clue for found in audit_release(out).found}


@pytest.mark.parametrize("text", ["Jones_Age", "김철수", "/data/kim", "1.2.840.1.2"])
def test_a_word_of_a_hospital_in_the_recipe_is_found(text: str, out: Path) -> None:
    planted_recipe(text)(out)
    assert [found.place for found in audit_release(out).found] == ["dataset.json, recipe"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("tool", "hnp-etl of kim@host"), ("key_id", "Jones"), ("identity", {"Kim Chulsoo": "label"})],
)
def test_a_word_elsewhere_in_dataset_json_is_found(name: str, value: object, out: Path) -> None:
    planted_key(name, value)(out)
    assert "dataset.json" in {found.place for found in audit_release(out).found}


def test_what_is_found_is_told_by_exit_code_and_never_by_value(out: Path) -> None:
    for plant, _ in list(PLANTED.values())[:12]:
        plant(out)
    for arguments in ([str(out)], [str(out), "--json"]):
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 3
        assert [name for name in ("Kim", "김철수", "5678", "0012345", "840", "Jones", "Park")
                if name in done.output] == []  # fmt: skip
    assert len(json.loads(CliRunner().invoke(command, [str(out), "--json"]).stdout)["found"]) > 5


def test_neither_key_nor_private_folder_is_asked_for(sound: Path) -> None:
    assert not sound.with_name("out.private").exists()
    assert CliRunner().invoke(command, [str(sound)]).exit_code == 0
