"""The training gate: its own mock server, database, token, and a network cable to cut.

All files are in a temporary folder inside training's. The real database, session and API are out
of reach: the server's address is loopback, and the key store is a file in that folder.
"""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from scanner.admission.verdict import Kind, Reason, Verdict
from scanner.app.assembly import assembled
from scanner.app.platforms import provider_of
from scanner.config import Config, Confirmation
from scanner.demo.cable import Cable
from scanner.demo.world import DemoError, World, admit_elsewhere, all_tickets, command, world
from scanner.errors import ScannerError
from scanner.judging import Judged
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.platform.access import Request
from scanner.store import sessions, tickets
from scanner.store.database import SqlConnection, open_reader, transaction
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.link import Link, LinkState, link_after
from scanner.sync.opening import open_gate
from scanner.sync.status import Status, read_status
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Ticket
from scanner.training.scenario import TrainingError, TrainingFault

DEVICE = "training gate"


_FEWEST_TICKETS = 120
_TICKETS_A_PATRON = 3
_SYNC_TRIES = 3
_TIMEOUT_SECONDS = 5.0
_FULL_SYNC_SECONDS = 900.0
_PAGE_RECORDS = 500
_FOREIGN_KINDS = frozenset({Kind.OTHER_EVENT, Kind.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket found by its owner's name."""

    name: str
    serial: str
    section: str
    permitted: bool


class TrainingGate:
    """The training gate and its server; an async context manager.

    Args:
        folder: training's folder; a temporary folder is made inside it.
        guard: the trainee's name, which the admissions carry.
        patrons: the most that will come; decides how many tickets there are.
        seed: of the event's tickets.

    Raises:
        TrainingError, DemoError, StoreError: on entering, a part did not start.
    """

    def __init__(self, folder: Path, guard: str, patrons: int, seed: int) -> None:
        self._folder = folder
        self._guard = guard
        self._tickets = max(_FEWEST_TICKETS, _TICKETS_A_PATRON * patrons)
        self._seed = seed
        self._stack = contextlib.ExitStack()
        self._closing = threading.Lock()
        self._starting: Future[None] | None = None
        self._link = Link()
        self._begun = utc_now()
        self._ours: frozenset[str] = frozenset()
        self.tickets: list[Ticket] = []
        self.permitted: frozenset[str] = frozenset()

    def prepare(self) -> None:
        """Start the server in the background; `close` is needed where it is never entered."""
        if self._starting is None:
            starter = ThreadPoolExecutor(1, "training server")
            self._starting = starter.submit(self._start)
            starter.shutdown(wait=False)

    def close(self) -> None:
        """Stop everything that was started; can be called twice."""
        with self._closing:
            if self._starting:
                wait([self._starting])
            self._stack.close()

    async def __aenter__(self) -> "TrainingGate":
        self.prepare()
        try:
            if self._starting:
                await asyncio.wrap_future(self._starting)
            await self._open_and_read()
        except BaseException:
            await asyncio.to_thread(self.close)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def expect(self, payloads: Sequence[str]) -> None:
        """Name all payloads of this training; any other belongs to a real ticket."""
        self._ours = frozenset(payloads)

    async def judge(self, payload: str, source: str, now: float) -> Judged:
        """Judge a payload; `now` is in seconds after the doors open.

        A real ticket is refused with a reason of its own.
        """
        at = self._begun + timedelta(seconds=now)
        judged = await asyncio.wrap_future(self._parts.gate.present(payload, at, source))
        self._parts.gate.note_shown(judged)  # the trainee sees every verdict
        if payload in self._ours or judged.verdict.kind not in _FOREIGN_KINDS:
            return judged
        return judged._replace(verdict=Verdict(Reason.TRAINING, judged.verdict.serial))

    def search(self, name: str, most: int = 6) -> list[Hit]:
        """Find tickets by a part of the owner's name; this gate's sections come first."""
        wanted = " ".join(name.casefold().split())
        if not wanted:
            return []
        hits = [
            Hit(
                ticket.owner.name,
                ticket.serial,
                ticket.section_name or "",
                ticket.section in self.permitted,
            )
            for ticket in self.tickets
            if ticket.owner and ticket.owner.name and wanted in ticket.owner.name.casefold()
        ]
        return sorted(hits, key=lambda hit: (not hit.permitted, hit.name, hit.serial))[:most]

    def status(self) -> Status:
        """Return the gate's status."""
        return replace(read_status(self._reader), link=self._link)

    def at(self, now: float) -> datetime:
        """Return the time of day (aware), `now` seconds after the doors open."""
        return self._begun + timedelta(seconds=now)

    async def sync(self) -> None:
        """Pull and replay once; a failure shows in `status().link`."""
        for _ in range(_SYNC_TRIES if self._cable.connected else 1):
            try:
                await self._parts.sync_once()
            except ScannerError as error:
                self._link = link_after(error, self._link)
                structlog.get_logger("training").info("no sync", reason=str(error))
            else:
                self._link = Link(LinkState.ONLINE)
            if self._link.state is not LinkState.OFFLINE:
                return

    async def cut_network(self, admitted_meanwhile: Sequence[str]) -> None:
        """Cut the network; meanwhile another gate, still online, admits these serials."""
        await self.sync()
        await asyncio.to_thread(self._cable.cut)
        await self.sync()
        if admitted_meanwhile:
            await admit_elsewhere(self._server, list(admitted_meanwhile))

    async def restore_network(self) -> None:
        """Restore the network, and deliver the queue."""
        await asyncio.to_thread(self._cable.restore)
        await self.sync()

    async def admit_elsewhere(self, serials: Sequence[str]) -> None:
        """Admit serials at another gate."""
        if serials:
            await admit_elsewhere(self._server, list(serials))

    async def cancel(self, serials: Sequence[str]) -> None:
        """Cancel tickets at the server.

        Raises:
            TrainingError: the server did not cancel one.
        """
        for serial in serials:
            order = partial(command, self._server, f"tickets/{serial}", {"status": "Cancelled"})
            try:
                await asyncio.to_thread(order)
            except DemoError as error:
                raise TrainingError(TrainingFault.NOT_CANCELLED) from error

    async def revoke_token(self) -> None:
        """Revoke the gate's token, and sync so that the gate learns of it."""
        async with TickeTing(self._server.url, self._server.api_key) as api:
            tokens = await api.tokens(self._server.event, records=100)
            held = next(each for each in tokens.entries if each.code == self._code)
            await api.revoke_token(self._server.event, held.identifier)
        await self.sync()
        # The API refuses the key from now on. A gate believes that after a minute, which is over in
        # the scenario.
        await self._writer.run(_note_dead_token)

    async def reopen(self) -> None:
        """Open the closed gate with a new token, as a supervisor would."""
        async with TickeTing(self._server.url, self._server.api_key) as api:
            token = await api.issue_token(self._server.event, sorted(self.permitted))
        self._code = token.code
        await self._open()
        await self.sync()

    def _start(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._server: World = self._stack.enter_context(world(self._tickets, self._seed))
        self._code = self._server.code
        self._cable = self._stack.enter_context(Cable(self._server.port))
        home = tempfile.TemporaryDirectory(
            prefix="gate-",
            dir=self._folder,
            ignore_cleanup_errors=True,  # a thread may still be writing when the app ends
        )
        self._home = Path(self._stack.enter_context(home))
        self._keys = KeyStore(self._home, file_only=True)
        self._writer = self._stack.enter_context(Writer(database_file(self._home)))
        self._reader = self._stack.enter_context(
            contextlib.closing(open_reader(database_file(self._home)))
        )
        self._parts = self._stack.enter_context(
            assembled(_config(self._home), self._writer, self._keys)
        )

    async def _open_and_read(self) -> None:
        self.tickets, _ = await asyncio.gather(all_tickets(self._server), self._open())
        sections = tickets.read_sections(self._reader)
        self.permitted = frozenset(each.uri for each in sections if each.permitted)
        self._begun = datetime.now(UTC)

    async def _open(self) -> None:
        request = Request(
            api=f"http://127.0.0.1:{self._cable.port}/",
            code=self._code,
            name=self._guard,
            device=DEVICE,
            key=self._server.api_key,
            timeout=_TIMEOUT_SECONDS,
        )
        await open_gate(request, provider_of(), self._writer, self._keys, utc_now)


def _config(home: Path) -> Config:
    """Return settings that do not depend on those of the real gate."""
    return Config(
        home=home,
        confirmation=Confirmation.LOCAL,
        full_sync_seconds=_FULL_SYNC_SECONDS,
        timeout_seconds=_TIMEOUT_SECONDS,
        page_records=_PAGE_RECORDS,
    )


def _note_dead_token(conn: SqlConnection) -> None:
    with transaction(conn):
        sessions.note_token(conn, utc_now())
