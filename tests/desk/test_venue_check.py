import socket
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.desk.doctor import Health
from scanner.desk.venue_check import VenueFound, venue
from scanner.sync.clock import utc_now
from scanner.venue import extra
from scanner.venue.errors import VenueFault
from scanner.venue.members import authority, membership
from scanner.wording.sentences import in_english


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(home=tmp_path)


def join(config: Config, *nodes: str) -> None:
    made = replace(authority.make_venue("Arena", 1, [], utc_now()), nodes=nodes)
    membership.write(config.home, authority.join(made, "door-1", utc_now()))


def test_a_gate_without_a_venue_is_as_well_as_one_whose_node_answers(config: Config) -> None:
    assert (venue(config).health, venue(config).fact.code) == (Health.OK, VenueFound.NONE)
    join(config)
    unmet = venue(config)
    assert (unmet.health, unmet.fact.code) == (Health.WARNING, VenueFound.UNNAMED)
    assert unmet.mend == "scanner venue status"
    with socket.create_server(("127.0.0.1", 0)) as server:
        node = f"127.0.0.1:{server.getsockname()[1]}"
        join(config, "127.0.0.1:1", node)
        found = venue(config)
    told = f"Arena: something listens at {node}. While no other gate can be asked: let in and mark."
    assert (found.health, in_english(found.fact)) == (Health.OK, told)
    away = venue(config)
    assert (away.health, away.fact.code) == (Health.WARNING, VenueFound.AWAY)
    assert away.mend == "scanner venue status"


def test_a_member_without_the_libraries_or_with_a_damaged_file_is_broken(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(config)
    monkeypatch.setattr(extra, "LIBRARIES", ("no_such_library",))
    missing = venue(config)
    assert (missing.health, missing.fact.code) == (Health.BROKEN, VenueFault.NEEDS_EXTRA)
    (config.home / "venue/membership.json").write_text("{}")
    assert venue(config).fact.code == VenueFault.UNKNOWN_FILE
