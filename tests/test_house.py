"""Who may import whom: downward only, and the mock is a program of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import scanner

HOUSE = Path(scanner.__file__).parent
FLOORS = (
    {"facts"},
    {"errors", "admission"},
    {"paths", "priority", "log", "config", "config_file", "keystore", "pin"},
    {"ticketing", "store", "qr"},
    {"gate", "stage", "scanning"},
    {"sync", "desk"},
    {"kiosk", "wording"},
    {"app"},
    {"demo"},
    {"bench", "training"},
    {"tui"},
    {"cli", "__main__"},
)
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
WITHIN_A_FLOOR = {
    ("config", "paths"),
    ("config_file", "config"),
    ("config_file", "paths"),
    ("admission", "errors"),
    ("__main__", "cli"),
}


def _imports() -> Iterator[tuple[str, str, Path]]:
    for file in HOUSE.rglob("*.py"):
        room = file.relative_to(HOUSE).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(file.read_text())):
            for name in _named(node):
                parts = name.split(".")
                if parts[0] == "scanner" and len(parts) > 1 and not parts[1].startswith("__"):
                    yield room, parts[1], file


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        deep = node.module != "scanner"
        return [node.module] if deep else [f"scanner.{alias.name}" for alias in node.names]
    return []


def test_every_room_has_its_floor() -> None:
    rooms = {
        path.stem
        for path in HOUSE.iterdir()
        if path.suffix in ("", ".py") and (path.name[0] not in "_." or path.stem == "__main__")
    }
    assert rooms - {"mock", "assets"} == set(LEVEL)


def test_imports_run_downward_only() -> None:
    upward = {
        f"{room} imports {other} ({file.relative_to(HOUSE)})"
        for room, other, file in _imports()
        if room in LEVEL
        and other in LEVEL
        and room != other
        and LEVEL[other] >= LEVEL[room]
        and (room, other) not in WITHIN_A_FLOOR
    }
    assert upward == set()


def test_the_mock_shares_no_code_with_the_program() -> None:
    around = {(room, other) for room, other, _ in _imports() if "mock" in (room, other)}
    assert around <= {("mock", "mock"), ("cli", "mock")}
