"""Every sentence that the gate's screens say: what a translator is given."""

import ast
from collections.abc import Iterator
from pathlib import Path

from scanner.tui import reported
from scanner.tui.faces import CANNOT_RECORD, CHECKING, FACES, READY
from scanner.tui.kiosk import posters
from scanner.tui.reasons import FORMS, SENTENCES

_OTHERS = frozenset({"training"})
"""Rooms whose screens speak English only, so far."""


def collect() -> list[tuple[str, str | None]]:
    """Return the sentences in the order of the files, each with its plural where it has one."""
    found: dict[tuple[str, str | None], None] = {}
    for face in (*FACES.values(), CANNOT_RECORD, READY, CHECKING):
        found[face.title, None] = None
    for sentence in (*SENTENCES, *FORMS, *posters.SENTENCES, *reported.FORMS):
        found[sentence, None] = None
    folder = Path(__file__).parent
    for file in sorted(folder.rglob("*.py")):
        if not _OTHERS & set(file.relative_to(folder).parts):
            found.update(dict.fromkeys(_in_file(ast.parse(file.read_text(encoding="utf-8")))))
    return list(found)


def _in_file(tree: ast.AST) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [_text(each) for each in node.args]
        if node.func.id == "say" and texts and texts[0]:
            yield texts[0], None
        elif node.func.id == "say_count" and texts[0]:
            yield texts[0], texts[1]
        elif node.func.id == "Binding":
            tips = [_text(each.value) for each in node.keywords if each.arg == "tooltip"]
            yield from ((text, None) for text in [*texts[2:3], *tips] if text)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
