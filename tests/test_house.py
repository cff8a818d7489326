"""What holds of every file; who may import whom is in pyproject.toml, for import-linter."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import scanner

HOUSE = Path(scanner.__file__).parent
ROOT = HOUSE.parent
LONGEST = 400
SQL = re.compile(r"\b(SELECT|INSERT INTO|INSERT OR|UPDATE \w+ SET|DELETE FROM|PRAGMA|ATTACH)\b")
SQL_ROOMS = ("store", "mock")
HOP = re.compile(r"^\| .* \| `([\w/]+\.py)` \| `([\w.]+)` \|$", re.MULTILINE)
FEWEST_HOPS = 15
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
YARDSTICK = "bench/floor.py"
"""The bare loop that the bench measures against writes its own statements."""


def _files() -> list[Path]:
    return sorted([*HOUSE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")])


@pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="the package is installed")
def test_no_file_is_longer_than_its_one_subject_needs() -> None:
    lengths = {str(file): len(file.read_text().splitlines()) for file in _files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_sql_is_in_the_store_alone() -> None:
    found = {
        f"{file.relative_to(HOUSE)}: {text[:60]}"
        for file in sorted(HOUSE.rglob("*.py"))
        if file.relative_to(HOUSE).parts[0] not in SQL_ROOMS
        and file.relative_to(HOUSE).as_posix() != YARDSTICK
        for text in _texts(ast.parse(file.read_text()))
        if SQL.search(text)
    }
    assert found == set()


def _texts(tree: ast.AST) -> Iterator[str]:
    """Yield the texts of a file, its docstrings apart."""
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        prose = id(node) in documented
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not prose:
            yield node.value


@pytest.mark.skipif(not (ROOT / "ARCHITECTURE.md").exists(), reason="the package is installed")
def test_the_way_of_a_ticket_is_as_the_architecture_says() -> None:
    hops = HOP.findall((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"))
    assert len(hops) > FEWEST_HOPS
    missing = [f"{file}: {name}" for file, name in hops if name not in _defined(HOUSE / file)]
    assert missing == []


def _defined(file: Path) -> set[str]:
    """Return the functions of a module, and the methods as `Class.method`."""
    found: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, FUNCTIONS))
            found |= {f"{node.name}.{each.name}" for each in methods}
    return found
