"""Claims about fuzzing where there is no atheris."""

import subprocess
import sys
from pathlib import Path

import pytest

from fuzz_plain import Escaped, fuzz_plainly
from fuzz_targets import SENTINEL, target_of

FUZZ = Path(__file__).parents[2] / "fuzz"


def test_a_planted_bug_is_found() -> None:
    with pytest.raises(Escaped) as caught:
        fuzz_plainly(SENTINEL, [b"HM", b"ANM"], seconds=20, input_s=5)
    assert caught.value.content.startswith(b"HN")
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_sound_reader_is_not_blamed() -> None:
    target = target_of("path")
    assert fuzz_plainly(target, list(target.seeds()), seconds=0.2, input_s=5) > 10


def test_the_process_ends_with_an_error_and_keeps_the_input(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "seed").write_bytes(b"HN")
    options = ["-max_total_time=20", "-timeout=5", "-rss_limit_mb=2048"]
    done = subprocess.run(
        [
            *(sys.executable, str(FUZZ / "fuzz_plain.py"), "sentinel", str(corpus), *options),
            f"-artifact_prefix={tmp_path}/",
        ],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(FUZZ.parent / "tests")},
        check=False,
    )
    assert done.returncode == 1
    assert "KeyError" in done.stderr
    assert (tmp_path / "crash-plain").read_bytes().startswith(b"HN")
