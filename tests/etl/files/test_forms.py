import pytest

from hnp_etl.files.forms import ArchiveName, Form, archive_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TS_1.zip", ArchiveName(Form.ZIP, "TS_1", "", "", "TS_1.zip")),
        ("TS 1.ZIP", ArchiveName(Form.ZIP, "TS 1", "", "", "TS 1.ZIP")),
        ("a.zip.zip", ArchiveName(Form.ZIP, "a.zip", "", "", "a.zip.zip")),
        ("a.zip.part10737418240", ArchiveName(Form.ZIP, "a", "", "10737418240", "a.zip")),
        ("a.zip.001", ArchiveName(Form.ZIP, "a", "", "001", "a.zip")),
        ("a.tar.gz.part12", ArchiveName(Form.TAR, "a", "gz", "12", "a.tar.gz")),
        ("a.tar.bz2", ArchiveName(Form.TAR, "a", "bz2", "", "a.tar.bz2")),
        ("a.tbz2", ArchiveName(Form.TAR, "a", "bz2", "", "a.tbz2")),
        ("a.tar.bz2.001", ArchiveName(Form.TAR, "a", "bz2", "001", "a.tar.bz2")),
        ("a.tzst", ArchiveName(Form.TAR, "a", "zst", "", "a.tzst")),
        ("a.7z.1234", ArchiveName(Form.SEVEN_ZIP, "a", "", "1234", "a.7z")),
        ("scan.dcm.gz", ArchiveName(Form.SINGLE, "scan.dcm", "gz", "", "scan.dcm.gz")),
        ("a.z01", ArchiveName(Form.VOLUME, "a", "", "", "a.z01")),
    ],
)
def test_names_of_archives_are_read(name: str, expected: ArchiveName) -> None:
    assert archive_name(name) == expected


@pytest.mark.parametrize(
    "name", ["zip", ".zip", ".a.zip", "~$a.zip", "a.zip.01", "IM.001", "1.2.840.10008.1", "a.zipx"]
)
def test_other_names_are_none(name: str) -> None:
    assert archive_name(name) is None
