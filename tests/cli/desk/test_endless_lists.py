"""Lists without an end: each command gives up after so many requests, and says why."""

from collections.abc import Iterator

import pytest
import typer
from typer.testing import CliRunner

from scanner.cli import desk, listings
from scanner.cli.errors import CommandGroup
from scanner.platform import paged_list
from tests.cli.desk.commands import own_log, said
from tests.contract_server import EVENT, KEY, World, contract_server

MOST = 12
app = typer.Typer(cls=CommandGroup, pretty_exceptions_enable=False)
desk.register(app)
listings.register(app)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(paged_list, "MOST_REQUESTS", MOST)
    world = World()
    world.admit({"redeemer": "Lee", "device": "north", "serials": ["EVENIN-FLOO00000001"]})
    with contract_server(world) as api:
        monkeypatch.setenv("SCANNER_API", api)
        monkeypatch.setenv("SCANNER_API_KEY", KEY)
        yield world


@pytest.mark.parametrize("endless", ["new", "same"])
@pytest.mark.parametrize(
    "words",
    [
        ("tokens", "list", EVENT),
        ("tokens", "show", EVENT, "ZZZZ0000"),
        ("tokens", "revoke", EVENT, "ZZZZ0000", "--yes"),
        ("events",),
        ("events", "--published"),
        ("admissions", EVENT),
    ],
)
def test_each_command_of_the_desk_ends_and_says_that_the_list_does_not(
    world: World, endless: str, words: tuple[str, ...]
) -> None:
    world.endless = endless
    with own_log():
        result = CliRunner().invoke(app, words)
    sentence = said(result)
    assert "does not come to an end" in sentence
    assert "1000000000" in sentence
    assert len(world.asked) <= MOST + 1
