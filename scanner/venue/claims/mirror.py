"""Follows the engine's claims into the cache, so that a gate knows them without the engine."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Protocol, TypeVar

import structlog

from scanner.store import installation, venue_claims, venue_dues
from scanner.store.database import SqlConnection
from scanner.store.errors import StoreError
from scanner.store.venue_claims import CLAIMS, TOLD, Mirrored
from scanner.venue.cancelling import pause
from scanner.venue.claims.bucket import Bucket, Entry, Unanswered
from scanner.venue.claims.claimant import Key, opened

_T = TypeVar("_T")

_MADE, _TAGS = "claims.made", "claims.tags"
"""Positions that tell another bucket under the same name, and a ledger with another tag."""

_AGAIN_SECONDS = 0.2

_COMPARED = 8
"""So many of the newest claims are compared; hardly ever have all of them changed since."""

_log = structlog.get_logger("venue")


class Store(Protocol):
    """The gate's two files, as `scanner.store.writer.Writer` has them."""

    def run(self, work: Callable[[SqlConnection], _T], /) -> Awaitable[_T]:
        """Do work on the ledger."""

    def run_on_cache(self, work: Callable[[SqlConnection], _T], /) -> Awaitable[_T]:
        """Do work on the cache; the ledger can be read beside it."""


class Mirror:
    """Keeps the cache's copy of an event's claims.

    Args:
        bucket: the event's claims at the engine.
        key: the venue's.
        store: the gate's files.
        give_way: waits a moment where a patron's verdict is in hand.

    Attributes:
        up_to_date: whether all is known that the engine had when the watch began, and it goes on.
        begins: whether what it tells now is all that the engine had then.
    """

    def __init__(
        self,
        bucket: Bucket,
        key: Key,
        store: Store,
        give_way: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._bucket = bucket
        self._give_way = give_way
        self._key = key
        self._store = store
        self._listeners: list[Callable[[Sequence[Mirrored]], None]] = []
        self.up_to_date = self.begins = False

    def subscribe(self, listener: Callable[[Sequence[Mirrored]], None]) -> None:
        """Call `listener` with claims as they are written; and with none once all are known."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Follow until cancelled, whatever breaks on the way."""
        while True:
            try:
                await self.follow()
            except Unanswered:
                pass
            except StoreError:
                _log.warning("the claims can't be mirrored", exc_info=True)
            except Exception:  # noqa: BLE001 - the next watch may work
                _log.exception("the mirror of claims failed")
            finally:
                self.up_to_date = False
            await pause(_AGAIN_SECONDS)

    async def follow(self) -> None:
        """Follow until the watch breaks, or the engine turns out to have lost what it had.

        Raises:
            Unanswered: it did.
            StoreError: the cache can't be written.
        """
        since, tags = await self._begin()
        known = since > 0
        async for entries in self._bucket.watch(since):
            if known and not self.up_to_date and (proven := await self._proven()) < since:
                await self._store.run_on_cache(partial(_go_back, to=proven))
                return
            if self._give_way:
                await self._give_way()
            since = max(since, *(each.revision for each in entries)) if entries else since
            found = await self._write(entries, tags, since) if entries else []
            self.begins, self.up_to_date = not self.up_to_date, True
            if found or self.begins:
                self._tell(found)

    async def _begin(self) -> tuple[int, frozenset[str]]:
        """Return the revision to go on from, and this ledger's tags."""
        extent = await self._bucket.extent()

        def begin(conn: SqlConnection) -> tuple[int, frozenset[str]]:
            tags = frozenset(installation.tags(conn))
            since = venue_claims.position(conn, CLAIMS)
            made = venue_claims.position(conn, _MADE)
            if since and (made != extent.made or extent.last < since):
                _log.warning("the venue's claims are new: all are told again", last=extent.last)
                venue_claims.read_again(conn, lost=True)
                since = 0
            elif venue_claims.position(conn, _TAGS) != len(tags):
                venue_claims.read_again(conn, lost=False)
                told = min(venue_claims.position(conn, TOLD), venue_dues.last_row(conn))
                venue_claims.note_position(conn, TOLD, told)  # the ledger may be an old copy
                since = 0
            venue_claims.note_position(conn, _MADE, extent.made)
            venue_claims.note_position(conn, _TAGS, len(tags))
            return since, tags

        return await self._store.run_on_cache(begin)

    async def _proven(self) -> int:
        """Return up to which revision the engine is known to be the one that was read; 0 for none.

        One that lost its last writes gives their revisions to others. Asked once the watch goes on:
        what is lost after that breaks it.
        """
        newest = partial(venue_claims.newest, most=_COMPARED)
        for each in await self._store.run_on_cache(newest):
            entry = await self._bucket.get(each.key)
            if entry is None or entry.revision < each.revision:
                return 0
            if entry.revision == each.revision:
                if opened(self._key, entry).claim != each.claim:
                    return 0
                if each.claim.entrants:  # one that was given back may be so again
                    return each.revision
        return 0

    async def _write(
        self, entries: Sequence[Entry], tags: Collection[str], position: int
    ) -> list[Mirrored]:
        found = [opened(self._key, each) for each in entries]
        readable = [each for each in found if each.claim.serial]
        await self._store.run_on_cache(
            lambda conn: venue_claims.write(conn, readable, tags, position)
        )
        return readable

    def _tell(self, found: Sequence[Mirrored]) -> None:
        for listener in self._listeners:
            listener(found)


def _go_back(conn: SqlConnection, to: int) -> None:
    if to:
        venue_claims.note_position(conn, CLAIMS, to)
    else:
        _log.warning("the venue's engine has lost claims: all are told again")
        venue_claims.read_again(conn, lost=True)
