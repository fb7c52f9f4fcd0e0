"""Whole builds: names are bytes read as UTF-8 under any locale, and may be garbled or in NFD."""

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from etl.trees import KEY, sound_tree
from hnp_etl.selftest.material import files_below
from hnp_shared.dataset import open_dataset

PROGRAM = Path(sys.executable).parent / "hnp-etl"
EUC_KR = "ko_KR.EUC-KR"


@pytest.fixture
def top(tmp_path: Path) -> Path:
    sound_tree(tmp_path / "자료é", patients=2)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    return tmp_path


def run(top: Path, *arguments: str | bytes, **settings: str) -> subprocess.CompletedProcess[bytes]:
    plain = {
        name: text for name, text in os.environ.items() if not name.startswith(("LC_", "LANG"))
    }
    return subprocess.run(
        [PROGRAM, *arguments], cwd=top, env=plain | settings, capture_output=True, check=False
    )


def build(top: Path, source: str | bytes, out: str, **settings: str) -> str:
    arguments = ("build-manifest", source, "--out", out, "--key-file", "key", "--workers", "2")
    done = run(top, *arguments, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


@pytest.fixture
def locales(tmp_path: Path) -> dict[str, dict[str, str]]:
    """Return settings of locales that a machine may have, made here if need be."""
    made = {
        "C": {"LC_ALL": "C"},
        "ASCII": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    }
    maker = shutil.which("localedef")
    if maker:
        place = tmp_path / "locales"
        place.mkdir()
        done = subprocess.run(
            [maker, "-i", "ko_KR", "-f", "EUC-KR", place / EUC_KR], capture_output=True, check=False
        )
        if done.returncode in (0, 1) and (place / EUC_KR).exists():  # 1: it warned
            made["EUC-KR"] = {"LC_ALL": EUC_KR, "LOCPATH": str(place)}
    return made


def test_a_data_set_has_the_same_bytes_under_any_locale(
    top: Path, locales: dict[str, dict[str, str]]
) -> None:
    build(top, "자료é", "결과", LC_ALL="C.UTF-8")
    image = next((top / "자료é").rglob("*.dcm")).relative_to(top)
    for name, settings in locales.items():
        build(top, "자료é", f"결과-{name}", **settings)
        assert files_below(top / f"결과-{name}") == files_below(top / "결과"), name
        done = run(top, "explain", str(image), "--json", **settings)
        assert json.loads(done.stdout)[0]["path"] == str(image), (name, done.stderr)
        for command in (("survey", "자료é"), ("check", f"결과-{name}")):
            done = run(top, *command, **settings)
            assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0), (name, done.stderr)


def test_what_an_output_cannot_show_costs_no_traceback(top: Path) -> None:
    build(top, "자료é", "out")
    image = str(next((top / "자료é").rglob("*.dcm")).relative_to(top))
    shown = run(top, "explain", image, PYTHONIOENCODING="euc_kr")
    assert shown.stdout.startswith("자료\\xe9/".encode("euc_kr")), shown.stderr
    linked = run(top, "link", "out", "--all", "--json", PYTHONIOENCODING="euc_kr")
    assert json.loads(linked.stdout)[0]["path"].startswith("자료é/")


@pytest.mark.parametrize("taken_for", ["utf-8", "cp437", "latin-1"])
def test_folders_garbled_in_unpacking_are_paired_and_counted(top: Path, taken_for: str) -> None:
    accepted = build(top, "자료é", "sound")
    known = top / "자료é" / "1.Training" / "원천데이터"
    raw = os.fsencode(known.parent) + b"/"
    name = known.name.encode("cp949")
    raw += name if taken_for == "utf-8" else name.decode(taken_for).encode()
    os.rename(known, raw)  # noqa: PTH104  # the new name is no text
    told = build(top, "자료é", "out")
    assert "folder names that were garbled in unpacking, and are read as Korean: 1" in told
    assert "garbled" not in accepted
    assert "garbled" in build(top, "자료é", "out")  # nothing changed, and it is told again
    assert open_dataset(top / "out").info.states == open_dataset(top / "sound").info.states
    page = run(top, "survey", "자료é")
    assert b"folder names garbled in unpacking, read as Korean: 1" in page.stdout
    for command in (("check", "out"), ("link", "out", "--all"), ("link", "out", "--all", "--json")):
        done = run(top, *command)
        assert (done.returncode, done.stderr.count(b"Traceback")) == (0, 0), done.stderr


def test_a_typed_path_finds_a_folder_in_nfd(top: Path) -> None:
    build(top, "자료é", "sound")
    (top / "자료é").rename(top / unicodedata.normalize("NFD", "자료é"))
    build(top, "자료é", "found")
    assert files_below(top / "found") == files_below(top / "sound")
    image = next(top.rglob("*.dcm")).relative_to(top)
    done = run(top, "explain", unicodedata.normalize("NFC", str(image)), "--json")
    assert json.loads(done.stdout)[0]["state"] == "accepted", done.stderr
