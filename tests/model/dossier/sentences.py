"""Every sentence that the page may say, read from the code that says it."""

import ast
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from hnp_model.dossier import plain_words
from hnp_model.dossier.checklist import STATES
from hnp_model.dossier.checklist_items import ITEMS
from hnp_model.dossier.contents import REFERENCE_NOTE
from hnp_model.report.card_words import limits_on
from hnp_model.settings.fit import FitSettings

_SAID_BY_SCRIPT = re.compile(r"""\bsay\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_CHANNELS = (None, 3, 5)


def of_page() -> set[str]:
    """Return the sentences of scripts and modules, and those that stand in tables."""
    dossier = Path(str(resources.files("hnp_model.dossier")))
    shared = Path(str(resources.files("hnp_shared")))
    scripts = [dossier / "page.js", shared / "page_parts.js"]
    told = {
        one or other
        for path in scripts
        for one, other in _SAID_BY_SCRIPT.findall(path.read_text("utf-8"))
    }
    told |= {text for path in dossier.glob("*.py") for text in _said_by_module(path)}
    told |= {*plain_words.INPUTS.values(), *plain_words.VERDICTS.values(), *STATES, REFERENCE_NOTE}
    told |= {item.asks for item in ITEMS}
    told |= {text for each in _CHANNELS for text in limits_on(FitSettings("compact", slices=each))}
    return told | set(limits_on(FitSettings("tabular-gbm", "tabular")))


def _said_by_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = (
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        )
        if name == "say":
            yield from _texts(node.args[0])


def _texts(node: ast.expr) -> Iterator[str]:
    """Yield what a sentence may be: a text, or one of two."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)
