"""What docs/privacy.md tells a reader to do works, and its codes are those of the standard."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from etl.trees import KEY, sound_tree
from hnp_shared.splits import read_split

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
SHELL = re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command line of the page as a shell would."""
    programs = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        line, shell=True, cwd=folder, check=False, capture_output=True, text=True,
        env={**os.environ, **programs},
    )  # fmt: skip


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A data set with a split, and a new key beside it."""
    sound_tree(tmp_path / "SRC", patients=6)
    (tmp_path / "OLDKEY").write_bytes(KEY)
    (tmp_path / "NEWKEY").write_bytes(KEY[::-1])
    assert run("hnp-etl build-manifest SRC --out OLD --key-file OLDKEY", tmp_path).returncode == 0
    manifest = pd.read_parquet(tmp_path / "OLD" / "manifest.parquet")
    people = sorted(set(manifest["patient_id"]))
    parts = ["train", "val", "test", "train", "train", "val"]
    rows = "".join(f"{who},{part}\n" for who, part in zip(people, parts, strict=True))
    (tmp_path / "old-split.csv").write_text(
        f"# format: hnp-split 1\n# unit: patient\npatient_id,part\n{rows}"
    )
    return tmp_path


def test_a_key_is_rotated_as_the_page_says(old: Path) -> None:
    refused = run("hnp-etl build-manifest SRC --out OLD --key-file NEWKEY", old)
    assert (refused.returncode, refused.stdout) == (65, "")
    for line in SHELL[0].splitlines():
        done = run(line, old)
        assert done.returncode == 0, done.stderr
    carried = subprocess.run([sys.executable, "-c", PYTHON[0]], cwd=old, check=False)
    assert carried.returncode == 0
    keys = {
        name: json.loads((old / name / "dataset.json").read_bytes())["key_id"]
        for name in ("OLD", "NEW")
    }
    assert keys["OLD"] != keys["NEW"]
    assert _parts_by_path(old, "OLD", "old-split.csv") == _parts_by_path(
        old, "NEW", "new-split.csv"
    )


def test_no_id_outlives_its_key(old: Path) -> None:
    run(SHELL[0].splitlines()[0], old)
    tables = [pd.read_parquet(old / name / "manifest.parquet") for name in ("OLD", "NEW")]
    ids = [set(table.filter(like="_id").to_numpy().ravel()) for table in tables]
    assert ids[0].isdisjoint(ids[1])
    assert set(tables[0]["pixel_sha256"]) == set(tables[1]["pixel_sha256"])


def test_every_profile_and_option_of_the_standard_is_told() -> None:
    found = dict(re.findall(r"^\| (\d{6}) \| ([^|]+) \|", PAGE, re.MULTILINE))
    listed = [getattr(codes.cid7050, name) for name in dir(codes.cid7050)]
    known = {code.value: code.meaning for code in listed if isinstance(code, Code)}
    assert known == found


def _parts_by_path(folder: Path, out: str, split: str) -> dict[str, str]:
    listed = json.loads((folder / f"{out}.private" / "links.json").read_bytes())
    paths = {link["slice_id"]: link["path"] for link in listed}
    manifest = pd.read_parquet(folder / out / "manifest.parquet")
    parts = read_split(folder / split).parts
    rows = zip(manifest["slice_id"].tolist(), manifest["patient_id"].tolist(), strict=True)
    return {paths[slice_id]: parts[patient_id] for slice_id, patient_id in rows}
