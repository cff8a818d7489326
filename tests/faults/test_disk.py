"""A disk without room: no green light without a record, and a sentence that says why."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from scanner.store.database import open_database, open_reader
from scanner.store.integrity import find_damage
from scanner.store.ledger import in_state
from tests.cli.program import Program
from tests.faults.small_disk import small_disk
from tests.store.worlds import fill, row

TICKETS = [f"DAWIER-BACK{number:08}" for number in range(400)]
GATE = ("gate", "--stdin", "--json", "--no-network")
PAYLOADS = "".join(f"{serial}\n" for serial in TICKETS)

LIMITED = """
import resource, sys
most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
from scanner.cli.app import main
main()
"""


@pytest.fixture
def seeded(tmp_path: Path) -> Program:
    program = Program(tmp_path / "home")
    with closing(open_database(program.home / "gate.sqlite3")) as conn:
        fill(conn, [row(serial) for serial in TICKETS])
    return program


def green(lines: str) -> list[str]:
    verdicts = [json.loads(line) for line in lines.splitlines()]
    return [each["serial"] for each in verdicts if each["verdict"] == "admitted"]


def test_a_file_that_may_not_grow_ends_the_gate_and_loses_no_green_light(
    seeded: Program,
) -> None:
    file = seeded.home / "gate.sqlite3"
    done = seeded.run_python("-c", LIMITED, "400000", *GATE, given=PAYLOADS.encode())
    said = done.stderr.decode()
    let_in = green(done.stdout.decode())
    assert done.returncode == 1, said
    assert (said.count("\n"), "Traceback" in said) == (1, False), said
    assert 0 < len(let_in) < len(TICKETS)
    with closing(open_reader(file)) as conn:
        assert [each.serial for each in in_state(conn)] == let_in
    assert find_damage(file) is None
    again = green(seeded.says(*GATE, given=PAYLOADS.encode()))
    assert again == TICKETS[len(let_in) :]


def test_a_full_disk_is_named_and_what_was_recorded_is_there_when_it_has_room_again(
    seeded: Program, tmp_path: Path
) -> None:
    disk = small_disk(tmp_path / "disk", seeded.home, megabytes=8, free=400)
    full = disk.run(*GATE, given=PAYLOADS.encode())
    said, let_in = full.stderr.decode(), green(full.stdout.decode())
    assert full.returncode == 1, said
    assert "is full: nobody can be admitted; free some space." in said
    assert said.count("\n") == 1
    assert 0 < len(let_in) < len(TICKETS)
    disk.make_room()
    queue = disk.says("queue", "--json")
    assert [json.loads(line)["serial"] for line in queue.splitlines()] == let_in
    assert green(disk.says(*GATE, given=PAYLOADS.encode())) == TICKETS[len(let_in) :]
    disk.says("audit")
