"""A disk without room: no green light without a record, and a sentence that says why."""

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scanner.store.database import open_database, open_reader
from scanner.store.integrity import find_damage
from scanner.store.ledger import in_state
from tests.cli.program import LIMIT_SECONDS, Program
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

IN_A_SMALL_DISK = """
mount -t tmpfs -o size=8m tmpfs "$SCANNER_HOME" || exit 77
cp "$2"/* "$SCANNER_HOME" && cd "$2" || exit 78
head -c 7500000 /dev/zero > "$SCANNER_HOME/ballast" || exit 79
"$1" -m scanner gate --stdin --json --no-network < "$3/payloads" > "$3/full" 2> "$3/full.err"
echo $? > "$3/full.code"
rm "$SCANNER_HOME/ballast"
"$1" -m scanner queue --json > "$3/queue" 2> "$3/queue.err"
"$1" -m scanner gate --stdin --json --no-network < "$3/payloads" > "$3/again" 2> "$3/again.err"
"$1" -m scanner audit > "$3/audit" 2>&1
echo $? > "$3/audit.code"
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
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(400_000), *GATE],
        input=PAYLOADS.encode(),
        capture_output=True,
        timeout=LIMIT_SECONDS,
        check=False,
        env=seeded.environment(),
    )
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


@pytest.mark.skipif(not shutil.which("unshare"), reason="a small disk needs unshare")
def test_a_full_disk_is_named_and_what_was_recorded_is_there_when_it_has_room_again(
    seeded: Program, tmp_path: Path
) -> None:
    out, disk = tmp_path / "out", tmp_path / "disk"
    out.mkdir()
    disk.mkdir()
    (out / "payloads").write_text(PAYLOADS)
    words = ["unshare", "--map-root-user", "--mount", "sh", "-c", IN_A_SMALL_DISK, "sh"]
    done = subprocess.run(
        [*words, sys.executable, str(seeded.home), str(out)],
        capture_output=True,
        timeout=2 * LIMIT_SECONDS,
        check=False,
        env={**seeded.environment(SCANNER_HOME=str(disk)), "PYTHONPATH": str(Path.cwd())},
    )
    if done.returncode == 77 or not (out / "full").exists():
        pytest.skip(f"this machine mounts no small disk: {done.stderr.decode()}")
    read = {each.name: each.read_text() for each in out.iterdir()}
    let_in = green(read["full"])
    assert read["full.code"] == "1\n", read["full.err"]
    assert "is full: nobody can be admitted; free some space." in read["full.err"]
    assert read["full.err"].count("\n") == 1
    assert 0 < len(let_in) < len(TICKETS)
    recorded = [json.loads(line)["serial"] for line in read["queue"].splitlines()]
    assert recorded == let_in, read["queue.err"]
    assert green(read["again"]) == TICKETS[len(let_in) :], read["again.err"]
    assert read["audit.code"] == "0\n", read["audit"]
