"""No identifying value leaves the private folder: a marker put everywhere is found nowhere."""

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd
import pydicom
import pytest
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_files import dicom_bytes, file_bytes

CANARY = "CANARY7가"
PLAIN = "CANARY7"
TEXT_KINDS = frozenset({"LO", "SH", "PN", "LT", "ST", "UT"})
FEWEST_ATTRIBUTES = 400


def marked_file(number: int) -> tuple[bytes, int]:
    """Return a DICOM file with the marker in every text attribute, and how many there are."""
    dataset = pydicom.dcmread(BytesIO(dicom_bytes(SOPInstanceUID=f"2.25.{number}")))
    marked = 0
    for tag, (kind, _, _, _, keyword) in DicomDictionary.items():
        group = tag >> 16
        if kind in TEXT_KINDS and keyword and group % 2 == 0 and 2 < group < 0x7FE0:
            setattr(dataset, keyword, CANARY)
            marked += 1
    dataset.SeriesDescription = f"{CANARY} t2 tra"
    nested = Dataset()
    nested.PatientName = CANARY
    dataset.ReferencedPatientSequence = Sequence([nested])
    dataset.add_new(0x0029_0010, "LO", CANARY)
    return CANARY.encode().ljust(128, b"\0") + file_bytes(dataset)[128:], marked


def needles() -> set[bytes]:
    """Return the forms in which the marker could come out."""
    raw = PLAIN.encode()
    forms = {raw, raw.lower(), PLAIN.encode("utf-16-le"), raw.hex().encode()}
    forms.add(base64.b64encode(raw)[:8])
    for text in (PLAIN.encode(), CANARY.encode()):
        forms |= {
            hashlib.new(name, text).hexdigest().encode() for name in ("md5", "sha1", "sha256")
        }
    return forms


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Build a data set of marked files; return everything that came out of it."""
    top = tmp_path_factory.mktemp("privacy")
    folder = top / f"{CANARY} src" / "H01" / "C004"
    folder.mkdir(parents=True)
    for number in range(3):
        content, marked = marked_file(number)
        assert marked >= FEWEST_ATTRIBUTES
        (folder / f"{CANARY}_{number}.dcm").write_bytes(content)
        label = {"Patient_ID": CANARY, CANARY: CANARY, "Age": CANARY, "Sex": CANARY, "L4-5": 3}
        (folder / f"{CANARY}_{number}.json").write_text(json.dumps(label), encoding="utf-8")
    (folder / f"{CANARY}_cut.dcm").write_bytes(content[:900])
    (folder / f"{CANARY}_cut.json").write_text(f'{{"L4-5": {CANARY}', encoding="utf-8")
    (folder / f"{CANARY}_flat.dcm").write_bytes(dicom_bytes(PatientID=PLAIN, RescaleSlope="0"))
    (folder / f"{CANARY}_flat.json").write_text('{"L4-5": 3}', encoding="utf-8")
    out, program = top / "out", Path(sys.executable).parent / "hnp-etl"
    done = subprocess.run(
        [
            program,
            "build-manifest",
            top / f"{CANARY} src",
            "--out",
            out,
            "--workers",
            "2",
            "--json",
        ],
        check=True,
        capture_output=True,
    )
    found = {"stdout": done.stdout, "stderr": done.stderr}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        found[path.name] = path.name.encode() + path.read_bytes()
        if path.suffix == ".parquet":
            found[f"{path.name} decoded"] = pd.read_parquet(path).to_json().encode()
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as archive:
                found[f"{path.name} ids"] = archive.read("slice_ids.npy")
    return found


def test_the_marker_is_nowhere(told: dict[str, bytes]) -> None:
    hits = [
        (place, form) for place, content in told.items() for form in needles() if form in content
    ]
    assert hits == []


def test_the_marked_files_were_really_used(told: dict[str, bytes]) -> None:
    summary = json.loads(told["stdout"])
    assert summary["states"] == {"accepted": 1, "rejected": 5, "used": 4}
    assert summary["reasons"] == {"BAD_HEADER": 1, "BAD_JSON": 1, "DUPLICATE": 2, "FLAT_IMAGE": 1}
    table = pd.read_json(BytesIO(told["manifest.parquet decoded"]))
    assert set(table["vendor"]) == {"other"}
    assert set(table["flags"].iloc[0]) == {"bad_age", "bad_sex"}
