"""Multi-frame files in whole builds: each frame is a slice, told for itself."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from pydicom import Dataset
from pydicom.sequence import Sequence as DicomSequence

from dicom_files import (
    BIG_ENDIAN,
    COMPRESSED,
    DEFLATED,
    JPEG_LS,
    dicom_bytes,
    file_bytes,
    label_bytes,
    picture,
)
from enhanced_files import SAGITTAL, Frame, enhanced_bytes, enhanced_dataset, stack_of
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.commands.link import link
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.survey.run import SurveyConfig, survey
from hnp_shared.check import check_dataset
from hnp_shared.vocabulary import Reason

KEY = b"a key for frames, long enough to be one"
STACK = stack_of(4)


class Built(NamedTuple):
    """A data set, and the path of every slice in it."""

    out: Path
    manifest: pd.DataFrame
    ledger: pd.DataFrame

    def pixels(self, slice_id: str) -> np.ndarray:
        row = self.manifest.set_index("slice_id").loc[slice_id]
        with np.load(self.out / "shards" / row.shard) as shard:
            return np.asarray(shard["images"][row.row])

    def of(self, path: str, frame: int | None = None) -> str:
        parts = [path] if frame is None else [path, f"{frame}"]
        return pseudonym(KEY, "slice", *parts)

    def outcome(self, path: str) -> tuple[object, object, object]:
        row = self.ledger.set_index("file_id").loc[pseudonym(KEY, "file", path)]
        told = [row["state"], row["reason"], row["slice_id"]]
        state, reason, slice_id = (each if isinstance(each, str) else None for each in told)
        return state, reason, slice_id


def built(
    folder: Path, files: Mapping[str, bytes], *, recipe: str = "generic", unlabelled: bool = False
) -> Built:
    """Build a data set of files, by their paths below a folder `src`."""
    for name, content in files.items():
        path = folder / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "key").write_bytes(KEY)
    rules = load_recipe(recipe)
    config = BuildConfig(
        *((folder / "src",), folder / "out", folder / "private"),
        *(rules.unlabelled() if unlabelled else rules, folder / "key"),
    )
    build(config, executor=SerialExecutor())
    assert check_dataset(config.out, deep=True).findings == ()
    tables = (pd.read_parquet(config.out / f"{name}.parquet") for name in ("manifest", "ledger"))
    return Built(config.out, *tables)


def table(*lines: str) -> bytes:
    return "\n".join(("file,frame,level,code", *lines, "")).encode()


def classic(frame: Frame, number: int, **attributes: object) -> bytes:
    """Return what a scanner of before enhanced files writes of the same frame."""
    said: dict[str, object] = {
        "SOPInstanceUID": f"2.25.77{number}",
        "ImagePositionPatient": list(frame.position),
        "ImageOrientationPatient": list(frame.orientation),
        "PixelSpacing": list(frame.spacing),
        "SliceThickness": frame.thickness,
        "EchoTime": f"{frame.echo_ms:g}",
        "RepetitionTime": frame.repetition_ms,
    }
    if frame.rescale:
        said |= {"RescaleSlope": frame.rescale[0], "RescaleIntercept": frame.rescale[1]}
    return dicom_bytes(frame.pixels, bits_stored=12, **(said | attributes))  # type: ignore[arg-type]


SCALED = [
    replace(
        frame,
        rescale=(f"{1 + number / 3:.6f}", f"{-10 * number}"),
        echo_ms=90.0 + number,
        repetition_ms=f"{3000 + number}",
        thickness=f"{3 + number}",
        spacing=(f"0.{number + 3}", f"0.{number + 4}"),
    )
    for number, frame in enumerate(STACK)
]
SAME = (
    *("pixel_sha256", "source_min", "source_max", "slice_thickness_mm", "slice_position_mm"),
    *("echo_time_ms", "repetition_time_ms", "pixel_row_mm", "pixel_col_mm", "tilt_deg"),
    *("source_rows", "source_cols", "patient_id", "study_id", "series_id", "weighting_from"),
)


@pytest.mark.parametrize("syntax", [*COMPRESSED, DEFLATED, BIG_ENDIAN], ids=lambda uid: uid[17:])
def test_a_classic_series_and_the_same_as_one_file_give_equal_slices(
    tmp_path: Path, syntax: str
) -> None:
    single = {f"s/{n}.dcm": classic(frame, n) for n, frame in enumerate(SCALED, 1)}
    one = built(tmp_path / "classic", single, unlabelled=True)
    content = enhanced_bytes(SCALED, syntax=syntax)
    other = built(tmp_path / "enhanced", {"s/all.dcm": content}, unlabelled=True)
    assert one.manifest.frame.isna().all()
    assert list(other.manifest.frame) == [1, 2, 3, 4]
    assert one.manifest[[*SAME]].equals(other.manifest[[*SAME]])
    for number in range(1, 5):
        assert np.array_equal(
            one.pixels(one.of(f"src/s/{number}.dcm")),
            other.pixels(other.of("src/s/all.dcm", number)),
        )


def test_frames_may_lie_in_any_order_and_in_several_stacks(tmp_path: Path) -> None:
    tilted = ("1", "0", "0", "0", "0.97", "-0.24")
    frames = [replace(STACK[0], stack="1")]
    frames += [replace(STACK[3], stack="2", orientation=tilted), replace(STACK[1], stack="1")]
    frames += [Frame(picture(seed=9), ("1", "2", "30"), SAGITTAL, stack="3")]
    found = built(tmp_path, {"a.dcm": enhanced_bytes(frames)}, unlabelled=True)
    told = found.manifest.set_index("frame")
    assert sorted(told.index) == [1, 2, 3]  # the sagittal one is no slice
    assert told.slice_position_mm[1] == 0
    assert told.slice_position_mm[3] == 5
    assert told.tilt_deg[2] == pytest.approx(13.9, abs=0.1)
    assert list(found.manifest.slice_position_mm) == sorted(found.manifest.slice_position_mm)


def test_each_frame_has_its_own_echo_and_the_file_the_row_of_the_one_that_was_taken(
    tmp_path: Path,
) -> None:
    frames = [replace(STACK[0], echo_ms=15.0, repetition_ms="600"), STACK[0]]
    found = built(tmp_path, {"dual.dcm": enhanced_bytes(frames)}, unlabelled=True)
    assert list(found.manifest.frame) == [2]
    assert list(found.manifest.slice_id) == [found.of("src/dual.dcm", 2)]
    assert found.outcome("src/dual.dcm") == ("accepted", None, found.of("src/dual.dcm", 2))


def test_what_a_frame_says_goes_before_what_all_share_and_what_the_file_says(
    tmp_path: Path,
) -> None:
    shared = {"PlaneOrientationSequence": {"ImageOrientationPatient": list(SAGITTAL)}}
    own = enhanced_bytes(STACK, ImageOrientationPatient=list(SAGITTAL), EchoTime="10")
    assert len(built(tmp_path / "own", {"a.dcm": own}, unlabelled=True).manifest) == 4
    mixed = enhanced_dataset(STACK, shared=shared)
    plane = enhanced_dataset(STACK).PerFrameFunctionalGroupsSequence[1].PlaneOrientationSequence
    mixed.PerFrameFunctionalGroupsSequence[1].PlaneOrientationSequence = plane
    found = built(tmp_path / "mixed", {"a.dcm": file_bytes(mixed)}, unlabelled=True)
    assert list(found.manifest.frame) == [2]


def test_a_makers_copy_of_the_header_within_a_group_tells_nothing(tmp_path: Path) -> None:
    dataset = enhanced_dataset(STACK)
    for number, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        copy = enhanced_dataset([Frame()]).PerFrameFunctionalGroupsSequence[0]
        for each in copy:
            each.value[0].RescaleSlope = f"{number + 7}"
            each.value[0].ImageOrientationPatient = list(SAGITTAL)
        block = group.private_block(0x2005, "Philips MR Imaging DD 005", create=True)
        block.add_new(0x0F, "SQ", DicomSequence([copy]))
        nested = group.PlanePositionSequence[0].private_block(0x2005, "Philips", create=True)
        nested.add_new(0x01, "SQ", DicomSequence([copy]))
    found = built(tmp_path, {"a.dcm": file_bytes(dataset)}, unlabelled=True)
    plain = built(tmp_path / "plain", {"a.dcm": enhanced_bytes(STACK)}, unlabelled=True)
    assert list(found.manifest.pixel_sha256) == list(plain.manifest.pixel_sha256)
    assert list(found.manifest.source_max) == list(plain.manifest.source_max)


def test_philips_private_scale_is_left_alone_and_said(tmp_path: Path) -> None:
    dataset = enhanced_dataset(SCALED, Manufacturer="Philips Medical Systems")
    for group in dataset.PerFrameFunctionalGroupsSequence:
        copy = Dataset()
        copy.add_new(0x2005_0010, "LO", "Philips MR Imaging DD 001")
        copy.add_new(0x2005_100E, "FL", 0.004)
        group.add_new(0x2005_0014, "LO", "Philips MR Imaging DD 005")
        group.add_new(0x2005_140F, "SQ", DicomSequence([copy]))
    found = built(tmp_path, {"a.dcm": file_bytes(dataset)}, unlabelled=True)
    plain = built(tmp_path / "plain", {"a.dcm": enhanced_bytes(SCALED)}, unlabelled=True)
    assert list(found.manifest.source_max) == list(plain.manifest.source_max)
    assert "Philips's private scale is left alone" in told_of(tmp_path, "a.dcm")


def converted(count: int) -> bytes:
    """Return a converted file whose echo and sequence nobody knew where to put."""
    dataset = enhanced_dataset(stack_of(count), EchoPulseSequence=None)
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.4.4"
    for number, group in enumerate(dataset.PerFrameFunctionalGroupsSequence):
        del group.MREchoSequence, group.MRTimingAndRelatedParametersSequence
        unassigned = enhanced_dataset([Frame()]).SharedFunctionalGroupsSequence[0]
        unassigned.EchoTime = "100" if number % 2 else "10"
        unassigned.RepetitionTime = "4000" if number % 2 else "500"
        group.UnassignedPerFrameConvertedAttributesSequence = [unassigned]
    return file_bytes(dataset)


def test_a_converted_file_tells_by_what_was_left_unassigned(tmp_path: Path) -> None:
    found = built(tmp_path, {"a.dcm": converted(4)}, unlabelled=True)
    assert list(found.manifest.frame) == [2, 4]
    assert set(found.manifest.echo_time_ms) == {100.0}


FAT = {"MRModifierSequence": {"SpectrallySelectedSuppression": "FAT"}}
COMPUTED = {"MRImageFrameTypeSequence": {"FrameType": ["DERIVED", "PRIMARY", "T2", "MPR"]}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"EchoPulseSequence": "GRADIENT"}, Reason.WEIGHTING_UNKNOWN),
        ({"shared": {"MRModifierSequence": {"InversionRecovery": "YES"}}}, Reason.NOT_T2),
        ({"shared": FAT}, Reason.NOT_T2),
        ({"shared": COMPUTED}, Reason.DERIVED),
    ],
    ids=["gradient", "inversion", "fat", "derived"],
)
def test_enhanced_terms_are_heard(
    tmp_path: Path, change: Mapping[str, object], reason: Reason
) -> None:
    content = enhanced_bytes(STACK, SeriesDescription="tra", **change)  # type: ignore[arg-type]
    found = built(tmp_path, {"a.dcm": content, "b.dcm": enhanced_bytes(STACK)}, unlabelled=True)
    assert found.outcome("src/a.dcm")[:2] == (reason.state, reason)
    assert found.outcome("src/b.dcm")[0] == "accepted"


def moved(frames: Sequence[Frame], **changes: object) -> list[Frame]:
    return [replace(frame, **changes) for frame in frames]  # type: ignore[arg-type]


DIFFUSION = {
    "MRDiffusionSequence": {"DiffusionDirectionality": "ISOTROPIC", "DiffusionBValue": 8.0}
}
NO_DIFFUSION = {"MRDiffusionSequence": {"DiffusionDirectionality": "NONE", "DiffusionBValue": 0.0}}


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ([*moved(STACK, moment=1), *moved(STACK, moment=2)], "4D"),
        ([*moved(STACK, moment=1, stack="1"), *moved(STACK, moment=2, stack="2")], "4D"),
        ([*STACK, *STACK], "4D"),
        ([Frame(picture(seed=each)) for each in range(5)], "cine"),
        (moved(STACK, kind=("ORIGINAL", "PRIMARY", "CINE", "NONE")), "cine"),
        ([*moved(STACK, groups=NO_DIFFUSION), *moved(STACK, groups=DIFFUSION)], "diffusion"),
        (moved(STACK, position=()), "position"),
    ],
    ids=["4d", "4d-by-stack", "4d-untold", "one-place", "flavour", "diffusion", "no-position"],
)
def test_time_and_diffusion_are_refused_by_name(
    tmp_path: Path, frames: list[Frame], told: str
) -> None:
    files = {"a.dcm": enhanced_bytes(frames), "b.dcm": enhanced_bytes(STACK)}
    found = built(tmp_path, files, unlabelled=True)
    assert found.outcome("src/a.dcm") == ("rejected", Reason.MULTI_FRAME, None)
    assert told in told_of(tmp_path, "a.dcm")


def told_of(folder: Path, name: str, *, recipe: str = "generic") -> str:
    from hnp_etl.explain.run import explain_files  # noqa: PLC0415

    rules = load_recipe(recipe)
    (said,) = explain_files([f"{folder / 'src' / name}"], [folder / "src"], rules)
    steps = "\n".join(f"{step.name}: {step.finding}" for step in said.steps)
    return f"{said.state} {said.reason} {said.would_pass_if}\n{steps}"


def test_a_mosaic_is_refused_though_it_is_one_picture(tmp_path: Path) -> None:
    mosaic = dicom_bytes(ImageType=["ORIGINAL", "PRIMARY", "M", "ND", "MOSAIC"])
    found = built(tmp_path, {"a.dcm": mosaic, "b.dcm": dicom_bytes()}, unlabelled=True)
    assert found.outcome("src/a.dcm")[1] == Reason.MULTI_FRAME
    assert "mosaic" in told_of(tmp_path, "a.dcm")


@pytest.mark.parametrize("frames", ["3", "5", "1"])
def test_groups_of_another_number_of_frames_are_a_bad_header(tmp_path: Path, frames: str) -> None:
    content = enhanced_bytes(STACK, NumberOfFrames=frames)
    found = built(tmp_path, {"a.dcm": content, "b.dcm": dicom_bytes()}, unlabelled=True)
    assert found.outcome("src/a.dcm")[1] == Reason.BAD_HEADER


def test_frames_behind_the_end_of_a_cut_file_cost_themselves(tmp_path: Path) -> None:
    frame = picture().nbytes
    cut = enhanced_bytes(STACK)[: -frame - 10]
    packed = enhanced_bytes(STACK, syntax=JPEG_LS)
    files = {"a.dcm": cut, "b.dcm": packed[: len(packed) - 600]}
    found = built(tmp_path, files, unlabelled=True)
    assert found.outcome("src/a.dcm") == ("accepted", None, None)
    names = {found.of("src/a.dcm", number) for number in (1, 2)}
    assert names <= set(found.manifest.slice_id)
    assert found.of("src/a.dcm", 4) not in set(found.manifest.slice_id)
    assert found.outcome("src/b.dcm")[0] == "accepted"
    assert found.of("src/b.dcm", 4) not in set(found.manifest.slice_id)


def test_a_table_labels_frames_by_its_column(tmp_path: Path) -> None:
    lines = ("a.dcm,1,L4-5,3", "a.dcm,2.0,L4-5,1", "a.dcm,4,L3-4,2", "a.dcm,9,L3-4,2")
    found = built(tmp_path, {"a.dcm": enhanced_bytes(STACK), "labels.csv": table(*lines)})
    told = found.manifest.set_index("frame")
    assert dict(told.level) == {1: 3, 2: 3, 4: 2}
    assert dict(told.label_code) == {1: "3", 2: "1", 4: "2"}
    assert found.outcome("src/a.dcm") == ("accepted", None, None)
    assert found.outcome("src/labels.csv")[0] == "used"
    assert "names a frame that its image does not have" in told_of(tmp_path, "labels.csv")


def test_two_lines_of_one_frame_must_agree_and_cost_it_alone(tmp_path: Path) -> None:
    lines = ("a.dcm,1,L4-5,3", "a.dcm,1,L4-5,1", "a.dcm,2,L4-5,3", "A.dcm,2.0,L4-5,3")
    found = built(tmp_path, {"a.dcm": enhanced_bytes(STACK), "labels.csv": table(*lines)})
    assert list(found.manifest.frame) == [2]


def test_a_study_file_labels_frames_by_its_key(tmp_path: Path) -> None:
    said = '{"images": [{"file": "a", "frame": 2, "level": "L4-5", "code": 3}]}'
    recipe = tmp_path / "my.toml"
    text = Path(load_text("generic")).read_text(encoding="utf-8")
    recipe.write_text(text.replace('source = "table"', 'source = "study-json"'), encoding="utf-8")
    files = {"a.dcm": enhanced_bytes(STACK), "study.json": said.encode()}
    found = built(tmp_path, files, recipe=f"{recipe}")
    assert list(found.manifest.frame) == [2]


def load_text(name: str) -> str:
    import hnp_etl.recipes  # noqa: PLC0415

    return f"{Path(hnp_etl.recipes.__file__).parent / name}.toml"


def test_a_frame_of_a_file_that_has_one_is_no_matter(tmp_path: Path) -> None:
    files = {"a.dcm": dicom_bytes(), "labels.csv": table("a.dcm,17,L4-5,3")}
    found = built(tmp_path, files)
    assert found.manifest.frame.isna().all()
    assert list(found.manifest.level) == [3]


AIHUB = "1.Training/{}/H01/C004/a.{}"
IMAGE, LABEL = AIHUB.format("원천데이터", "dcm"), AIHUB.format("라벨링데이터", "json")


def test_a_label_of_the_file_is_that_of_the_only_wanted_frame(tmp_path: Path) -> None:
    frames = [replace(STACK[0], orientation=SAGITTAL), STACK[1]]
    files = {IMAGE: enhanced_bytes(frames), LABEL: label_bytes()}
    found = built(tmp_path, files, recipe="aihub-dld")
    assert list(found.manifest.frame) == [2]
    assert list(found.manifest.level) == [3]


def test_a_label_of_the_file_is_that_of_none_where_several_are_wanted(tmp_path: Path) -> None:
    other = IMAGE.replace("a.dcm", "b.dcm")
    files = {IMAGE: enhanced_bytes(STACK), LABEL: label_bytes(), other: dicom_bytes()}
    files[LABEL.replace("a.json", "b.json")] = label_bytes()
    found = built(tmp_path, files, recipe="aihub-dld")
    assert found.outcome(f"src/{IMAGE}") == ("rejected", Reason.NO_LABEL, None)
    assert found.outcome(f"src/{LABEL}")[0] == "used"
    told = told_of(tmp_path, IMAGE, recipe="aihub-dld")
    assert "its label names none of its 4 wanted frames" in told
    assert "frames: 4 frames: 4 NO_LABEL; frame 1 is told here" in told


def test_a_file_of_frames_without_a_slice_has_the_reason_of_the_furthest(tmp_path: Path) -> None:
    frames = [
        replace(STACK[0], echo_ms=10.0, repetition_ms="500"),
        replace(STACK[1], orientation=SAGITTAL),
        replace(STACK[2], pixels=np.zeros_like(picture())),
    ]
    files = {"a.dcm": enhanced_bytes(frames), "b.dcm": dicom_bytes()}
    found = built(tmp_path, files, unlabelled=True)
    assert found.outcome("src/a.dcm") == ("rejected", Reason.FLAT_IMAGE, None)


def test_of_two_equal_frames_the_first_stays(tmp_path: Path) -> None:
    frames = [replace(STACK[1], position=STACK[2].position), STACK[1]]  # the second lies lower
    found = built(tmp_path, {"a.dcm": enhanced_bytes(frames)}, unlabelled=True)
    assert list(found.manifest.frame) == [1]


def test_links_name_the_frame(tmp_path: Path) -> None:
    files = {"a.dcm": enhanced_bytes(STACK[:2]), "b.dcm": dicom_bytes(picture(seed=99))}
    found = built(tmp_path, files, unlabelled=True)
    arguments = [f"{found.out}", "--all", "--json", "--private", f"{tmp_path / 'private'}"]
    rows = json.loads(CliRunner().invoke(link, arguments).stdout)
    told = {row["slice_id"]: (row["path"], row.get("frame")) for row in rows}
    assert told[found.of("src/a.dcm", 2)] == ("src/a.dcm", 2)
    assert [each for each in told.values() if each[1] is None] == [("src/b.dcm", None)]


def test_a_survey_counts_frames_as_the_slices_they_are(tmp_path: Path) -> None:
    frames = [*STACK[:2], replace(STACK[2], orientation=SAGITTAL)]
    lines = ("a.dcm,1,L4-5,3", "a.dcm,2,L4-5,1", "a.dcm,3,L4-5,1")
    for name, content in {"a.dcm": enhanced_bytes(frames), "t.csv": table(*lines)}.items():
        (tmp_path / name).write_bytes(content)
    config = SurveyConfig((tmp_path,), load_recipe("generic"))
    (tmp_path / "state").mkdir()
    found = survey(config, tmp_path / "state", executor=SerialExecutor())
    assert {row.outcome: row.images for row in found.series} == {"wanted": 2, "NOT_AXIAL": 1}
    assert found.outcomes == {"NOT_AXIAL": 1, "accepted": 2}
