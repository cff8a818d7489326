"""A gate of training's own: its own server, its own database, its own token, a cable to cut.

Everything lies in one folder of training's and is gone afterwards. Nothing here can reach the real
database, session or API: the address is this machine's, and the key store is a file of its own.
"""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import structlog

from scanner.admission.verdict import Kind, Verdict
from scanner.demo.cable import Cable
from scanner.demo.world import World, admit_elsewhere, all_tickets, world
from scanner.errors import ScannerError
from scanner.gate import Gate, Judged
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.store import cache
from scanner.store.database import open_reader
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.engine import Engine, Pace
from scanner.sync.link import Link, LinkState, link_after
from scanner.sync.opening import Request, open_gate
from scanner.sync.status import Status, read_status
from scanner.ticketing.client import TickeTing
from scanner.ticketing.resources import Ticket
from scanner.training.errors import TrainingError

DEVICE = "training gate"

TRAINING_REASON = "This is training: real tickets are not judged here"
TRAINING_ADVICE = "Send the patron to a real gate."

_FEWEST_TICKETS = 120
_TICKETS_A_PATRON = 3
_SYNC_TRIES = 3
_TIMEOUT_SECONDS = 5.0
_WORDLESS = frozenset({Kind.OTHER_EVENT, Kind.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket that a search by name found."""

    name: str
    serial: str
    section: str
    permitted: bool


class House:
    """The training gate and the server behind it; use as an async context manager.

    Args:
        folder: training's own; a folder within it is made and removed again.
        guard: the trainee's name, as the admissions bear it.
        patrons: how many will come, at most.
        seed: of the event's tickets.

    Raises:
        TrainingError, DemoError, StoreError: on entering, where a part does not start.
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
        """Begin to start the server now, while something else is done; `close` if never entered."""
        if self._starting is None:
            starter = ThreadPoolExecutor(1, "house")
            self._starting = starter.submit(self._start)
            starter.shutdown(wait=False)

    def close(self) -> None:
        """Take everything down, however far it came; harmless a second time."""
        with self._closing:
            if self._starting:
                wait([self._starting])
            self._stack.close()

    async def __aenter__(self) -> "House":
        self.prepare()
        try:
            if self._starting:
                await asyncio.wrap_future(self._starting)
            await self._stage()
        except BaseException:
            await asyncio.to_thread(self.close)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._engine.close()
        await asyncio.to_thread(self.close)

    def expect(self, payloads: Sequence[str]) -> None:
        """Name the codes that belong to training, however strange: what else comes is real."""
        self._ours = frozenset(payloads)

    async def judge(self, payload: str, source: str, now: float) -> Judged:
        """Let the gate judge a payload; `now` is in seconds after the doors' opening.

        A ticket that is not the crowd's is refused as training's, whatever it is worth elsewhere.
        """
        at = self._begun + timedelta(seconds=now)
        judged = await asyncio.wrap_future(self._gate.present(payload, at, source))
        if payload in self._ours or judged.verdict.kind not in _WORDLESS:
            return judged
        refusal = Verdict(Kind.OTHER_EVENT, TRAINING_REASON, TRAINING_ADVICE, judged.verdict.serial)
        return judged._replace(verdict=refusal)

    def search(self, name: str, most: int = 6) -> list[Hit]:
        """Find tickets by a part of the owner's name; those of this gate's sections first."""
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
        """Return how the gate stands."""
        return replace(read_status(self._reader), link=self._link)

    def at(self, now: float) -> datetime:
        """Return the training's time of day, aware, so many seconds after the doors' opening."""
        return self._begun + timedelta(seconds=now)

    async def sync(self) -> None:
        """Pull and replay once; what stands in the way shows in `status`."""
        for _ in range(_SYNC_TRIES if self._cable.connected else 1):
            try:
                await self._engine.pull()
                await self._engine.replay()
            except ScannerError as error:
                self._link = link_after(error, self._link)
                structlog.get_logger("training").info("no sync", reason=str(error))
            else:
                self._link = Link(LinkState.ONLINE)
            if self._link.state is not LinkState.OFFLINE:
                return

    async def cut_network(self, admitted_meanwhile: Sequence[str]) -> None:
        """Cut the gate off; another gate, which is not, lets some in meanwhile."""
        await self.sync()
        await asyncio.to_thread(self._cable.cut)
        await self.sync()
        if admitted_meanwhile:
            await admit_elsewhere(self._there, list(admitted_meanwhile))

    async def restore_network(self) -> None:
        """Put the cable back, and deliver what waits."""
        await asyncio.to_thread(self._cable.restore)
        await self.sync()

    async def admit_elsewhere(self, serials: Sequence[str]) -> None:
        """Let tickets in at another gate."""
        if serials:
            await admit_elsewhere(self._there, list(serials))

    async def cancel(self, serials: Sequence[str]) -> None:
        """Cancel tickets at the server."""
        if not serials:
            return
        headers = {"X-API-Key": self._there.api_key, "X-Client-Version": "3.0.0"}
        async with httpx.AsyncClient(
            base_url=self._there.url, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False
        ) as referee:
            for serial in serials:
                answer = await referee.post(f"_mock/tickets/{serial}", json={"status": "Cancelled"})
                if not answer.is_success:
                    raise TrainingError("The training server did not cancel a ticket; try again.")

    async def revoke_token(self) -> None:
        """Invalidate the gate's token; the gate learns of it at once."""
        async with TickeTing(self._there.url, self._there.api_key) as api:
            tokens = await api.tokens(self._there.event, records=100)
            held = next(each for each in tokens.entries if each.code == self._code)
            await api.revoke_token(self._there.event, held.identifier)
        await self.sync()

    async def reopen(self) -> None:
        """Do what the supervisor does about a closed gate: open it with a new token."""
        async with TickeTing(self._there.url, self._there.api_key) as api:
            token = await api.issue_token(self._there.event, sorted(self.permitted))
        self._code = token.code
        await self._open()
        await self.sync()

    def _start(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._there: World = self._stack.enter_context(world(self._tickets, self._seed))
        self._code = self._there.code
        self._cable = self._stack.enter_context(Cable(self._there.port))
        home = tempfile.TemporaryDirectory(
            prefix="gate-",
            dir=self._folder,
            ignore_cleanup_errors=True,  # whoever leaves while it opens may be writing yet
        )
        self._home = Path(self._stack.enter_context(home))
        self._keys = KeyStore(self._home, file_only=True)
        self._writer = self._stack.enter_context(Writer(database_file(self._home)))
        self._gate = Gate(self._writer)
        self._reader = self._stack.enter_context(
            contextlib.closing(open_reader(database_file(self._home)))
        )
        self._engine = Engine(self._writer, self._keys, utc_now, _connect, Pace())

    async def _stage(self) -> None:
        self.tickets, _ = await asyncio.gather(all_tickets(self._there), self._open())
        sections = cache.read_sections(self._reader)
        self.permitted = frozenset(each.uri for each in sections if each.permitted)
        self._begun = datetime.now(UTC)

    async def _open(self) -> None:
        request = Request(
            api=f"http://127.0.0.1:{self._cable.port}/",
            code=self._code,
            name=self._guard,
            device=DEVICE,
            key=self._there.api_key,
            timeout=_TIMEOUT_SECONDS,
        )
        await open_gate(request, self._writer, self._keys, utc_now)


def _connect(url: str, key: str) -> TickeTing:
    return TickeTing(url, key, timeout=_TIMEOUT_SECONDS)
