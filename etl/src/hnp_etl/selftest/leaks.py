"""A marker put into headers, labels and names is found nowhere in what a build gives out."""

import base64
import hashlib
import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from hnp_etl.labels.document import encoding_of
from hnp_etl.selftest.material import Material, files_below
from hnp_etl.selftest.outcome import Outcome
from hnp_shared.dataset import open_dataset

_MARKER = "CANARY7"
_HANGUL_MARKER = "CANARY7가"
_TEXT_KINDS = frozenset({"LO", "SH", "PN", "LT", "ST", "UT"})
_KEPT = frozenset({"Manufacturer", "BodyPartExamined", "StudyDescription", "SeriesDescription"})
"""Texts that tell whether a slice is wanted; the marker is put behind what they say."""

_MORE_ATTRIBUTES = (
    "OtherPatientIDs",
    "PatientAddress",
    "PatientMotherBirthName",
    "PatientComments",
    "PatientTelephoneNumbers",
    "AdditionalPatientHistory",
    "OperatorsName",
    "PerformingPhysicianName",
    "RequestingPhysician",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "StationName",
    "DeviceSerialNumber",
    "ImageComments",
    "RequestedProcedureDescription",
    "PerformedProcedureStepDescription",
)


def marker_stays_in(material: Material) -> Outcome:
    """Mark the texts of every header, label and name of a copy; search everything given out."""
    check = "identifying values stay in the private folder"
    source = material.folder / "marked" / _MARKER
    shutil.copytree(material.source, source)
    marked = _mark_images(source) + _mark_labels(source)
    done = subprocess.run(
        [_marked(part, material, source) for part in material.command("leaky", workers=1)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        return Outcome(check, False, f"found exit code {done.returncode}, expected 0")
    out = material.config("leaky").out
    dataset = open_dataset(out)
    tables = f"{dataset.manifest_table().to_pylist()}{dataset.ledger_table().to_pylist()}".encode()
    files = files_below(out)
    given_out = [done.stdout, done.stderr, tables, *files.values(), *map(str.encode, files)]
    hits = sum(form in each for each in given_out for form in _forms())
    accepted = dataset.info.states.get("accepted", 0)
    if hits or not accepted:
        return Outcome(check, False, f"{hits} hits of the marker, {accepted} slices accepted")
    return Outcome(check, True, f"0 hits of a marker put into {marked} values")


def _marked(part: str, material: Material, source: Path) -> str:
    return str(source) if part == str(material.source) else part


def _mark_images(source: Path) -> int:
    marked = 0
    for path in sorted(source.rglob("*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.SpecificCharacterSet = "ISO_IR 192"
        for element in dataset:
            if element.VR in _TEXT_KINDS:
                kept = f"{element.value} " if element.keyword in _KEPT else ""
                element.value = f"{kept}{_HANGUL_MARKER}"
                marked += 1
        for keyword in _MORE_ATTRIBUTES:
            setattr(dataset, keyword, _HANGUL_MARKER)
        nested = Dataset()
        nested.PatientName = _HANGUL_MARKER
        dataset.ReferencedPatientSequence = Sequence([nested])
        dataset.private_block(0x0029, _MARKER, create=True).add_new(0x01, "LO", _HANGUL_MARKER)
        dataset.preamble = _HANGUL_MARKER.encode().ljust(128, b"\0")
        dataset.save_as(path, enforce_file_format=True)
        path.rename(path.with_name(f"{path.stem}_{_MARKER}.dcm"))
        marked += len(_MORE_ATTRIBUTES) + 4
    return marked


def _mark_labels(source: Path) -> int:
    paths = sorted(source.rglob("*.json"))
    for path in paths:
        content = path.read_bytes()
        label = json.loads(content.decode(encoding_of(content)))
        label[_HANGUL_MARKER] = [_HANGUL_MARKER, {_MARKER: _MARKER}]
        text = json.dumps(label, ensure_ascii=False)
        path.with_name(f"{path.stem}_{_MARKER}.json").write_text(text, encoding="utf-8")
        path.unlink()
    return 4 * len(paths)


def _forms() -> list[bytes]:
    """Return the forms in which the marker could come out."""
    plain, hangul = _MARKER.encode(), _HANGUL_MARKER.encode()
    forms = [plain, plain.lower(), _MARKER.encode("utf-16-le"), plain.hex().encode()]
    forms += [unicodedata.normalize("NFD", _HANGUL_MARKER).encode(), base64.b64encode(plain)[:8]]
    for text in (plain, hangul):
        forms += [
            hashlib.new(name, text).hexdigest().encode() for name in ("md5", "sha1", "sha256")
        ]
    return forms
