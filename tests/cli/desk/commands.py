"""Runs the desk's commands in this process."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
import typer
from typer.testing import CliRunner, Result

from scanner.cli import desk
from scanner.cli.errors import CommandGroup
from tests.mock.api import Api, Stage

app = typer.Typer(cls=CommandGroup, pretty_exceptions_enable=False)
desk.register(app)


@contextmanager
def own_log() -> Iterator[None]:
    """Close the log that a command opens, and give the tests' own back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        yield
    finally:
        for handler in root.handlers[:]:
            if handler not in before:
                root.removeHandler(handler)
                handler.close()
        root.handlers[:] = before
        root.setLevel(level)
        structlog.reset_defaults()


def run(*words: str, typed: str = "") -> Result:
    with own_log():
        return CliRunner().invoke(app, words, input=typed)


def said(result: Result) -> str:
    """Return the one sentence with which a command ended that could not do what it was told."""
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


def objects(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def secrets_of(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "secrets.json").read_text())
    return found


def issued(admin: Api, stage: Stage, *places: int) -> dict[str, Any]:
    sections = [stage.sections[place] for place in places or (0,)]
    return admin.made(f"{stage.event}/tokens", {"sections": sections})
