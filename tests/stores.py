"""What tests of publishing and of reading from a store share."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hnp_shared.dataset_info import DATASET_FILE, DatasetInfo, parse_info
from hnp_shared.stores import store
from model.synthetic import Plan, write_dataset
from s3_server import BUCKET, Bucket, serving

AT = "eu/spine"
ADDRESS = f"s3://{BUCKET}/{AT}"
SMALL = Plan(patients=12, levels=1, slices_a_level=1, side=8)
OTHER = Plan(patients=20, levels=1, slices_a_level=1, side=8, seed=1)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Bucket]:
    """Serve an empty bucket, which the environment names; no try is made twice."""
    pytest.importorskip("obstore")
    monkeypatch.setattr(store, "RETRIES", 0)
    monkeypatch.setenv("HNP_CACHE", str(tmp_path / "cache"))
    with serving() as served:
        for name, value in served.environment().items():
            monkeypatch.setenv(name, value)
        yield served


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "small", SMALL)


@pytest.fixture
def other(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "other", OTHER)


def seen(bucket: Bucket) -> DatasetInfo | None:
    """Return what a reader sees, once all that it names is found to be there, as it should be."""
    content = bucket.objects.get(f"{AT}/{DATASET_FILE}")
    if content is None:
        return None
    info = parse_info(content)
    for name, file in info.files.items():
        assert hashlib.sha256(bucket.objects[f"{AT}/{name}"]).hexdigest() == file.sha256
    return info
