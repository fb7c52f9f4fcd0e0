"""Scheduler, workers and client know each other by certificates, or nothing is built."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.builds.test_crash import command
from etl.engines.dask.clusters import Cluster, begin, cluster
from etl.trees import KEY, sound_tree
from hnp_etl.engines.tls import Tls
from hnp_shared.dataset_info import DATASET_FILE
from hnp_shared.errors import InputError

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes certificates")


def certificates(folder: Path) -> Path:
    """Make a CA and what it signs: ca.pem, cert.pem, key.pem."""
    folder.mkdir()
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1")
    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj")
    ca = (*new, "/CN=tests", "-x509", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2")
    asked = (*new, "/CN=hnp", "-keyout", "key.pem", "-out", "cert.csr")
    signed = ("x509", "-req", "-in", "cert.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2")
    for each in (ca, asked, (*signed, "-extfile", "names", "-out", "cert.pem", "-CAcreateserial")):
        subprocess.run(["openssl", *each], cwd=folder, check=True, capture_output=True)
    return folder


def of_dask(folder: Path) -> tuple[object, ...]:
    where = {"ca-file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
    return tuple(word for name, file in where.items() for word in (f"--tls-{name}", folder / file))


def of_ours(folder: Path) -> tuple[object, ...]:
    return tuple(
        word
        for name in ("ca", "cert", "key")
        for word in (f"--dask-tls-{name}", folder / f"{name}.pem")
    )


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, signed: Path) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("secured") / "cluster", of_dask(signed)) as found:
        found.add("worker")
        yield found


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "key").write_bytes(KEY)
    sound_tree(tmp_path / "src", patients=2)
    return tmp_path


def test_a_build_by_certificates_is_done(secured: Cluster, signed: Path, tree: Path) -> None:
    assert secured.address.startswith("tls://")
    done = begin(tree, tree / "out", secured.address, *of_ours(signed)).result()
    assert (done.code, done.lines) == (0, [])
    assert (tree / "out" / DATASET_FILE).exists()
    said = b"".join(path.read_bytes() for path in secured.folder.rglob("*") if path.is_file())
    assert KEY not in said  # not in a log, nor in what a worker keeps on the disk


def test_who_is_signed_by_another_is_refused_within_seconds(secured: Cluster, tree: Path) -> None:
    others = certificates(tree / "others")
    begun = time.monotonic()
    done = begin(tree, tree / "out", secured.address, *of_ours(others)).result()
    assert done.lines == ["error: found no Dask scheduler at the address given"]
    assert done.code == 65
    assert time.monotonic() - begun < 20  # 5 s and the start of a program on a busy machine
    assert not (tree / "out" / DATASET_FILE).exists()


def test_certificates_and_an_address_without_encryption_are_refused(
    secured: Cluster, signed: Path, tree: Path
) -> None:
    plain = secured.address.replace("tls://", "tcp://")
    done = begin(tree, tree / "out", plain, *of_ours(signed)).result()
    assert (done.code, done.lines) == (
        65,
        ["error: found certificates and an address without encryption, expected tls://"],
    )


@pytest.mark.parametrize("given", [2, 4])
def test_half_of_the_certificates_are_refused(signed: Path, tree: Path, given: int) -> None:
    address = ("--engine", "dask", "--scheduler", "tls://127.0.0.1:1")
    options = ("--out", tree / "out", *address, *of_ours(signed)[:given])
    done = subprocess.run(
        command("build-manifest", tree / "src", *options),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "expected --dask-tls-ca, --dask-tls-cert and --dask-tls-key together" in done.stderr


def test_a_key_that_others_may_read_is_refused(signed: Path, tmp_path: Path) -> None:
    key = Path(shutil.copy(signed / "key.pem", tmp_path))
    key.chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        Tls(signed / "ca.pem", signed / "cert.pem", key).refuse_unfit()


def test_a_key_under_a_password_is_refused_before_anybody_is_asked_for_it(
    signed: Path, tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    hidden = ("pkcs8", "-topk8", "-in", signed / "key.pem", "-passout", "pass:x", "-out", key)
    subprocess.run(["openssl", *map(str, hidden)], check=True, capture_output=True)
    key.chmod(0o600)
    with pytest.raises(InputError, match="under a password"):
        Tls(signed / "ca.pem", signed / "cert.pem", key).refuse_unfit()
