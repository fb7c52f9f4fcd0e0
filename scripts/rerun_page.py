"""Runs the commands that a page of docs shows, and puts what they print now into the page.

    python scripts/rerun_page.py FOLDER docs/evaluation.md docs/training.md

A transcript is a fenced block whose first line begins with `$ `: each such line is run by bash in
FOLDER, in the order of the pages, and what stood below it is replaced. FOLDER holds the published
key as `key`. What a page says of a block stands in a comment right above it:

    <!-- silent -->       run, but show no output
    <!-- from: WORDS -->  show output from the first line that begins with WORDS on

Commands that readers need not see stand in a comment of their own: `<!-- run: COMMAND -->`.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from example import DEMO_KEY

FENCE = "```"
PROMPT = "$ "
_RUN = re.compile(r"<!-- run: (?P<command>.+) -->")
_FROM = re.compile(r"<!-- from: (?P<words>.+) -->")
_SILENT = "<!-- silent -->"
_LEFT_OUT = re.compile(
    r"^.*\r"  # progress that was drawn over
    r"|^\S[^|]*: +\d+%"  # and progress that was not: reading: 10%
    r"|^[\w -]+: [\d,]+ of [\d,]+ \w+, \d+ s"  # training: 33 of 232 steps, 30 s
    r"|^note: recipe \S+ is not confirmed"
)

Runner = Callable[[str], str]


def rerun(page: str, run: Runner) -> str:
    """Return a page with the output of its commands renewed by ``run``."""
    return "\n".join(_renewed(iter(page.split("\n")), run))


def _renewed(lines: Iterator[str], run: Runner) -> Iterator[str]:
    above = ""
    for line in lines:
        yield line
        if hidden := _RUN.fullmatch(line):
            run(hidden["command"])
        if line == FENCE:
            block = list(iter(lines.__next__, FENCE))
            yield from _transcript(block, above, run) if _is_transcript(block) else block
            yield FENCE
        above = line


def _is_transcript(block: list[str]) -> bool:
    return bool(block) and block[0].startswith(PROMPT)


def _transcript(block: list[str], above: str, run: Runner) -> Iterator[str]:
    """Yield commands, each followed by what it prints."""
    commands = [line for line in block if line.startswith(PROMPT)]
    for number, command in enumerate(commands):
        if number and above != _SILENT:
            yield ""
        yield command
        printed = _shown(run(command.removeprefix(PROMPT)), above)
        if above != _SILENT:
            yield from printed


def _shown(printed: str, above: str) -> list[str]:
    lines = [line.rstrip() for line in printed.strip().split("\n") if printed.strip()]
    lines = [line for line in lines if not _LEFT_OUT.match(line)]
    if wanted := _FROM.fullmatch(above):
        starts = [place for place, line in enumerate(lines) if line.startswith(wanted["words"])]
        if not starts:
            sys.exit(f"no line begins with {wanted['words']!r} in:\n{printed}")
        return ["...", *lines[starts[0] :]]
    return lines


def in_folder(folder: Path) -> Runner:
    """Return what runs a command in ``folder`` and gives what it printed; tells it meanwhile."""
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    def run(command: str) -> str:
        print(f"$ {command}", flush=True)
        done = subprocess.run(  # docs may show any command, and those of a page are ours
            ["/bin/bash", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(done.stdout, flush=True)
        return done.stdout

    return run


def main(folder: Path, pages: list[Path]) -> None:
    """Renew ``pages``; their commands work in ``folder``, which must be new."""
    folder.mkdir(parents=True)
    key = folder / "key"
    key.write_bytes(DEMO_KEY)  # published, so that ids come out alike each time
    key.chmod(0o600)
    for page in pages:
        page.write_text(rerun(page.read_text("utf-8"), in_folder(folder)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(page) for page in sys.argv[2:]])
