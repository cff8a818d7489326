"""`scanner queue export` and `import`, from the command line."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from scanner.venue.members import authority, membership
from tests.cli.program import Program
from tests.mock.api import Api
from tests.mock.server import Ready

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


def test_a_queue_goes_from_gate_to_gate_in_a_file(server: Ready, tmp_path: Path) -> None:
    venue = authority.make_venue("Arena", 1, (), NOW)
    file, gates = str(tmp_path / "north.queue"), []
    for name in ("north", "south"):
        gate = Program(tmp_path / name)
        gate.says(
            "open", server.tokens[0].code, "--name", "Lee", "--device", name,
            "--api", server.url, "--api-key", server.api_key,
        )  # fmt: skip
        gates.append(gate)
    north, south = gates

    alone = north.run("queue", "export", file)
    assert alone.returncode == 1
    assert b"belongs to no venue" in alone.stderr
    for gate, name in zip(gates, ("north", "south"), strict=True):
        membership.write(gate.home, authority.join(venue, name, NOW))

    listed = Api(server.url, server.api_key).gate(server.tokens[0].code)
    (ticket, *_) = listed.entries(f"{server.event}/tickets", records=1)
    north.says("gate", "--stdin", "--no-network", given=f"{ticket['serial']}\n".encode())
    written = north.says("queue", "export", file)
    assert "1 admission, 0 outcomes for other gates, as file 1" in written
    assert "the other gates have it too" in north.says("queue")
    assert "from north, file 1: 1 new" in south.says("queue", "import", file)
    assert "1 admission of other gates was sent; 0 waiting." in south.says("replay")
    back = str(tmp_path / "south.queue")
    assert "1 outcome for other gates" in south.says("queue", "export", back)
    assert "1 of this gate's own are settled" in north.says("queue", "import", back)
    assert "confirmed" in north.says("queue")
    again = north.run("queue", "export", file)
    assert (again.returncode, b"--overwrite" in again.stderr) == (1, True)
    foreign = authority.make_venue("Elsewhere", 1, (), NOW)
    membership.write(south.home, authority.join(foreign, "south", NOW))
    refused = south.run("queue", "import", file)
    assert refused.returncode == 1
    assert b"another venue" in refused.stderr
    own = membership.read(north.home)
    assert own
    membership.write(north.home, replace(own, jwt=None))
    assert b"never seen by a node" in north.run("queue", "export", file, "--overwrite").stderr
