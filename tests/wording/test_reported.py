import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import scanner
from scanner.sync.errors import WrongCode
from scanner.ticketing.answers import _not_the_api
from scanner.wording.catalogue import choose_language
from scanner.wording.reported import FORMS, NAMES, reported


def test_a_report_is_said_in_the_chosen_language_with_its_values() -> None:
    choose_language("de")
    assert reported("Hold closer.") == "Näher halten."
    assert reported("Camera 0 was unplugged; trying again.").startswith("Kamera 0 wurde abgezogen")
    assert "Einlass-Token" in reported(str(WrongCode()))
    assert reported("Camera 0 does something else.") == "Camera 0 does something else."
    assert reported("Something that nobody reports.") == "Something that nobody reports."


_ROOMS = ("capture", "demo", "kiosk", "stage", "store", "sync", "ticketing", "training")


def test_what_fills_a_report_is_said_in_the_chosen_language_too() -> None:
    choose_language("de")
    portal = reported(str(_not_the_api("api.example", "its answer is empty")))
    assert "api.example" in portal
    assert "(die Antwort ist leer)" in portal


@pytest.mark.parametrize("form", [*FORMS, *NAMES])
def test_every_form_is_one_that_a_room_below_reports(form: str) -> None:
    pieces = re.split(r"\{\w+\}", form)
    pattern = re.compile(r"\{\}".join(map(re.escape, pieces)))
    assert any(pattern.fullmatch(each) for each in _sentences()) or _in_parts(form)


def _in_parts(form: str) -> bool:
    """Tell whether it is put together from two: the API's host, and what it does."""
    host, _, rest = form.partition("; ")
    does = host.removeprefix("The ticketing API at {host} ")
    whole = "The ticketing API at {} {}; " + rest
    return does != host and {does, whole} <= _sentences()


@cache
def _sentences() -> frozenset[str]:
    """Read all texts in the rooms below, what is filled in as `{}`."""
    folder = Path(scanner.__file__).parent
    rooms = [folder / name for name in _ROOMS]
    files = [file for room in rooms for file in room.glob("*.py")]
    files += [folder / "config_file.py", folder / "records.py"]
    return frozenset(each for file in files for each in _texts(ast.parse(file.read_text("utf-8"))))


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
