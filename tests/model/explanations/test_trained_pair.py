"""A planted shortcut is reported of a network that learned it, and none of one that did not."""

import subprocess
import sys
from pathlib import Path

import pytest

from model.conftest import invoke


@pytest.mark.torture
@pytest.mark.parametrize("shortcut", [0.9, 0.0], ids=["planted", "clean"])
def test_a_planted_shortcut_is_reported_and_no_other(shortcut: float, tmp_path: Path) -> None:
    """Of compact-1, which sees whole pictures; the compact network is not given the marker."""
    source, out, split = tmp_path / "phantom", tmp_path / "data", tmp_path / "split.csv"
    etl = Path(sys.executable).with_name("hnp-etl")
    planted = ("--patients", "80", "--seed", "7", "--shortcut", str(shortcut))
    for command in (("phantom", source, *planted), ("build-manifest", source, "--out", out)):
        subprocess.run([etl, *command], check=True, capture_output=True)
    assert invoke("split", out, "-o", split).exit_code == 0
    asked = ("-n", 60, "--sheets", 0)
    verdicts = {}
    for model in ("compact-1", "compact"):
        run = tmp_path / model
        fitted = invoke(
            *("fit", out, "--split", split, "--out", run, "--model", model, "--epochs", 6)
        )
        assert fitted.exit_code == 0, fitted.output
        told = invoke("explain", run, out, *asked, "-o", tmp_path / f"{model}-explained")
        verdicts[model] = (told.exit_code, told.stdout)
    exit_code, screen = verdicts["compact-1"]
    assert exit_code == (3 if shortcut else 0)
    assert ("SHORTCUT: what lies in outside, border, corners" in screen) == bool(shortcut)
    assert verdicts["compact"][0] == 0
    assert "the network sees nothing of it" in verdicts["compact"][1]
