"""A house with two gates and a venue of its own, all on this machine, to be shown."""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scanner.app.assembly import Assembly, assembled
from scanner.config import Config, Language
from scanner.demo.cable import Cable
from scanner.demo.venue_nodes import VenueNodes
from scanner.demo.world import DemoError, DemoFault, World, open_home, stage_for, world
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.scanning.scan_source import (
    OnNotice,
    OnPayload,
    SourceState,
    View,
)
from scanner.store.writer import Writer
from scanner.venue.members import membership

GATES = ("North", "South")
NODES = 3

_TICKETS = 400
_SYNC_SECONDS = 2
_READY_SECONDS = 30.0
_LOOK_SECONDS = 0.02


class Shown:
    """A gate's reader: it reads what the demo shows to it."""

    pictured = False

    def __init__(self) -> None:
        self._read: OnPayload | None = None

    def start(self, on_payload: OnPayload, on_notice: OnNotice, /) -> None:  # noqa: ARG002
        """Read from now on."""
        self._read = on_payload

    def stop(self) -> None:
        """Read nothing more."""
        self._read = None

    def state(self) -> SourceState:
        """Return that it reads."""
        return SourceState(running=True, fact=None)

    def view(self) -> View | None:
        """Return no picture: there is none."""
        return None

    def show(self, payload: str) -> None:
        """Show a code; the verdict comes to the gate's subscribers."""
        if self._read:
            self._read(payload, "camera")


@dataclass(frozen=True, slots=True)
class Door:
    """One gate of the house: its name, its folder, what works in it, and what it reads with."""

    name: str
    home: Path
    parts: Assembly
    reader: Shown


@dataclass(frozen=True, slots=True)
class House:
    """Two gates, their venue's nodes, the server behind the cable, and tickets that may enter."""

    server: World
    cable: Cable
    nodes: VenueNodes
    doors: tuple[Door, ...]
    tickets: tuple[str, ...]

    def begin(self) -> None:
        """Wait until the gates have heard of each other, and cut the internet.

        Raises:
            DemoError: they didn't in time.
        """
        until = time.monotonic() + _READY_SECONDS
        while not all(_is_ready(each) for each in self.doors):
            if time.monotonic() > until:
                raise DemoError(DemoFault.VENUE_SILENT)
            time.sleep(_LOOK_SECONDS)
        self.cable.cut()


def _is_ready(door: Door) -> bool:
    venue = door.parts.venue
    return venue is not None and venue.status().connected


@contextmanager
def house(seed: int, language: Language = "auto") -> Iterator[House]:
    """Set the house up, its gates open and its ticket lists read; afterwards nothing is left.

    Raises:
        DemoError: a part did not start.
        VenueError: the extra `venue` is not installed, or the nodes do not start.
    """
    with (
        world(_TICKETS, seed) as server,
        Cable(server.port) as cable,
        tempfile.TemporaryDirectory(prefix="scanner-demo-") as folder,
        VenueNodes(Path(folder), NODES) as nodes,
        ExitStack() as stack,
    ):
        permitted, crowd, elsewhere = stage_for(server, seed)
        due = [each.serial for each in crowd if each.section in permitted]
        tickets = sorted(set(due) - set(elsewhere))
        random.Random(seed).shuffle(tickets)  # noqa: S311 - a crowd, not a secret
        doors = []
        for name in GATES:
            home = Path(folder) / name
            open_home(home, server, cable, name)
            membership.write(home, nodes.join(name))
            config = Config(home=home, sync_seconds=_SYNC_SECONDS, language=language)
            writer = stack.enter_context(Writer(database_file(home)))
            reader = Shown()
            parts = stack.enter_context(
                assembled(config, writer, KeyStore(home, file_only=True), source=reader)
            )
            doors.append(Door(name, home, parts, reader))
        yield House(server, cable, nodes, tuple(doors), tuple(tickets))
