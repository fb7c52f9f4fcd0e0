"""`hnp-etl masks`: masks of any source lie on the slices they are of, through the images' crop."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import nibabel
import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from click.testing import CliRunner, Result

from etl.clinic.built import built
from hnp_etl.cli import main
from hnp_etl.private.linkage import read_linkage
from hnp_shared.dataset import open_dataset
from hnp_shared.mask_set import MaskSet, open_mask_set

Mask = npt.NDArray[np.uint8]


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patients of five slices; a mask of each lies in `outlines`, as PNG."""
    top = tmp_path_factory.mktemp("masks")
    built(top, FrameOfReferenceUID="1.2.840.7", SliceThickness="4")
    for name, image in images(top):
        write_png(top / "outlines" / Path(name).with_suffix(".png"), drawn(image))
    return top


def images(top: Path) -> Iterator[tuple[str, pydicom.FileDataset]]:
    for path in sorted((top / "src").rglob("*.dcm")):
        yield path.relative_to(top / "src").as_posix(), pydicom.dcmread(path)


def drawn(image: pydicom.FileDataset) -> Mask:
    """Return a mask in which every class lies, another one for every instance."""
    rows, columns = image.Rows, image.Columns
    down, right = np.mgrid[:rows, :columns]
    shift = int(image.InstanceNumber or 0) if "InstanceNumber" in image else 0
    shift += int(str(image.SOPInstanceUID).rsplit(".", 1)[-1])
    mask: Mask = ((down // 5 + right // 7 + shift) % 6).astype(np.uint8)
    return mask


def write_png(path: Path, mask: npt.NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(".png", mask)[1].tobytes())


def expected(top: Path, change: Callable[[Mask], Mask] = lambda mask: mask) -> dict[str, Mask]:
    """Return slice_id -> its mask, by a search of the nearest pixel of our own."""
    sizes = dict(images(top))
    found = {}
    for link in read_linkage(top / "out.private"):
        image = sizes[link.path.partition("/")[2]]
        mask = change(drawn(image))
        top_row, left = int(0.15 * image.Rows), int(0.15 * image.Columns)
        kept = mask[top_row : image.Rows - top_row, left : image.Columns - left]
        rows = [int((at + 0.5) * kept.shape[0] / 32) for at in range(32)]
        columns = [int((at + 0.5) * kept.shape[1] / 32) for at in range(32)]
        found[link.slice_id] = kept[rows][:, columns]
    return found


def made(folder: Path, source: Path, target: Path, *more: object) -> MaskSet:
    result = invoke("masks", source, folder / "out", "-o", target, *more)
    assert result.exit_code == 0, result.output
    return open_mask_set(target)


def test_masks_are_cropped_and_resized_as_their_images_nearest(
    folder: Path, tmp_path: Path
) -> None:
    masks, truth = made(folder, folder / "outlines", tmp_path / "m"), expected(folder)
    assert sorted(masks.slice_ids) == sorted(truth)
    assert len(truth) == 5
    for slice_id, mask in truth.items():
        np.testing.assert_array_equal(masks.mask(slice_id), mask)
    info = open_dataset(folder / "out").info
    assert (masks.info.dataset_id, masks.info.pixels_id) == (info.dataset_id, info.pixels_id)
    assert {f"shards/{Path(name).name}" for name in masks.info.files} <= info.files.keys()
    written = json.loads((tmp_path / "m" / "masks.json").read_text())
    assert written["classes"]["4"] == "posterior elements"
    with np.load(tmp_path / "m" / next(iter(masks.info.files))) as shard:
        assert sorted(shard.files) == ["masks", "slice_ids"]
        assert shard["masks"].dtype == np.uint8


def test_the_same_masks_have_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    one, other = (made(folder, folder / "outlines", tmp_path / name) for name in "ab")
    assert one.info.to_json() == other.info.to_json()


def test_sudirmans_greys_are_disc_arch_and_sac(folder: Path, tmp_path: Path) -> None:
    greys = np.array([250, 50, 50, 150, 100, 200], np.uint8)
    for name, image in images(folder):
        write_png(tmp_path / "grey" / Path(name).with_suffix(".png"), greys[drawn(image)])
    masks = made(folder, tmp_path / "grey", tmp_path / "m")
    assert masks.info.told == ("disc", "sac", "posterior elements")
    ours = np.array([0, 2, 2, 3, 4, 0], np.uint8)
    for slice_id, mask in expected(folder, lambda mask: ours[mask]).items():
        np.testing.assert_array_equal(masks.mask(slice_id), mask)


def test_other_numbers_need_a_word(folder: Path, tmp_path: Path) -> None:
    for name, image in images(folder):
        write_png(tmp_path / "odd" / Path(name).with_suffix(".png"), 7 * (drawn(image) == 3))
    refused = invoke("masks", tmp_path / "odd", folder / "out", "-o", tmp_path / "m")
    assert refused.exit_code == 65
    assert "--value NUMBER=CLASS" in refused.output
    masks = made(folder, tmp_path / "odd", tmp_path / "m", "--value", "7=sac")
    assert masks.info.told == ("sac",)
    for slice_id, mask in expected(folder).items():
        np.testing.assert_array_equal(masks.mask(slice_id), 3 * (mask == 3))


def test_a_volume_is_cut_where_the_slices_lie_whatever_its_axes(
    folder: Path, tmp_path: Path
) -> None:
    by_series: dict[str, list[tuple[str, pydicom.FileDataset]]] = {}
    for name, image in images(folder):
        by_series.setdefault(image.SeriesInstanceUID, []).append((name, image))
    lines = ["mask,image"]
    for number, members in enumerate(by_series.values()):
        write_nifti(tmp_path / "nii" / f"v{number}.nii.gz", [image for _, image in members])
        lines.append(f"v{number}.nii.gz,src/{members[0][0]}")
    table = tmp_path / "table.csv"
    table.write_text("\n".join(lines))
    masks = made(folder, tmp_path / "nii", tmp_path / "m", "--table", table)
    truth = expected(folder)
    assert sorted(masks.slice_ids) == sorted(truth)
    for slice_id, mask in truth.items():
        np.testing.assert_array_equal(masks.mask(slice_id), mask)


def write_nifti(path: Path, members: list[pydicom.FileDataset]) -> None:
    """Write a volume whose rows run the other way, and whose first axis is the slice."""
    members = sorted(members, key=lambda image: float(image.ImagePositionPatient[2]))
    first = members[0]
    rows, columns = (float(one) for one in first.PixelSpacing)
    gap = 4.0
    stack = np.stack([drawn(image)[::-1] for image in members])
    origin = np.array([float(one) for one in first.ImagePositionPatient])
    origin = origin + np.array([0, rows * (first.Rows - 1), 0])
    affine = np.eye(4)  # columns: slice, reversed row, column; DICOM's x and y change their signs
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = (0, 0, gap), (0, rows, 0), (-columns, 0, 0)
    affine[:3, 3] = origin * (-1, -1, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(nibabel.Nifti1Image(stack, affine).to_bytes()))


def test_masks_go_to_dicom_and_back(folder: Path, tmp_path: Path) -> None:
    masks = made(folder, folder / "outlines", tmp_path / "m")
    target = folder / "out.private" / "segs"
    written = invoke("masks", tmp_path / "m", folder / "out", "--dicom-seg", "-o", target)
    assert "have no FrameOfReferenceUID" in written.output  # the other patient's
    files = sorted(target.glob("*.dcm"))
    assert len(files) == 1
    assert not files[0].stat().st_mode & 0o077
    document = pydicom.dcmread(files[0])
    assert (document.Modality, document.SegmentationType) == ("SEG", "BINARY")
    assert int(document.NumberOfFrames) == 4 * len(document.SegmentSequence)
    again = made(folder, target, tmp_path / "again")
    assert again.info.told == masks.info.told
    truth = expected(folder)
    assert len(again.slice_ids) == 4
    for slice_id in again.slice_ids:
        np.testing.assert_array_equal(again.mask(slice_id), truth[slice_id])


def test_dicom_goes_into_a_private_place_only(folder: Path, tmp_path: Path) -> None:
    made(folder, folder / "outlines", tmp_path / "m")
    inside = folder / "out" / "segs"
    refused = invoke("masks", tmp_path / "m", folder / "out", "--dicom-seg", "-o", inside)
    assert refused.exit_code == 73
    assert not inside.exists()


def test_what_does_not_fit_is_counted_and_not_taken(folder: Path, tmp_path: Path) -> None:
    paths = [Path(name).with_suffix(".png") for name, _ in images(folder)]
    everyone = [drawn(image) for _, image in images(folder)]
    write_png(tmp_path / "some" / paths[0], everyone[0])
    write_png(tmp_path / "some" / paths[1], everyone[1][:-1])
    write_png(tmp_path / "some" / "elsewhere.png", everyone[2])
    (tmp_path / "some" / paths[3]).write_bytes(b"no picture")
    result = invoke("masks", tmp_path / "some", folder / "out", "-o", tmp_path / "m", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["slices"], told["slices_without"]) == (0, 1, 4)
    assert sorted(told["not_taken"].values()) == [1, 1, 1]
    assert str(paths[1].name) not in result.output
    assert "P001" not in result.output


def test_masks_of_another_data_set_are_refused(folder: Path, tmp_path: Path) -> None:
    made(folder, folder / "outlines", tmp_path / "m")
    other = tmp_path / "other"
    other.mkdir()
    built(other, PatientName="Other")
    (other / "src" / "more").mkdir()
    changed = (tmp_path / "m" / "masks.json").read_text()
    ours = open_dataset(folder / "out").info.dataset_id
    assert ours in changed
    wrong = invoke("check", tmp_path / "m", "--of", folder / "out")
    assert wrong.exit_code == 0, wrong.output
    (tmp_path / "m" / "masks.json").write_text(changed.replace(ours, "0" * 16))
    refused = invoke("check", tmp_path / "m")
    assert refused.exit_code == 65
    assert "changed after it was written" in refused.output


def test_a_mask_set_that_was_changed_is_found(folder: Path, tmp_path: Path) -> None:
    masks = made(folder, folder / "outlines", tmp_path / "m")
    sound = invoke("check", tmp_path / "m", "--of", folder / "out")
    assert sound.exit_code == 0
    assert "5 slices, sound" in sound.output
    path = tmp_path / "m" / next(iter(masks.info.files))
    content = bytearray(path.read_bytes())
    content[-400] ^= 1
    path.write_bytes(content)
    damaged = invoke("check", tmp_path / "m")
    assert damaged.exit_code == 65
    assert "1 findings" in damaged.output


def test_masks_lie_in_no_data_set_and_over_nothing(folder: Path, tmp_path: Path) -> None:
    for target in (folder / "out" / "m", folder / "outlines" / "m", folder / "src"):
        result = invoke("masks", folder / "outlines", folder / "out", "-o", target)
        assert result.exit_code in (65, 73), result.output
