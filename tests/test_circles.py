"""No module imports itself by way of others, not even for its types."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import scanner

HOUSE = Path(scanner.__file__).parent


def _module(file: Path) -> str:
    parts = file.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(file: Path, modules: frozenset[str]) -> set[str]:
    """Return the modules that a file names in an import, wherever it stands in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & modules
            if not inner <= modules:
                found.add(node.module)
    return found & modules - {_module(file)}


def test_no_module_imports_itself_by_way_of_others() -> None:
    files = {_module(file): file for file in HOUSE.rglob("*.py")}
    modules = frozenset(files)
    graph = {name: _imported(file, modules) for name, file in files.items()}
    circle: list[str] = []
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert not circle, " is imported by ".join(circle)
