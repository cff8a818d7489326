import json
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.paths import replace_file
from scanner.venue.errors import VenueError, VenueFault
from scanner.venue.members import membership
from scanner.venue.members.authority import join, make_venue
from scanner.wording.sentences import in_english

MADE = make_venue("Arena", 3, ("10.0.0.1:4222", "[::1]:4222"), datetime.now(UTC))
GATE = join(replace(MADE, authority=None), "north-2", datetime.now(UTC))
MANAGER = join(MADE, "office", datetime.now(UTC))


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def test_a_home_without_a_venue_has_none(tmp_path: Path) -> None:
    assert membership.read(tmp_path) is None
    assert membership.read_authority(tmp_path) is None


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    membership.keep(tmp_path, MANAGER, MADE.authority)
    assert membership.read(tmp_path) == MANAGER
    assert membership.read_authority(tmp_path) == MADE.authority
    membership.write(tmp_path, GATE)
    assert membership.read(tmp_path) == GATE


def test_a_running_gate_does_not_bring_a_membership_back(tmp_path: Path) -> None:
    membership.renew(tmp_path, GATE)
    assert membership.read(tmp_path) is None
    membership.write(tmp_path, MANAGER)
    membership.renew(tmp_path, GATE)
    assert membership.read(tmp_path) == MANAGER
    membership.renew(tmp_path, replace(MANAGER, nodes=("10.0.0.9:1",)))
    assert membership.read(tmp_path) != MANAGER


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    (tmp_path / "venue").mkdir(mode=0o755)
    membership.keep(tmp_path, MANAGER, MADE.authority)
    assert mode(tmp_path / "venue") == 0o700
    assert mode(tmp_path / "venue" / "membership.json") == 0o600
    assert mode(tmp_path / "venue" / "authority.json") == 0o600


def test_who_is_invited_as_a_gate_holds_no_authority(tmp_path: Path) -> None:
    membership.keep(tmp_path, MANAGER, MADE.authority)
    membership.keep(tmp_path, GATE, None)
    assert membership.read_authority(tmp_path) is None
    written = (tmp_path / "venue" / "membership.json").read_text()
    assert MADE.authority is not None
    assert MADE.authority.signing_seed not in written
    assert "PRIVATE KEY" not in written


def test_what_is_left_is_gone_and_a_nodes_store_stays(tmp_path: Path) -> None:
    membership.keep(tmp_path, MANAGER, MADE.authority)
    membership.remove(tmp_path)
    assert not (tmp_path / "venue").exists()
    membership.keep(tmp_path, MANAGER, MADE.authority)
    (tmp_path / "venue" / "node").mkdir()
    membership.remove(tmp_path)
    assert [each.name for each in (tmp_path / "venue").iterdir()] == ["node"]
    membership.remove(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"version": 2}', '{"version": 1}'])
def test_a_file_of_another_kind_is_told_and_not_followed(tmp_path: Path, content: str) -> None:
    (tmp_path / "venue").mkdir()
    for name, read in (
        ("membership.json", membership.read),
        ("authority.json", membership.read_authority),
    ):
        (tmp_path / "venue" / name).write_text(content)
        with pytest.raises(VenueError) as told:
            read(tmp_path)
        assert told.value.fact.code == VenueFault.UNKNOWN_FILE


def test_a_secret_that_is_no_base64_is_told(tmp_path: Path) -> None:
    membership.write(tmp_path, GATE)
    file = tmp_path / "venue" / "membership.json"
    replace_file(file, json.dumps({**json.loads(file.read_text()), "secret": "ö"}).encode())
    with pytest.raises(VenueError):
        membership.read(tmp_path)


def test_a_folder_that_can_t_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "venue").write_text("in the way")
    with pytest.raises(VenueError, match="unwritable") as told:
        membership.write(tmp_path, GATE)
    assert "can't be written" in in_english(told.value.fact)
    with pytest.raises(VenueError, match="unreadable"):
        membership.read(tmp_path)


def test_a_gates_start_reads_it_without_any_of_the_venues_libraries(tmp_path: Path) -> None:
    membership.write(tmp_path, GATE)
    program = (
        "import sys; from pathlib import Path; from scanner.venue.members import membership;"
        f"assert membership.read(Path({str(tmp_path)!r}));"
        "print(*({'nats', 'nkeys', 'nacl', 'zeroconf', 'cryptography'} & {*sys.modules}))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert said.stdout.split() == []
