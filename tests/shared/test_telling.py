"""Nothing that a stranger named moves the cursor of a terminal, or forges a line on it."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from hnp_shared.telling import Escaping, escaped, one_line

ODD = ("\x1b[31m", "\x07", "\r", "\x9b2J", "\u202e", "\u2066", "\x00", "\x7f")


@pytest.mark.parametrize("odd", ODD)
def test_control_characters_are_told_as_escapes(odd: str) -> None:
    assert not any(each in escaped(f"a{odd}b") for each in ODD)
    assert escaped(f"a{odd}b").startswith("a\\")


def test_a_text_in_a_line_begins_none_of_its_own() -> None:
    assert one_line("a\nerror: b\tc") == "a\\nerror: b\\tc"


def test_hangul_and_lines_of_ours_pass() -> None:
    sink = io.BytesIO()
    stream = Escaping(sink, encoding="utf-8")
    assert stream.write("요추\n\tT2 – é\n") == 11
    stream.flush()
    assert sink.getvalue().decode() == "요추\n\tT2 – é\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "\x1b[31mX\nerror: forged.dcm"),
        ("build-manifest", ".", "--out", "o", "--recipe", "\x1b]0;owned\x07\nerror: forged"),
        ("check", "\x1b[2J\nerror: forged"),
    ],
)
def test_names_on_a_command_line_come_back_escaped(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "\x1b[31mX\nerror: forged.dcm").write_bytes(b"no image")
    done = subprocess.run(
        [Path(sys.executable).parent / "hnp-etl", *arguments],
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    told = (done.stdout + done.stderr).decode()
    assert "forged" in told
    assert [each for each in ("\x1b", "\x07") if each in told] == []
    assert not [line for line in told.splitlines() if line.startswith("error: forged")]
