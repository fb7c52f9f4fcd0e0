"""Writes docs/architecture.md and its picture from the folders of the code and what they import."""

import ast
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "architecture.svg"

_BOX, _GAP, _LINE, _TOP = 168, 24, 18, 64


class Flow(NamedTuple):
    """One of the two ways through the code.

    Attributes:
        source: folder of the package, below the project.
        stages: folders in the order in which the work goes through them.
    """

    title: str
    source: str
    stages: tuple[str, ...]


FLOWS = (
    Flow(
        "files to data set",
        "etl/src/hnp_etl",
        ("walking", "reading", "choosing", "sharding", "building", "datasets", "publishing"),
    ),
    Flow(
        "batches to figures",
        "model/src/hnp_model",
        ("data", "splits", "fitting", "runs", "evaluation", "report"),
    ),
)

_ETL, _MODEL, _SHARED = "etl/src/hnp_etl", "model/src/hnp_model", "shared/src/hnp_shared"

WHERE: dict[str, tuple[str, ...]] = {
    "a label source": (f"{_ETL}/labels/sources", f"{_ETL}/recipes/label_sources.py"),
    "a weighting rule": (f"{_ETL}/choosing/classify.py", f"{_ETL}/descriptions/words.py"),
    "a column": (
        f"{_SHARED}/columns.py",
        f"{_SHARED}/manifest.py",
        f"{_ETL}/state/rows.py",
    ),
    "a network": (
        f"{_MODEL}/fitting/networks",
        f"{_MODEL}/fitting/networks/choice.py",
        f"{_MODEL}/settings/fit.py",
    ),
    "a metric": (f"{_MODEL}/measures/metrics.py", f"{_MODEL}/measures/intervals.py"),
    "a transform": (f"{_ETL}/pixels/transform.py", f"{_ETL}/recipes/recipe.py"),
    "a reason": (
        f"{_SHARED}/vocabulary.py",
        f"{_ETL}/choosing/choose.py",
        f"{_ETL}/explain/meanings.py",
        f"{_ETL}/explain/remedies.py",
    ),
    "a transfer syntax": (
        f"{_ETL}/dicom/syntaxes.py",
        f"{_ETL}/pixels/frame_header.py",
        f"{_ETL}/pixels/codec.py",
    ),
    "a report page": (
        f"{_MODEL}/report",
        f"{_MODEL}/runs/run_folder.py",
        f"{_MODEL}/evaluation/evaluation.py",
    ),
    "a storage": (f"{_ETL}/files/source_file.py", f"{_ETL}/walking/walk.py"),
    "a form of archive": (
        f"{_ETL}/archives/listing.py",
        f"{_ETL}/files/forms.py",
        f"{_ETL}/files/moves.py",
    ),
}
"""What somebody may add -> where it goes: first the thing itself, then what must know of it."""


def folders(source: str) -> dict[str, str]:
    """Return the folders of a package, with what each says it is."""
    inits = sorted((ROOT / source).glob("*/__init__.py"))
    return {each.parent.name: first_sentence(each) for each in inits}


def first_sentence(module: Path) -> str:
    """Return the first line of a module's docstring."""
    return (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "").split("\n")[0]


def used_by(source: str, folder: str) -> list[str]:
    """Return the other folders of a package that the modules of one import."""
    package = Path(source).name
    found = {
        name.split(".")[1]
        for module in (ROOT / source / folder).rglob("*.py")
        for name in _imported(module)
        if name.startswith(f"{package}.")
    }
    return sorted(found & folders(source).keys() - {folder})


def _imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def picture() -> str:
    """Return both flows as SVG: a box a stage, and below it the folders it works with."""
    parts, top = [], 28
    for flow in FLOWS:
        uses = [
            [each for each in used_by(flow.source, stage) if each not in flow.stages]
            for stage in flow.stages
        ]
        parts.append(_text(12, top, f"{flow.title}  ({Path(flow.source).name})", bold=True))
        for index, (stage, used) in enumerate(zip(flow.stages, uses, strict=True)):
            parts += _stage(
                12 + index * (_BOX + _GAP), top + 14, stage, used, last=stage == flow.stages[-1]
            )
        top += _TOP + 34 + _LINE * max(map(len, uses))
    width = 24 + 6 * _BOX + 5 * _GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" role="img">\n'
    style = "<style>text{font:13px sans-serif;fill:#222}.b{font-weight:bold}</style>\n"
    back = f'<rect width="{width}" height="{top}" fill="#fff"/>\n'
    title = "<title>The two flows, by folder</title>\n"
    return head + title + style + back + "".join(f"{part}\n" for part in parts) + "</svg>\n"


def _stage(left: int, top: int, name: str, used: list[str], *, last: bool) -> Iterator[str]:
    yield (
        f'<rect x="{left}" y="{top}" width="{_BOX}" height="36" rx="5" fill="#e3eef8" '
        'stroke="#36648b"/>'
    )
    yield _text(left + 10, top + 23, f"{name}/", bold=True)
    if not last:
        right, middle = left + _BOX, top + 18
        yield (
            f'<path d="M{right + 2} {middle}h{_GAP - 9}m-5 -5l6 5l-6 5" fill="none" '
            'stroke="#36648b" stroke-width="2"/>'
        )
    for index, each in enumerate(used):
        yield _text(left + 14, top + _TOP + _LINE * index - 8, f"{each}/")


def _text(left: int, top: int, text: str, *, bold: bool = False) -> str:
    kind = ' class="b"' if bold else ""
    return f'<text x="{left}" y="{top}"{kind}>{escape(text)}</text>'


def page() -> str:
    """Return the page."""
    lists = "\n".join(_listing(flow) for flow in FLOWS)
    where = "\n".join(
        f"| {what} | `{_short(first)}` | {', '.join(f'`{_short(each)}`' for each in rest)} |"
        for what, (first, *rest) in WHERE.items()
    )
    return f"""# Architecture

Made by `make docs` from the folders of the code. Two programs, one contract between them: `hnp_etl`
makes a data set, `hnp_model` reads only that, and both know it through `hnp_shared`.

![The two flows: a box is a stage, below it stand the folders it works with](architecture.svg)

**Gerunds are stages, nouns are things.** A folder named for doing (`walking`, `fitting`) is a step
that work goes through; one named for a thing (`labels`, `measures`) is what steps work on, or what
they leave: a step that is known by what it leaves has that name (`datasets`, `splits`, `runs`,
`report`). A module lies with the thing it is about, not with who calls it. Imports go downwards
only: the layers in `pyproject.toml` are the order, held by `make lint`, as is which modules may do
I/O.

{lists}
## Where it goes

| to add | go to | which must be known to |
|---|---|---|
{where}
"""


def _listing(flow: Flow) -> str:
    rows = "\n".join(f"| `{name}/` | {told} |" for name, told in folders(flow.source).items())
    head = f"## {Path(flow.source).name}: {flow.title}\n\n| folder | what lies there |\n|---|---|"
    return f"{head}\n{rows}\n"


def _short(path: str) -> str:
    return path.split("/src/", 1)[1]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")
