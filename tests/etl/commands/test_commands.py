"""Exit codes of `hnp-etl`, each with its one line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from etl.trees import KEY, Slice, hard_tree, sound_tree, write_slice


def hnp_etl(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "hnp-etl"
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if not line.startswith("warning: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.fixture
def src(tmp_path: Path) -> Path:
    sound_tree(tmp_path / "src", patients=2)
    return tmp_path / "src"


def test_a_build_tells_what_it_did(src: Path, tmp_path: Path) -> None:
    done = hnp_etl("build-manifest", src, "--out", tmp_path / "out", "--workers", 1)
    assert done.returncode == 0
    assert "accepted  6" in done.stdout
    assert done.stderr.splitlines() == [
        "warning: a new key was made in the private folder; ids match no other data set",
        "warning: recipe aihub-dld is not confirmed: codes and units are guesses",
    ]
    private = tmp_path / "out.private"
    assert oct(private.stat().st_mode & 0o777) == "0o700"
    assert {path.name for path in private.iterdir()} >= {"key", "linkage.csv", "state.sqlite"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in private.iterdir())


def test_the_summary_as_json_has_time_and_memory_of_each_stage(src: Path, tmp_path: Path) -> None:
    done = hnp_etl("build-manifest", src, "--out", tmp_path / "out", "--workers", 1, "--json")
    summary = json.loads(done.stdout)
    assert summary["states"] == {"accepted": 6, "used": 6}
    assert [stage["name"] for stage in summary["stages"]] == [
        *("walk", "read", "pair", "choose", "shard", "commit")
    ]
    assert all(stage["wall_s"] >= 0 and stage["peak_mb"] > 1 for stage in summary["stages"])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["frobnicate"], "error: No such command 'frobnicate'."),
        (["build-manifest"], "error: Missing argument 'SRC...'."),
        (
            ["build-manifest", "{src}"],
            "error: Missing option '--out'.",
        ),
        (
            ["build-manifest", "{src}", "--out", "{out}", "--max-rejected", "many"],
            "error: Invalid value for '--max-rejected': "
            "found 'many', expected a whole number from 0, or a percentage from 0% to 100%",
        ),
    ],
    ids=["command", "src", "out", "limit"],
)
def test_wrong_use_is_2(arguments: list[str], line: str, src: Path, tmp_path: Path) -> None:
    places = {"src": str(src), "out": str(tmp_path / "out")}
    done = hnp_etl(*(argument.format(**places) for argument in arguments))
    assert done.returncode == 2
    assert one_line(done) == line


def test_a_passed_limit_is_3_and_nothing_is_committed(tmp_path: Path) -> None:
    hard_tree(tmp_path / "src")
    out, ledger = tmp_path / "out", tmp_path / "out.private" / "attempt-ledger.parquet"
    build = ("build-manifest", tmp_path / "src", "--out", out)
    done = hnp_etl(*build, "--max-rejected", "5%")
    assert done.returncode == 3
    assert "files were rejected, expected at most 5%; nothing was committed" in one_line(done)
    assert not (out / "dataset.json").exists()
    assert ledger.stat().st_mode & 0o777 == 0o600
    attempt = ledger.read_bytes()
    assert hnp_etl(*build, "--max-rejected", "50%").returncode == 0
    assert (out / "ledger.parquet").read_bytes() == attempt
    assert not ledger.exists()
    assert hnp_etl("check", out).returncode == 0


def test_a_passed_limit_leaves_the_old_data_set_as_it_is(tmp_path: Path) -> None:
    hard_tree(tmp_path / "src")
    out = tmp_path / "out"
    build = ("build-manifest", tmp_path / "src", "--out", out)
    assert hnp_etl(*build).returncode == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    write_slice(tmp_path / "src", Slice("P900", 1))
    done = hnp_etl(*build, "--max-rejected", "5%")
    assert done.returncode == 3
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    assert hnp_etl("check", out).returncode == 0


def test_filtered_files_count_when_asked(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=2)
    write_slice(tmp_path / "src", Slice("P900", 1), RepetitionTime="500", EchoTime="10")
    build = ("build-manifest", tmp_path / "src", "--out", tmp_path / "out", "--max-rejected", "0")
    done = hnp_etl(*build, "--count-filtered", "NOT_T2")
    assert done.returncode == 3
    assert "1 of 14 files were rejected or NOT_T2, expected at most 0" in one_line(done)
    assert hnp_etl(*build, "--count-filtered", "NOT_MR").returncode == 0
    wrong = hnp_etl(*build[:-2], "--count-filtered", "NOT_T2")
    assert wrong.returncode == 2


def test_a_build_that_accepts_nothing_is_3(tmp_path: Path) -> None:
    image, _ = write_slice(tmp_path / "src", Slice("P900", 1), RepetitionTime="500", EchoTime="10")
    out = tmp_path / "out"
    build = ("build-manifest", tmp_path / "src", "--out", out)
    done = hnp_etl(*build)
    assert done.returncode == 3
    assert "no slice was accepted, commonest reasons: NOT_T2 1; the data set is" in done.stderr
    assert hnp_etl("check", out).returncode == 0  # where none was, an empty one is written
    write_slice(tmp_path / "src", Slice("P901", 1))
    assert hnp_etl(*build).returncode == 0
    before = (out / "dataset.json").read_bytes()
    (tmp_path / "src" / image.parent / "P901_001.dcm").unlink()
    done = hnp_etl(*build)
    assert done.returncode == 3
    assert "the data set that was there stays" in one_line(done)
    assert (out / "dataset.json").read_bytes() == before


@pytest.mark.parametrize(
    ("recipe", "line"),
    [
        (
            "name = 'x'\n[selction]\nplane = 'axial'\n",
            "line 2, selction: no such key, expected one of confirmed",
        ),
        ("name = 'x'\n[label.codes]\n1 = 'ill'\n", "found 'ill'"),
        ("name = x\n", "is no TOML"),
    ],
    ids=["unknown key", "value", "syntax"],
)
def test_an_unusable_recipe_is_65(recipe: str, line: str, src: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(recipe)
    done = hnp_etl("build-manifest", src, "--out", tmp_path / "out", "--recipe", path)
    assert done.returncode == 65
    assert one_line(done).startswith("error: recipe mine.toml")
    assert line in one_line(done)


def test_a_short_key_is_65(src: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY[:31])
    done = hnp_etl(
        *("build-manifest", src, "--out", tmp_path / "out", "--key-file", tmp_path / "key")
    )
    assert done.returncode == 65
    assert one_line(done) == "error: the key has 31 bytes, expected 32 or more"


def test_a_missing_or_open_key_is_65(src: Path, tmp_path: Path) -> None:
    build = ("build-manifest", src, "--out", tmp_path / "out", "--key-file", tmp_path / "key")
    done = hnp_etl(*build)
    assert done.returncode == 65
    assert one_line(done).startswith(
        "error: found no key file, expected 32 bytes or more in it; to make one: (umask 077; head"
    )
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o644)
    done = hnp_etl(*build)
    assert done.returncode == 65
    assert one_line(done) == ("error: the key file is open to others: found mode 644, expected 600")


def test_something_else_in_out_is_73(src: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.doc").touch()
    done = hnp_etl("build-manifest", src, "--out", out)
    assert done.returncode == 73
    assert one_line(done) == (
        "error: OUT holds something else (thesis.doc), expected an empty folder or a data set"
    )


def test_a_folder_that_cannot_be_made_is_74(src: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = hnp_etl("build-manifest", src, "--out", tmp_path / "file" / "out")
    assert done.returncode == 74
    assert one_line(done).startswith("error: the data set folder: ")


def test_check_names_what_is_wrong(src: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    hnp_etl("build-manifest", src, "--out", out, "--workers", 1)
    sound = hnp_etl("check", out, "--deep")
    assert sound.returncode == 0
    assert sound.stdout.endswith("3 files, 6 slices, sound\n")
    (shard,) = (out / "shards").iterdir()
    with shard.open("r+b") as file:
        file.seek(500_000)
        file.write(b"\x01")
    damaged = hnp_etl("check", out)
    assert damaged.returncode == 65
    assert f"shards/{shard.name} is not what dataset.json says" in damaged.stdout
    assert one_line(damaged) == "error: 1 findings, expected none"


def test_check_tells_the_smallest_group_and_stays_0(src: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    hnp_etl("build-manifest", src, "--out", out, "--workers", 1)
    done = hnp_etl("check", out)
    assert done.returncode == 0
    assert "smallest group of age band, sex, hospital and vendor: 2 patients (" in done.stdout
    assert done.stderr.startswith("warning: 1 of 1 groups of age band, sex, hospital and vendor")
    as_json = hnp_etl("check", out, "--json")
    assert as_json.returncode == 0
    assert json.loads(as_json.stdout)["small_groups"] == {
        "patients": 2,
        "names": ["60-79", "F", "H01", "Siemens"],
        "small": 1,
        "groups": 1,
    }


def test_check_without_a_data_set_is_65(tmp_path: Path) -> None:
    done = hnp_etl("check", tmp_path)
    assert done.returncode == 65
    assert one_line(done) == "error: no data set: found no dataset.json in the folder given"


def test_link_finds_the_source_of_a_slice(src: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    hnp_etl("build-manifest", src, "--out", out, "--workers", 1)
    every = json.loads(hnp_etl("link", out, "--all", "--json").stdout)
    assert len(every) == 6
    assert all((src.parent / link["path"]).is_file() for link in every)
    one = json.loads(hnp_etl("link", out, "--slice-id", every[2]["slice_id"], "--json").stdout)
    assert one == [every[2]]
    unknown = hnp_etl("link", out, "--slice-id", "0" * 32)
    assert unknown.returncode == 65


def test_recipes_lists_prints_and_describes() -> None:
    assert "aihub-dld" in hnp_etl("recipes").stdout
    assert 'name = "aihub-dld"' in hnp_etl("recipes", "aihub-dld").stdout
    assert "properties" in json.loads(hnp_etl("recipes", "--schema").stdout)
    unknown = hnp_etl("recipes", "nowhere")
    names = "aihub-dld, generic, rsna-2024, sudirman-2019"
    told = f"error: found no recipe 'nowhere', expected {names}"
    assert (unknown.returncode, one_line(unknown)) == (65, told)


def test_explain_tells_why_and_what_would_help(src: Path) -> None:
    image = next(src.rglob("*.dcm"))
    (found,) = json.loads(hnp_etl("explain", image, "--json").stdout)
    assert list(found) == [
        *("path", "state", "reason", "plane", "weighting", "level", "label", "would_pass_if")
    ]
    assert (found["path"], found["state"], found["reason"]) == (str(image), "accepted", None)
    assert found["plane"] == {
        "value": "axial",
        "from": "tags",
        "evidence": "normal tilts 0.0 degrees",
    }
    assert found["weighting"]["value"] == "T2"
    assert Path(found["label"]).is_file()
    assert found["would_pass_if"] is None
    next(src.rglob("*.json")).unlink()
    told = [hnp_etl("explain", image).stdout for image in src.rglob("*.dcm")]
    assert any("rejected NO_LABEL" in text and "passes if" in text for text in told)
    assert one_line(hnp_etl("explain", src)) == "error: found a folder, expected a file"


def test_one_missing_file_of_explain_costs_that_file_only(src: Path) -> None:
    image = next(src.rglob("*.dcm"))
    done = hnp_etl("explain", src / "gone.dcm", image, "--src", src, src, "--json")
    assert [each["path"] for each in json.loads(done.stdout)] == [str(image)]
    assert (done.returncode, one_line(done)) == (
        65,
        "error: file 1 of 3: found nothing at a path that was given, expected a file; "
        "file 3 of 3: found a folder, expected a file",
    )
    assert str(src) not in done.stderr


def test_diff_tells_what_changed_and_fails_on_request(src: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(KEY)
    old, new = tmp_path / "old", tmp_path / "new"
    hnp_etl("build-manifest", src, "--out", old, "--key-file", key, "--workers", 1)
    next(src.rglob("*.dcm")).unlink()
    hnp_etl("build-manifest", src, "--out", new, "--key-file", key, "--workers", 1)
    done = hnp_etl("diff", old, new)
    assert done.returncode == 0
    assert "H01       removed  file   1" in done.stdout
    assert done.stdout.endswith("0 added, 1 removed, 0 changed of 6 slices\n")
    told = json.loads(hnp_etl("diff", old, new, "--json").stdout)
    assert told["counts"] == {"added": 0, "removed": 1, "changed": 0}
    assert [row["cause"] for row in told["rows"]] == ["file"]
    failed = hnp_etl("diff", old, new, "--fail-if", "removed=10%")
    assert (failed.returncode, one_line(failed)) == (
        *(3, "error: 1 slices were removed, expected at most 10% of 6"),
    )
    assert hnp_etl("diff", old, new, "--fail-if", "removed=20%").returncode == 0
    assert hnp_etl("diff", old, new, "--fail-if", "lost").returncode == 2


def test_merge_makes_one_data_set_of_two_hospitals(tmp_path: Path) -> None:
    parts = []
    for number, site in enumerate(("H01", "H02"), 1):
        write_slice(tmp_path / site, Slice("P000", number, hospital=site))
        parts.append(tmp_path / f"{site}.out")
        hnp_etl("build-manifest", tmp_path / site, "--out", parts[-1], "--workers", 1)
    out = tmp_path / "all"
    done = hnp_etl("merge", *parts, "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert "H01, H02" in done.stdout
    assert hnp_etl("check", out, "--deep").stdout.endswith("4 files, 2 slices, sound\n")
    told = json.loads(hnp_etl("merge", *parts[::-1], "--out", out, "--json").stdout)
    assert told["states"] == {"accepted": 2, "used": 2}
    alone = hnp_etl("merge", parts[0], "--out", out)
    assert (alone.returncode, one_line(alone)) == (
        *(2, "error: found one data set, expected two or more"),
    )
    twice = hnp_etl("merge", parts[0], parts[0], "--out", tmp_path / "new")
    assert twice.returncode == 65
    assert "overlap" in one_line(twice)
    other_keys = hnp_etl("diff", parts[0], out)
    assert other_keys.returncode == 65
    assert "cannot be compared" in one_line(other_keys)
    assert one_line(other_keys).endswith("; NEW is merged of 2 data sets")
    said = hnp_etl("diff", out, out).stdout
    assert "is merged of 2 data sets\n" in said
    assert ", merged of 2 data sets: 4 files" in hnp_etl("check", out).stdout
    assert json.loads(hnp_etl("check", out, "--json").stdout)["origin"] == "merged of 2 data sets"


def test_it_is_told_which_of_several_folders_is_no_data_set(src: Path, tmp_path: Path) -> None:
    out, none = tmp_path / "out", tmp_path / "none"
    none.mkdir()
    hnp_etl("build-manifest", src, "--out", out, "--workers", 1)
    line = "no data set: found no dataset.json in the folder given"
    assert one_line(hnp_etl("diff", none, out)) == f"error: OLD none: {line}"
    assert one_line(hnp_etl("diff", out, none)) == f"error: NEW none: {line}"
    merged = hnp_etl("merge", out, none, "--out", tmp_path / "all")
    assert one_line(merged) == f"error: data set 2 of 2, none: {line}"


def test_folders_in_one_another_are_named_with_their_roles(src: Path, tmp_path: Path) -> None:
    build = ("build-manifest", src, "--out", tmp_path / "out", "--private")
    assert one_line(hnp_etl(*build, tmp_path / "out")) == (
        "error: OUT out and --private out overlap, expected separate folders"
    )
    assert one_line(hnp_etl(*build, src)) == (
        "error: SRC src and --private src overlap, expected separate folders"
    )


@pytest.mark.parametrize("limit", ["150%", "-1", "101%", "nan%", "5.5", "%"])
def test_a_percentage_has_its_bounds(limit: str, src: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = hnp_etl("build-manifest", src, "--out", out, "--max-rejected", limit)
    assert done.returncode == 2
    assert one_line(done).endswith(
        f"found '{limit}', expected a whole number from 0, or a percentage from 0% to 100%"
    )
    differ = hnp_etl("diff", src, src, "--fail-if", f"removed={limit}")
    assert differ.returncode == 2
    assert "(of the old slices, 0% to 100%)" in one_line(differ)
