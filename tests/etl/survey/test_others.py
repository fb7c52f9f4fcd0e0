import os
from pathlib import Path

from dicom_files import dicom_bytes
from hnp_etl.state.counts import OtherFile
from hnp_etl.survey.others import OtherFiles, look_at_others


def look(folder: Path) -> OtherFiles:
    return look_at_others(
        OtherFile(f"src/{path.name}", path.lstat().st_size, os.fsencode(path))
        for path in sorted(folder.iterdir())
    )


def test_dicom_under_another_name_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.IMG").write_bytes(dicom_bytes())
    (tmp_path / "b.img").write_bytes(dicom_bytes())
    (tmp_path / "c.txt").write_text("x" * 200)
    others = look(tmp_path)
    assert (others.suffixes, others.holding_dicom) == ({".img": 2, ".txt": 1}, (".img",))


def test_only_known_suffixes_are_shown(tmp_path: Path) -> None:
    for name in ("report.Hong", "x.csv", "y.xlsx", ".DS_Store", "z.part0", "z.part17"):
        (tmp_path / name).touch()
    others = look(tmp_path)
    assert others.suffixes == {"": 1, ".?": 1, ".csv": 1, ".part": 2, ".xlsx": 1}
    assert others.tables == 2


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / ("n" * 200)
    folder.mkdir()
    (tmp_path / "real").write_bytes(dicom_bytes())
    (folder / "link.img").symlink_to(tmp_path / "real")
    os.mkfifo(folder / "pipe.img")
    others = look(folder)
    assert (others.suffixes, others.holding_dicom) == ({".img": 2}, ())
