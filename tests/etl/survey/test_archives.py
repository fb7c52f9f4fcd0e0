import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from etl.trees import Slice, write_slice
from hnp_etl.cli import main
from hnp_etl.state.counts import ArchiveFile, OtherFile
from hnp_etl.survey.archives import BESIDE, CLOSED, READ, ArchiveRow, find_archives
from hnp_shared.vocabulary import Reason


def archive(
    path: str, size: int = 10, *, reason: Reason | None = None, read: bool = True
) -> ArchiveFile:
    return ArchiveFile(f"src/{path}", size, reason, read)


def test_archives_are_counted_by_kind_and_by_what_became_of_them() -> None:
    found = find_archives(
        [
            archive("a.zip", 3),
            archive("b.ZIP", 4),
            archive("c.zip", reason=Reason.ENCRYPTED, read=False),
            archive("d.zip", read=False),
        ]
    )
    assert [(row.kind, row.outcome, row.files, row.size) for row in found] == [
        ("zip", "ENCRYPTED", 1, 10),
        ("zip", BESIDE, 1, 10),
        ("zip", READ, 2, 7),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.tar.gz", "tar.gz"),
        ("a.tgz", "tar.gz"),
        ("a.tar", "tar"),
        ("a.7z.001", "7z in parts"),
        ("a.zip.part0", "zip in parts"),
        ("a.dcm.gz", "gz of one file"),
        ("a.z01", "zip in volumes (.z01...)"),
    ],
)
def test_kinds_are_told_by_names(name: str, kind: str) -> None:
    assert [row.kind for row in find_archives([archive(name)])] == [kind]


def test_what_nobody_reads_is_told_with_a_command() -> None:
    others = [OtherFile(f"src/{name}", 1, b"") for name in ("a.alz", "b.EGG", "c.txt")]
    (row,) = find_archives([], others)
    assert row == ArchiveRow("other (.alz, .egg, .rar)", CLOSED, 2, 2, row.advice)
    assert "unar" in row.advice


@pytest.mark.parametrize(
    "reason", [Reason.ENCRYPTED, Reason.UNSUPPORTED_SYNTAX, Reason.TOO_DEEP, Reason.TRUNCATED]
)
def test_each_refusal_says_what_to_do(reason: Reason) -> None:
    (row,) = find_archives([archive("a.zip", reason=reason, read=False)])
    assert (row.outcome, bool(row.advice)) == (reason, True)


def test_what_is_read_needs_no_advice() -> None:
    assert [row.advice for row in find_archives([archive("a.zip")])] == [""]


def test_a_folder_of_nothing_but_archives_is_surveyed(tmp_path: Path) -> None:
    for place in ("images", "labels"):
        folder = tmp_path / "src" / "H01" / "C004" / place
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / "notes.zip", "w") as archive:
            archive.writestr("a.txt", "nothing")
    write_slice(tmp_path / "src", Slice("P001", 1))
    done = CliRunner().invoke(main, ["survey", str(tmp_path / "src"), "--workers", "1"])
    assert (done.exit_code, done.exception) == (0, None)
    assert "zip" in done.stdout
