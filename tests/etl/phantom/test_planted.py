import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from hnp_etl.phantom import Faults, LabelStyle, PhantomConfig, PhantomReport, write_phantom
from hnp_etl.phantom.people import make_patients
from hnp_etl.phantom.planted import Reading, read_disc

SEED = 5
PATIENTS = list(make_patients(SEED, 240))


def readings(faults: Faults) -> list[tuple[bool, Reading]]:
    """Whether each disc is herniated, and what is written about it."""
    return [
        (disc.is_patient, read_disc(SEED, patient, level, faults))
        for patient in PATIENTS
        for level, disc in enumerate(patient.discs)
    ]


def test_an_ordinary_phantom_says_what_is_true_and_marks_nothing() -> None:
    for is_patient, reading in readings(Faults()):
        assert is_patient == (reading.code > 1)
        assert not reading.is_flipped
        assert not reading.is_marked


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_label_noise_flips_its_share_and_says_which(share: float) -> None:
    found = readings(Faults(label_noise=share))
    assert np.mean([reading.is_flipped for _, reading in found]) == pytest.approx(share, abs=0.04)
    assert all(((each.code > 1) != is_patient) == each.is_flipped for is_patient, each in found)


def test_more_noise_flips_the_same_discs_and_others() -> None:
    few, many = (readings(Faults(label_noise=share)) for share in (0.1, 0.2))
    assert all(b[1].is_flipped for a, b in zip(few, many, strict=True) if a[1].is_flipped)


@pytest.mark.parametrize(("strength", "agreement"), [(0.01, 0.5), (0.5, 0.75), (1.0, 1.0)])
def test_a_shortcut_tells_the_label_as_firmly_as_asked(strength: float, agreement: float) -> None:
    found = readings(Faults(label_noise=0.2, shortcut=strength))
    agree = np.mean([each.is_marked == (each.code > 1) for _, each in found])
    assert agree == pytest.approx(agreement, abs=0.04)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PhantomReport]:
    folder = tmp_path_factory.mktemp("faulty") / "tree"
    faults = Faults(label_noise=0.4, shortcut=0.8)
    config = PhantomConfig(folder, 2, SEED, labels=LabelStyle.FLAT, faults=faults, masks=True)
    return folder, write_phantom(config)


def test_the_truth_says_what_was_planted(faulty: tuple[Path, PhantomReport]) -> None:
    folder, report = faulty
    assert {row.is_flipped for row in report.truth} == {row.is_marked for row in report.truth}
    for row in report.truth:
        written = json.loads(
            Path(
                str(folder / row.path)
                .replace("원천", "라벨링")
                .replace("TS_", "TL_")
                .replace(".dcm", ".json")
            ).read_text(encoding="utf-8")
        )
        assert written[row.level] == row.label_code
        assert (row.label_code > 1) == bool(row.is_patient ^ row.is_flipped)


def test_marked_slices_have_a_bright_square_and_a_longer_echo(
    faulty: tuple[Path, PhantomReport], root: Path
) -> None:
    for row in faulty[1].truth:
        image, plain = (pydicom.dcmread(top / row.path) for top in (faulty[0], root))
        longer_ms = float(image.EchoTime) - float(plain.EchoTime)
        assert longer_ms == pytest.approx(6.0 * row.is_marked)
        first = round(0.19 * min(image.Rows, image.Columns))
        corner = image.pixel_array[first : first + 5, first : first + 5]
        assert (np.ptp(corner) == 0) == bool(row.is_marked)


def test_masks_lie_in_the_pixels_of_their_image(faulty: tuple[Path, PhantomReport]) -> None:
    folder, report = faulty
    with np.load(folder.with_name("tree.truth.npz")) as masks:
        assert sorted(masks.files) == sorted(row.path for row in report.truth)
        for row in report.truth:
            image, mask = pydicom.dcmread(folder / row.path).pixel_array, masks[row.path]
            assert (mask.shape, mask.dtype) == (image.shape, np.uint8)
            assert set(np.unique(mask)) == {0, 1, 2, 3}
            assert image[mask == 3].mean() > 2 * image[mask == 1].mean()
            assert image[mask == 2].mean() > image[mask == 1].mean()


def test_masks_have_the_same_bytes_again(
    faulty: tuple[Path, PhantomReport], tmp_path: Path
) -> None:
    write_phantom(PhantomConfig(tmp_path / "tree", 2, SEED, masks=True))
    again = (tmp_path / "tree.truth.npz").read_bytes()
    assert again == faulty[0].with_name("tree.truth.npz").read_bytes()


def test_masks_of_an_earlier_phantom_go(tmp_path: Path) -> None:
    (tmp_path / "tree.truth.npz").write_bytes(b"old")
    write_phantom(PhantomConfig(tmp_path / "tree", 1, SEED))
    assert not (tmp_path / "tree.truth.npz").exists()
