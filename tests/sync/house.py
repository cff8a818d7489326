"""A gate's home on disk, opened at a real mock server, for tests of the background work."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from scanner.admission.names import without_tag
from scanner.app.platforms import provider_of
from scanner.demo.cable import Cable
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.platform.access import Request
from scanner.store import ledger
from scanner.store.ledger import State
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.opening import Opened, open_gate
from tests.mock.api import Api
from tests.mock.server import Ready, mock_server

WAIT_SECONDS = 15


@dataclass
class MemoryKeys:
    """A key store that forgets everything at its end."""

    held: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        return self.held.get(name)

    def set(self, name: str, secret: str) -> None:
        self.held[name] = secret


@dataclass
class House:
    """One gate: its writer, its secrets, the server, and the cable between them."""

    server: Ready
    writer: Writer
    cable: Cable
    keys: MemoryKeys = field(default_factory=MemoryKeys)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.cable.port}/"

    @property
    def admin(self) -> Api:
        return Api(self.server.url, self.server.api_key)

    @property
    def anybody(self) -> Api:
        """The server through the global token, as another gate sees it."""
        return self.admin.gate(self.server.tokens[0].code)

    def open(self, code: str | None = None, *, device: str = "north", key: bool = True) -> Opened:
        request = Request(
            api=self.url,
            code=code or self.server.tokens[-1].code,
            name="Lee",
            device=device,
            key=self.server.api_key if key else None,
        )
        return asyncio.run(open_gate(request, provider_of(), self.writer, self.keys, utc_now))

    def tickets(self, section: int = 0) -> list[str]:
        """Serials of a section, by its number, that nobody has used."""
        wanted = self.server.tokens[0].sections[section]
        listed = self.anybody.entries(f"{self.server.event}/tickets", records=1000)
        return sorted(
            each["serial"]
            for each in listed
            if wanted.endswith(each["section"]["self"]) and each["status"] == "Issued"
        )

    def present(self, payload: str) -> Judged:
        return Gate(self.writer).present(payload, utc_now(), "test").result(WAIT_SECONDS)

    def states(self) -> dict[str, State]:
        found = self.writer.submit(ledger.in_state).result(WAIT_SECONDS)
        return {each.serial: each.state for each in found}

    def at_server(self, device: str = "north") -> set[str]:
        """Return the serials that the server attributes to a device, whatever its tag."""
        listed = self.admin.entries(f"{self.server.event}/admissions", records=1000)
        return {each["ticket"] for each in listed if without_tag(each["device"]) == device}

    def read(self, query: str) -> list[tuple[object, ...]]:
        def run(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
            return conn.execute(query).fetchall()

        return self.writer.submit(run).result(WAIT_SECONDS)

    def engine(self, *, every: float = 0.2, whole: float = 3600) -> Engine:
        pace = Pace(timedelta(seconds=every), timedelta(seconds=whole))
        return Engine(self.writer, self.keys, utc_now, provider_of(timeout=5).connect, pace)

    @asynccontextmanager
    async def running(self, *, every: float = 0.2, whole: float = 3600) -> AsyncIterator[Engine]:
        engine = self.engine(every=every, whole=whole)
        work = asyncio.create_task(engine.run())
        try:
            yield engine
        finally:
            work.cancel()
            (ended,) = await asyncio.gather(work, return_exceptions=True)
            if isinstance(ended, Exception):
                raise ended  # it ended by itself: that comes before whatever was waited for


@contextmanager
def house_at(server: Ready, folder: Path) -> Iterator[House]:
    """Build a gate's home in a folder, wired to a server."""
    with Cable(server.port) as cable, Writer(folder / "gate.sqlite3") as writer:
        yield House(server, writer, cable)


@contextmanager
def two_houses(
    folder: Path, *, tickets: int, south_token: int = 0
) -> Iterator[tuple[House, House]]:
    """Build two open gates at one server of their own: `north` has the first token."""
    for each in ("north", "south"):
        (folder / each).mkdir()
    with (
        mock_server(tickets=tickets) as server,
        house_at(server, folder / "north") as north,
        house_at(server, folder / "south") as south,
    ):
        north.open(server.tokens[0].code)
        south.open(server.tokens[south_token].code, device="south")
        yield north, south


async def until(condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    """Wait for a condition, with a limit."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - a database has no events
            await asyncio.sleep(0.02)
