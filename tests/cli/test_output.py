"""Every command prints by `scanner.cli.output`, which makes foreign text harmless."""

import ast
from pathlib import Path

import pytest

import scanner.cli
from scanner.cli.output import print_json, print_line, print_table, print_text

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e\x9b31m\x7f[bold]x[/bold]\r\n\u2028=1\u200b"

OWN_WAYS = {
    "output.py": "prints for all",
    "app.py": "the version",
    "pair.py": "a code that is drawn with colours",
    "bench.py": "tables of figures that it measured itself",
}


def test_no_command_prints_by_another_way() -> None:
    ways = {"echo", "secho", "print", "Console"}
    for file in sorted(Path(scanner.cli.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and file.name not in OWN_WAYS:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                assert name not in ways, f"{file.name}:{node.lineno}"


def test_nothing_that_is_printed_steers_the_terminal(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    print_line(HOSTILE)
    print_text(HOSTILE)
    print_json({HOSTILE: HOSTILE})
    print_table(("Head", "x"), [(HOSTILE, None)], title=HOSTILE, caption=HOSTILE)
    out, err = capfdbinary.readouterr()
    assert not err
    text = out.decode()
    assert "[bold]x[/bold]" in text
    assert not [each for each in text if not (each.isprintable() or each == "\n")]


def test_lines_keep_their_columns_and_end_where_they_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_line("Gate       Lee")
    print_text("a\n  b", end="", err=True)
    assert capsys.readouterr() == ("Gate       Lee\n", "a\n  b")
