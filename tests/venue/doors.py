"""Doors of one house: whole gates, each with a home, a session at a real server, and a cable."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from scanner.admission.ticket import Unclaimed
from scanner.app.assembly import Assembly, assembled
from scanner.config import Config
from scanner.demo.cable import Cable
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.store import ledger
from scanner.store.ledger import Admission
from scanner.store.writer import Writer
from scanner.venue.members import membership
from scanner.venue.members.membership import Membership
from tests.cli.program import Program
from tests.mock.api import Api
from tests.mock.server import Ready
from tests.venue.whole_gates import VenueGate
from tests.warm import Started, start


@dataclass(frozen=True)
class Home:
    """Where a door keeps what it has; its line to the server is a cable that can be cut."""

    program: Program
    server: Ready
    cable: Cable
    name: str

    def open(self, joined: Membership) -> None:
        """Open it at the server, and have it join the venue."""
        opened(self.program, self.server, f"http://127.0.0.1:{self.cable.port}/", self.name)
        membership.write(self.program.home, joined)


@contextmanager
def home_at(server: Ready, folder: Path) -> Iterator[Home]:
    """Give a door a home, and a cable to the server."""
    with Cable(server.port) as cable:
        yield Home(Program(folder), server, cable, folder.name)


class Door(VenueGate):
    """A gate with all that works beside it, as a guard's screen has it."""

    def __init__(self, home: Home, writer: Writer, made: Assembly) -> None:
        assert made.venue
        super().__init__(writer, made.venue, made.gate)
        self.home = home
        self._made = made

    def is_online(self) -> bool:
        return self._made.background.status().link.online

    def serials(self) -> list[str]:
        """Return the tickets that it has pulled."""
        found = self.reader.execute("SELECT serial FROM ticket ORDER BY serial")
        return [serial for (serial,) in found]

    def admissions(self) -> list[Admission]:
        """Return what its ledger holds, in every state."""
        return ledger.in_state(self.reader)

    def is_drained(self) -> bool:
        """Tell whether nothing waits to be delivered, and nothing's fate is unknown."""
        return not ledger.has_unsettled(self.reader, self.home.server.event)


@contextmanager
def door(home: Home, policy: Unclaimed) -> Iterator[Door]:
    """Run one, with its background work and its venue."""
    folder = home.program.home
    config, keys = Config(home=folder, unclaimed=policy), KeyStore(folder, file_only=True)
    with Writer(database_file(folder)) as writer, assembled(config, writer, keys) as made:
        made.background.start()
        found = Door(home, writer, made)
        with closing(found.reader):
            yield found


def opened(program: Program, server: Ready, url: str, name: str) -> None:
    """Open a home with a token for all sections."""
    program.says(
        "open", server.tokens[0].code, "--name", "Lee", "--device", name, "--api", url,
        SCANNER_API_KEY=server.api_key,
    )  # fmt: skip


@contextmanager
def uplink(joined: Membership, server: Ready, folder: Path) -> Iterator[Started]:
    """Run `scanner venue uplink` with a token for all sections, as a process of its own."""
    program = Program(folder / joined.gate, {"SCANNER_SYNC_SECONDS": "1"})
    opened(program, server, server.url, joined.gate)
    membership.write(program.home, joined)
    output = folder / f"{joined.gate}.out"
    with output.open("wb") as out, Path("/dev/null").open("rb") as nothing:
        process = start(
            "scanner", "venue", "uplink",
            streams=(nothing, out, out), environment=program.environment(),
        )  # fmt: skip
    try:
        yield process
    finally:
        process.end()


def at_server(server: Ready) -> list[tuple[str, str]]:
    """Return what the server has: the ticket and the device, with its tag, of each admission."""
    admin = Api(server.url, server.api_key)
    found: list[tuple[str, str]] = []
    for page in count(1):
        got = admin.get(f"{server.event}/admissions", records=1000, page=page).json()
        found += [(each["ticket"], each["device"]) for each in got["entries"]]
        if len(found) >= int(got["total"]):
            break
    return found
