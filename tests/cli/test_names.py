"""Owners' names reach the data folder only where the settings say so."""

from pathlib import Path

from tests.cli.program import Program
from tests.contract_server import CODE, KEY, World, contract_server, serial


def traces(folder: Path) -> set[str]:
    found = set()
    for file in folder.rglob("*"):
        if file.is_file() and b"featherstonehaugh" in file.read_bytes().lower():
            found.add(file.name)
    return found


def test_names_are_kept_where_they_are_wanted_and_forgotten_at_the_next_start(
    program: Program,
) -> None:
    with contract_server(World()) as url:
        flags = ("open", CODE, "--name", "Lee", "--device", "north", "--api", url)
        program.says(*flags, SCANNER_API_KEY=KEY)
        program.says("sync")
        assert traces(program.home) == set()
        program.says("sync", SCANNER_NAMES="true")
        assert traces(program.home)
        program.says("gate", "--stdin", "--no-network", given=serial(1).encode() + b"\n")
        assert traces(program.home) == set()
        program.says(*flags, SCANNER_API_KEY=KEY, SCANNER_NAMES="true")
        assert traces(program.home)
        program.says("sync")
        assert traces(program.home) == set()
