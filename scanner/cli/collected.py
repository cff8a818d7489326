"""Every sentence that the program says, its help too: what a translator is given."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

import scanner
from scanner.cli.app import app, metavar, paragraphs
from scanner.paths import assets_folder


def collect() -> list[tuple[str, str | None]]:
    """Return the sentences in the order of the files, each with its plural where it has one."""
    found: dict[tuple[str, str | None], None] = {}
    for sentence in _of_the_shipped_scenarios():
        found[sentence, None] = None
    for file in sorted(Path(scanner.__file__).parent.rglob("*.py")):
        found.update(dict.fromkeys(_in_file(ast.parse(file.read_text(encoding="utf-8")))))
    for text in _of_help(typer.main.get_command(app)):
        found[text, None] = None
    return list(found)


def _of_help(command: Any) -> Iterator[str]:
    """Yield the words of a command's help, and of all commands below it."""
    yield from paragraphs(command.help)
    yield from filter(None, (getattr(command, "rich_help_panel", None),))
    for param in command.get_params(typer.Context(command)):
        words = (param.help, param.rich_help_panel, metavar(param))
        yield from (each for each in words if each and "|" not in each)
    for each in getattr(command, "commands", {}).values():
        yield from _of_help(each)


def _of_the_shipped_scenarios() -> Iterator[str]:
    for file in sorted((assets_folder() / "scenarios").glob("*.toml")):
        scenario = tomllib.loads(file.read_text(encoding="utf-8"))
        yield from (scenario["title"], scenario["about"])


def _in_file(tree: ast.AST) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.Assign) and isinstance(node.value, ast.Dict):
            yield from _in_table(node)
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [_text(each) for each in node.args]
        if node.func.id == "say" and texts and texts[0]:
            yield texts[0], None
        elif node.func.id in ("say_count", "Plural") and texts[0]:
            yield texts[0], texts[1]
        elif node.func.id == "Face" and isinstance(node.args[0], ast.Tuple):
            yield " ".join(filter(None, map(_text, node.args[0].elts))), None
        elif node.func.id == "Binding":
            named = {each.arg: _text(each.value) for each in node.keywords}
            key = named.get("key_display") or ""
            words = [
                *texts[2:3],
                named.get("tooltip"),
                key if key[:2].isalpha() and key[1:] else None,
            ]
            yield from ((text, None) for text in words if text)


def _in_table(node: ast.AnnAssign | ast.Assign) -> Iterator[tuple[str, None]]:
    """Yield the texts of a table of sentences."""
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    if (
        isinstance(target, ast.Name)
        and target.id == "SENTENCES"
        and isinstance(node.value, ast.Dict)
    ):
        texts = map(_text, node.value.values)
        yield from ((text, None) for text in texts if text)


def _text(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
