import errno
import json
import os
from pathlib import Path

import pytest

from hnp_model.runs.run_config import parse_config
from hnp_model.runs.run_folder import hold
from hnp_model.settings.fit import FitSettings
from hnp_shared.errors import InputError, OutputError, StorageError
from model.conftest import invoke_fit


def test_a_run_holds_what_the_contract_names(run: Path) -> None:
    assert sorted(path.name for path in run.iterdir()) == [
        "calibration.json",
        "card.json",
        "card.md",
        "checkpoints",
        "config.json",
        "decision.csv",
        "decision.png",
        "history.csv",
        "metrics.json",
        "model.safetensors",
        "predictions.parquet",
        "referral.csv",
        "reliability.png",
        "roc.png",
        "val-discs.csv",
    ]
    kept = sorted(path.name for path in (run / "checkpoints").iterdir())
    assert kept == ["last.pt", "looks.parquet", "previous.pt", "seen.csv", "val.npy"]


def test_the_configuration_survives_a_round_trip(run: Path) -> None:
    content = (run / "config.json").read_bytes()
    assert parse_config(content).to_json() == content


def test_a_run_of_the_first_version_keeps_its_network(run: Path) -> None:
    """Its compact network is another one today, which its weights do not fit."""
    found = json.loads((run / "config.json").read_bytes())
    assert (found["format"], found["settings"]["model"]) == ("hnp-run 2", "compact")
    earlier = {**found, "format": "hnp-run 1"}
    del earlier["pixel_mm"]
    for name in ("preset", "craft", "seeds", "checkpoint_minutes"):
        del earlier["settings"][name]
    parsed = parse_config(json.dumps(earlier).encode())
    assert parsed.settings == FitSettings(
        model="compact-1", epochs=2, batch_size=16, lr=1e-3, device="cpu"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "hnp-run 1"}',
        b'{"format": "hnp-run 2"}',
        b"\xff",
        b'{"format": "hnp-run 9"}',
    ],
)
def test_a_damaged_configuration_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        parse_config(content)


def test_a_closed_folder_above_a_run_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(errno.EACCES, "closed")

    (tmp_path / "run").mkdir()
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StorageError, match=r"the run folder: Permission denied \(EACCES\)"):
        hold(tmp_path / "run").__enter__()


def test_a_run_is_written_by_one_at_a_time(tmp_path: Path) -> None:
    with (
        hold(tmp_path / "run"),
        pytest.raises(OutputError, match="in use by another hnp-train"),
        hold(tmp_path / "run"),
    ):
        pass
    with hold(tmp_path / "run"):
        pass


def test_a_finished_fit_is_not_overwritten(small: Path, small_split: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert invoke_fit(small, small_split, run).exit_code == 0
    before = (run / "model.safetensors").read_bytes()
    again = invoke_fit(small, small_split, run)
    assert again.exit_code == 73
    assert again.stderr == "error: the run folder holds a finished fit; --resume goes on with it\n"
    assert (run / "model.safetensors").read_bytes() == before


def test_a_folder_of_something_else_is_left_alone(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    (tmp_path / "thesis.docx").touch()
    for more in ((), ("--resume",)):
        result = invoke_fit(small, small_split, tmp_path, *more)
        assert result.exit_code == 73
        assert "holds something else ('thesis.docx' and so on)" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_damaged_run_is_told_as_such(small: Path, small_split: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    result = invoke_fit(small, small_split, tmp_path, "--resume")
    assert result.exit_code == 73
    assert "something else (config.json is damaged or was not written by hnp-tr" in result.stderr


def test_a_file_in_the_way_is_told(small: Path, small_split: Path, tmp_path: Path) -> None:
    (tmp_path / "run").touch()
    result = invoke_fit(small, small_split, tmp_path / "run")
    assert result.exit_code == 73
    assert "found a file where the run should go" in result.stderr


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--seed", 7), "another settings: seed 42, asked 7"),
        (("--dropout", 0.5), "another settings: dropout 0.1, asked 0.5"),
        (("--epochs", 1), "a fit of 2 epochs, asked 1"),
    ],
)
def test_a_fit_is_resumed_with_its_own_flags_only(
    small: Path, small_split: Path, tmp_path: Path, flags: tuple[object, ...], message: str
) -> None:
    run = tmp_path / "run"
    assert invoke_fit(small, small_split, run).exit_code == 0
    result = invoke_fit(small, small_split, run, "--resume", *flags)
    assert result.exit_code == 73
    assert message in result.stderr


def test_what_a_killed_fit_left_in_the_making_is_swept(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / ".tmp-0123456789abcdef").touch()
    assert invoke_fit(small, small_split, run).exit_code == 0
    assert not list(run.rglob(".tmp-*"))
