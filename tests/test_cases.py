"""The small inputs of ../shared/cases, run as they are; what they should give is in expected.txt.

That is prose: what is compared is every count of it that stands without an alternative. What each
case means in full, the tests of the rooms say.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT.parent / "shared" / "cases"
BASE = "00-base"
NAMES = sorted(path.parent.name for path in CASES.glob("*/run.sh"))
SLOWEST_S = 1200.0

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(not NAMES, reason="the cases are not beside the project"),
]

# "3 accepted", "1 NO_LEVEL"; in "a: 3 accepted", which of several builds is meant is not told
COUNT = re.compile(r"(?<![\w:] )\b(\d+) (accepted|used|[A-Z]+_[A-Z_]+)\b")

SAID = {
    "01-many-decimals": r"accepted +6\n",
    "03-code-none": r"accepted +5\n|can never match",
    "06-absolute-paths": r"accepted +4\n",
    "11-missing-ts": r"accepted +[1-9]|UNSUPPORTED_SYNTAX",
    "18-zero-times": r"accepted +5\n",
    "27-rsna-resaved": r"accepted +4\n",
    "31-columns-not-found": r"cannot be used: 1, (.|\n)*lines of others: 1;",
    "35-body-part": r"accepted +5\n(.|\n)*NOT_LUMBAR +1\n",
    "36-dixon": r"(DERIVED|NOT_T2) +[1-9]",
    "37-canal-9999": r"'mean': \[46\.5, 0\.5, 13\.5, 2\.5\]",
}
"""What expected.txt says in words, where it can be told from what is printed."""


def counts_of(expected: str) -> Iterator[tuple[str, int]]:
    """Yield the word and the number of every count that stands without an alternative."""
    for clause in expected.split(";"):
        if " or " not in clause:
            yield from ((word, int(number)) for number, word in COUNT.findall(clause))


def run(name: str, place: Path) -> str:
    """Return all that a case prints."""
    environment = {**os.environ, "TMPDIR": str(place), "BIN": str(Path(sys.executable).parent)}
    done = subprocess.run(
        ["bash", str(CASES / name / "run.sh")],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SLOWEST_S,
        check=False,
    )
    return done.stdout.decode(errors="replace")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    run(BASE, folder)  # others use its tree
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_out_as_it_says(name: str, place: Path) -> None:
    told = run(name, place)
    assert "Traceback" not in told
    expected = (CASES / name / "expected.txt").read_text(encoding="utf-8")
    for word, number in counts_of(expected):
        assert re.search(rf"^(\w+ +)*{word} +{number}$", told, re.MULTILINE), (word, number, told)
    assert re.search(SAID.get(name, ""), told), told
