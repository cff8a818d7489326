"""Gates of one venue in one event loop: real files, real claims, a made-up engine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

from scanner.admission.claim import Asked, Claim, Entrant, Wish, new_nonce
from scanner.admission.names import tagged
from scanner.store import double_entries, installation, journal, venue_claims
from scanner.store.database import open_reader, transaction
from scanner.store.double_entries import DoubleEntry
from scanner.store.writer import Writer
from scanner.venue.claims.claimant import Claimant
from scanner.venue.claims.mirror import Mirror
from scanner.venue.claims.settling import Settling
from tests.store.worlds import EVENT, NOW, SERIALS, filled, row, scan
from tests.venue.made_up import MadeUpBucket, PlainKey

SERIAL = SERIALS[0]
_SECONDS = 5.0


class Party:
    """One gate: its files, and what it has of the venue."""

    def __init__(self, file: Path, name: str, bucket: MadeUpBucket) -> None:
        self.writer = Writer(file)
        self._name = name
        self._reader = open_reader(file)
        key = PlainKey()
        self.claimant = Claimant(bucket, key, self.mirrored)
        self.mirror = Mirror(bucket, key, self.writer)
        self.settling = Settling(self.claimant, self.mirror, self.writer, lambda: NOW, 0)
        self._running: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._running.append(asyncio.create_task(self.mirror.run()))

    async def stop(self) -> None:
        for each in self._running:
            each.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.claimant.close()
        self._reader.close()
        await asyncio.to_thread(self.writer.close)

    @property
    def device(self) -> str:
        return tagged(installation.current_tag(self._reader), self._name)

    def mirrored(self, key: str) -> venue_claims.Mirrored | None:
        return venue_claims.read(self._reader, key)

    def claim(self, serial: str = SERIAL) -> Claim | None:
        found = self.mirrored(f"right:{serial}")
        return found.claim if found else None

    def asked(self, wish: Wish = Wish.ENTER, at: datetime = NOW, serial: str = SERIAL) -> Asked:
        return Asked(EVENT, serial, serial, wish, Entrant(self.device, "Ana", at, new_nonce()))

    async def record(self, at: datetime = NOW, serial: str = SERIAL, **changes: str) -> int:
        """Write a presentation into the ledger: an admission, unless told otherwise."""
        kept = scan(serial, at, **({"device": self.device} | changes))

        def write(conn: journal.KeyedConnection) -> int:
            with transaction(conn):
                return journal.append(conn, kept)

        return await self.writer.run(write)  # type: ignore[arg-type] # it is one

    async def doubles(self) -> list[DoubleEntry]:
        """Return the double entries that the journal tells of."""
        return await self.writer.run(lambda conn: list(double_entries.read(conn)))

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds, while the venue goes on."""
        async with asyncio.timeout(_SECONDS):
            while not holds():  # noqa: ASYNC110 - it watches a file
                await asyncio.sleep(0.005)

    async def settled(self) -> None:
        """Settle once the mirror is up to date, until nothing is owed."""
        await self.until(lambda: self.mirror.up_to_date)
        while await self.settling.settle():
            pass


@asynccontextmanager
async def parties(folder: Path, bucket: MadeUpBucket, *names: str) -> AsyncIterator[list[Party]]:
    """Open gates of one event, each with twelve tickets, that mirror the venue's claims."""
    opened = []
    for name in names:
        (folder / name).mkdir(exist_ok=True)
        file = folder / name / "gate.sqlite3"
        if not file.exists():
            with closing(filled(file, [row(serial) for serial in SERIALS])):
                pass
        opened.append(Party(file, name, bucket))
    try:
        for each in opened:
            each.start()
        yield opened
    finally:
        for each in opened:
            await each.stop()
