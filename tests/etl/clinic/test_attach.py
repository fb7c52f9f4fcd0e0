"""What a model says goes back beside the images, marked, read back, and nowhere but in private."""

import shutil
import warnings
from pathlib import Path

import cv2
import numpy as np
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest
from highdicom.sr import srread
from pydicom import dcmread

from etl.clinic.built import NAME, WEIGHTS, asked, built, predicted
from failing import CountingDisk
from hnp_etl.clinic.attach import attach
from hnp_etl.clinic.report import DISC_CODES, OF_SLICE, RESEARCH, WARNING
from hnp_etl.clinic.task import MARK
from hnp_shared.errors import InputError, OutputError, StorageError


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    predicted(built(folder), folder / "said.parquet")
    return folder


@pytest.fixture(scope="module")
def written(site: Path) -> Path:
    """Documents of all series."""
    config = asked(site)
    report = attach(config)
    assert (report.series, report.written, report.images, dict(report.failed)) == (2, 4, 5, {})
    return config.target


@pytest.fixture
def copy(site: Path, tmp_path: Path) -> Path:
    """The site somewhere else, to be spoilt; the sources that the state knows are the old ones."""
    shutil.copytree(site, tmp_path / "site", symlinks=True)
    shutil.rmtree(tmp_path / "site" / "out.private" / "attached", ignore_errors=True)
    return tmp_path / "site"


def of_korean(folder: Path, role: str) -> Path:
    """Return the document of the patient with a Korean name."""
    found = [
        path for path in folder.glob(f"*-{role}.dcm") if "홍" in str(dcmread(path).PatientName)
    ]
    assert len(found) == 1
    return found[0]


def test_the_report_names_the_patient_of_the_source_and_refers_to_its_images(
    site: Path, written: Path
) -> None:
    report = srread(of_korean(written, "report"))
    sources = [dcmread(path) for path in (site / "src").rglob("*.dcm") if "P001" in path.name]
    assert str(report.PatientName) == NAME
    assert {str(report.get(name)) for name in ("PatientID", "PatientBirthDate", "PatientSex")} == {
        *("P001", "19610203", "F")
    }
    assert report.StudyInstanceUID == sources[0].StudyInstanceUID
    assert {uid for *_, uid, _ in report.get_evidence()} == {
        source.SOPInstanceUID for source in sources
    }


def test_the_report_says_probability_disc_model_and_that_it_is_for_research(written: Path) -> None:
    report = srread(of_korean(written, "report"))
    groups = report.content.get_image_measurement_groups()
    sites = [group.finding_sites[0].value.value for group in groups]
    assert sites == [DISC_CODES[3].value, DISC_CODES[4].value]
    for group in groups:
        whole, *slices = group.get_measurements()
        assert (whole.name.value, whole.value, whole.unit.value) == ("122157", 0.75, "{ratio}")
        assert [len(each.referenced_images) for each in (whole, *slices)] == [2, 1, 1]
        assert [each.name for each in slices] == [OF_SLICE] * 2
        assert RESEARCH in [each.value for each in group.get_qualitative_evaluations()]
        texts = [item.get("TextValue") for item in group[0].ContentSequence]
        assert f"weights_sha256={WEIGHTS}" in texts
    assert report.SeriesDescription.startswith(MARK)
    assert (report.VerificationFlag, report.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    assert WARNING in [item.get("TextValue") for item in report.ContentSequence]


def test_a_disc_without_a_probability_of_its_own_gets_the_mean_of_its_slices(
    site: Path, tmp_path: Path
) -> None:
    said = predicted(site / "out", tmp_path / "plain.parquet", of_disc=None)
    config = asked(site, predictions=said, target=tmp_path / "plain")
    attach(config)
    document = srread(of_korean(config.target, "report"))
    for group in document.content.get_image_measurement_groups():
        whole, *slices = group.get_measurements()
        assert whole.value == pytest.approx(sum(each.value for each in slices) / 2)


def test_the_capture_is_marked_in_header_and_pixels_and_refers_to_the_images(
    site: Path, written: Path
) -> None:
    report = srread(of_korean(written, "report"))
    capture = dcmread(of_korean(written, "capture"))
    assert str(capture.PatientName) == NAME
    assert capture.SeriesDescription.startswith(MARK)
    assert (capture.BurnedInAnnotation, capture.ContentQualification) == ("YES", "RESEARCH")
    assert {each.ReferencedSOPInstanceUID for each in capture.SourceImageSequence} == {
        uid for *_, uid, _ in report.get_evidence()
    }
    pixels = capture.pixel_array
    yellow = (pixels == (255, 220, 0)).all(axis=2)
    assert yellow[:56].sum() > 500 < yellow[-56:].sum()
    assert pixels[56:-56].std() > 10


def test_maps_are_drawn_beside_their_slices(site: Path, tmp_path: Path) -> None:
    ids = pq.read_table(site / "out" / "manifest.parquet").column("slice_id").to_pylist()
    (tmp_path / "maps").mkdir()
    cv2.imwrite(
        str(tmp_path / "maps" / f"{ids[0]}.png"), np.full((32, 32, 3), (0, 0, 200), np.uint8)
    )
    config = asked(site, target=tmp_path / "closed", maps=tmp_path / "maps")
    assert attach(config).maps == 1
    red = [
        int((dcmread(path).pixel_array == (200, 0, 0)).all(axis=2).sum())
        for path in config.target.glob("*-capture.dcm")
    ]
    assert sorted(red) == [0, 256 * 256]


def test_the_folder_of_explain_is_drawn_as_it_is_and_each_map_in_its_shape(
    site: Path, tmp_path: Path
) -> None:
    ids = pq.read_table(site / "out" / "manifest.parquet").column("slice_id").to_pylist()
    (tmp_path / "explained" / "slices").mkdir(parents=True)
    for slice_id in ids:
        picture = np.full((40, 140, 3), (0, 0, 200), np.uint8)
        cv2.imwrite(str(tmp_path / "explained" / "slices" / f"{slice_id}.png"), picture)
    config = asked(site, target=tmp_path / "closed", maps=tmp_path / "explained")
    assert attach(config).maps == len(ids)
    red = sum(
        int((dcmread(path).pixel_array == (200, 0, 0)).all(axis=2).sum())
        for path in config.target.glob("*-capture.dcm")
    )
    assert red == len(ids) * 256 * 256 * 140 // 40


def test_maps_that_are_none_or_of_other_weights_are_refused(site: Path, tmp_path: Path) -> None:
    (tmp_path / "slices").mkdir()
    with pytest.raises(InputError, match="found no map"):
        attach(asked(site, target=tmp_path / "closed", maps=tmp_path))
    (tmp_path / "slices" / "a.png").touch()
    (tmp_path / "explain.json").write_text('{"about": {"weights_sha256": "other"}}')
    with pytest.raises(InputError, match="maps are of other weights than the predictions"):
        attach(asked(site, target=tmp_path / "closed", maps=tmp_path))


def test_the_same_command_gives_the_same_bytes_and_another_day_other_uids(
    site: Path, written: Path, tmp_path: Path
) -> None:
    attach(asked(site, target=tmp_path / "again"))
    attach(asked(site, target=tmp_path / "later", day="20261129"))
    for path in written.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
        later = dcmread(tmp_path / "later" / path.name)
        assert later.SOPInstanceUID != dcmread(path).SOPInstanceUID
        assert later.ContentDate == "20261129"


def test_what_is_there_and_sound_stays_and_what_is_damaged_is_made_anew(
    site: Path, written: Path, tmp_path: Path
) -> None:
    shutil.copytree(written, tmp_path / "closed")
    hurt = next((tmp_path / "closed").glob("*-report.dcm"))
    whole = hurt.read_bytes()
    hurt.write_bytes(whole[:3000])
    report = attach(asked(site, target=tmp_path / "closed"))
    assert (report.written, report.there) == (1, 3)
    assert hurt.read_bytes() == whole


def test_files_and_folder_are_closed_to_others(written: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in written.iterdir()}
    assert (written.stat().st_mode & 0o777, modes) == (0o700, {0o600})


def test_series_and_limit_choose(site: Path, tmp_path: Path) -> None:
    rows = pq.read_table(site / "out" / "manifest.parquet").column("series_id").to_pylist()
    one = attach(asked(site, target=tmp_path / "one", series=[rows[0], rows[0]]))
    first = attach(asked(site, target=tmp_path / "first", limit=1))
    assert (one.series, first.series) == (1, 1)
    names = {path.name[:32] for path in (tmp_path / "first").iterdir()}
    assert names == {min(rows)}
    with pytest.raises(InputError, match="1 of 1 --series have no predictions"):
        attach(asked(site, target=tmp_path / "none", series=["nobody"]))


@pytest.mark.parametrize(
    ("place", "error", "what"),
    [
        ("out/attached", OutputError, "lies in a data set"),
        ("out.private", OutputError, "is the private folder of a data set"),
        ("src/attached", InputError, "overlap"),
        ("open", InputError, "open to others: found mode 755"),
    ],
)
def test_no_place_that_others_see_is_written_to(
    site: Path, copy: Path, place: str, error: type[Exception], what: str
) -> None:
    root = site if place.startswith("src") else copy
    if place == "open":
        (copy / place).mkdir(mode=0o755)
        (copy / place).chmod(0o755)
        (copy / place / "somebody's").touch()
    with pytest.raises(error, match=what):
        attach(asked(copy, target=root / place))
    assert not list(root.rglob("*report.dcm")) or root == site


def test_predictions_of_another_data_set_are_refused(copy: Path) -> None:
    table = pq.read_table(copy / "said.parquet")
    pq.write_table(
        table.replace_schema_metadata(
            {"hnp.weights_sha256": WEIGHTS, "hnp.dataset_id": "0123456789abcdef"}
        ),
        copy / "told.parquet",
    )
    with pytest.raises(InputError, match="are of data set 0123456789abcdef, expected"):
        attach(asked(copy, predictions=copy / "told.parquet"))
    ids = [f"{number:032x}" for number in range(table.num_rows)]
    strange = table.set_column(0, "slice_id", [ids])
    pq.write_table(strange, copy / "strange.parquet")
    with pytest.raises(InputError, match="another data set: 5 of 5 slices are not in"):
        attach(asked(copy, predictions=copy / "strange.parquet"))


def test_the_private_folder_of_another_data_set_is_refused(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    predicted(built(tmp_path / "other"), tmp_path / "other" / "said.parquet")
    linkage = copy / "out.private" / "linkage.csv"
    linkage.write_text("slice_id,path\n")
    with pytest.raises(InputError, match="links 0 of 5 slices to their sources"):
        attach(asked(copy))
    with pytest.raises(InputError, match="found no private folder gone"):
        attach(asked(copy, private=copy / "gone"))
    linkage.unlink()
    with pytest.raises(InputError, match=r"found no linkage\.csv"):
        attach(asked(copy))


def test_a_moved_source_is_found_below_src_and_an_altered_one_is_refused(copy: Path) -> None:
    moved = copy / "moved"
    (copy / "src").rename(moved)
    image = next(path for path in moved.rglob("*.dcm") if "P002" in path.name)
    report = attach(asked(copy, src=[moved], target=copy / "sound"))
    assert (report.series, dict(report.failed)) == (2, {})
    for name, value in (
        ("SOPInstanceUID", "1.2.3"),
        ("PatientID", "P009"),
        ("SeriesInstanceUID", ""),
    ):
        whole = dcmread(image)
        setattr(whole, name, value)
        altered = copy / "altered"
        shutil.copytree(moved, altered)
        whole.save_as(altered / image.relative_to(moved))
        report = attach(asked(copy, src=[altered], target=copy / "closed"))
        assert report.series == 1
        assert [f"another {name}" in why for why in report.failed.values()] == [True]
        assert not [path for path in (copy / "closed").iterdir() if path.name[:32] in report.failed]
        shutil.rmtree(altered)
        shutil.rmtree(copy / "closed")


def test_an_image_without_an_instance_uid_and_one_that_is_gone_cost_their_series_alone(
    copy: Path,
) -> None:
    image = next(path for path in (copy / "src").rglob("*.dcm") if "P002" in path.name)
    whole = dcmread(image)
    whole.SOPInstanceUID = ""
    whole.save_as(image)
    report = attach(asked(copy, src=[copy / "src"]))
    assert [
        why.startswith("a source image has no SOPInstanceUID") for why in report.failed.values()
    ] == [True]
    image.unlink()
    report = attach(asked(copy, src=[copy / "src"]))
    assert (report.series, len(report.failed)) == (1, 1)


def test_predictions_as_csv_need_the_digest_of_the_weights(copy: Path) -> None:
    pv.write_csv(pq.read_table(copy / "said.parquet"), copy / "said.csv")
    with pytest.raises(InputError, match="do not tell weights_sha256"):
        attach(asked(copy, predictions=copy / "said.csv"))
    report = attach(asked(copy, predictions=copy / "said.csv", weights_sha256=WEIGHTS))
    assert report.written == 4
    text = (copy / "said.csv").read_text()
    (copy / "told.csv").write_text(f"# weights_sha256: {WEIGHTS}\n{text}")
    assert attach(asked(copy, predictions=copy / "told.csv")).there == 4


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PAR1 but no more", "no readable Parquet file or CSV"),
        (b"a,b\n1,2\n", "no column slice_id"),
        (b"\xff\xfe\x00", "no readable Parquet file or CSV"),
        (
            b"slice_id,patient_id,study_id,level,probability,probability_calibrated\na,b,c,3,1,1.5\n",
            "no probability",
        ),
        (
            b"slice_id,patient_id,study_id,level,probability,probability_calibrated\na,b,c,7,1,1\n",
            "a level that is none",
        ),
    ],
)
def test_what_is_no_table_of_predictions_is_refused(copy: Path, content: bytes, what: str) -> None:
    (copy / "bad").write_bytes(content)
    with pytest.raises(InputError, match=what):
        attach(asked(copy, predictions=copy / "bad", weights_sha256=WEIGHTS))


def test_a_full_disk_ends_the_work_and_the_same_command_goes_on(copy: Path) -> None:
    counting = CountingDisk()
    attach(asked(copy, target=copy / "counted", disk=counting))
    with pytest.raises(StorageError):
        attach(asked(copy, disk=CountingDisk(len(counting.done) - 2)))
    report = attach(asked(copy))
    assert report.there >= 2
    assert report.there + report.written == 4


def test_no_library_quotes_a_value_that_it_finds_odd(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    marker = "CanaryQ7" * 9  # longer than a name or an id may be
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of who writes such a header
        out = built(tmp_path, PatientName=marker, AccessionNumber=marker, StudyID=marker)
    predicted(out, tmp_path / "said.parquet")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        report = attach(asked(tmp_path))
    assert report.written == 4
    told = capfd.readouterr()
    texts = [told.out, told.err, caplog.text, *(str(each.message) for each in warned)]
    assert not any("canaryq7" in text.lower() for text in texts)
