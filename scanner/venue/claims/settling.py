"""Brings the venue to know what this gate has done: entries, exits, and what it holds for nothing.

It works whenever the mirror is up to date, from the ledger alone, so that a crash or hours without
the venue make no difference. Patrons at the gate go before it.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import structlog

from scanner.admission.claim import Claim, Entrant, Step, Wish, Won, Write, step
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Kind, Reason
from scanner.store import double_entries, installation, venue_claims, venue_dues
from scanner.store.database import SqlConnection, data_version, transaction
from scanner.store.errors import StoreError
from scanner.store.tickets import right_of
from scanner.store.venue_claims import TOLD, Mirrored
from scanner.store.venue_dues import OwnEntry, Passed
from scanner.venue.cancelling import pause
from scanner.venue.claims.bucket import Unanswered
from scanner.venue.claims.claimant import Claimant
from scanner.venue.claims.mirror import Mirror, Store

_EVERY_SECONDS = 5.0
_AT_LEAST_SECONDS = 0.25
"""Between two looks into the ledger."""
UNDER_WAY_SECONDS = 3.0
"""How long another process of this gate may take from a claim to its record in the ledger, which is
a commit; until then what looks like a claim for nothing may be one of its patrons."""
_REST = 4
"""Times what a look took, before the next: a large ledger is looked through less often."""
_MOST = 256
"""Of each kind, in one round; the mirror and the ledger are looked at again after it."""
_AT_ONCE = 8

_log = structlog.get_logger("venue")


class _Owed(NamedTuple):
    """A claim that is to be brought to where it belongs.

    Attributes:
        right: what names the claim.
        instead: the try whose claim it is now.
    """

    right: str
    serial: str
    wish: Wish
    us: Entrant
    known: Collection[EarlierAdmission] = ()
    instead: str = ""

    def decide(self, found: Claim | None) -> Step:
        return step(self.serial, found, self.wish, self.us, self.known)


class _Dues(NamedTuple):
    unclaimed: int = 0
    entries: Sequence[_Owed] = ()
    passed: Sequence[tuple[int, _Owed | None]] = ()
    unfounded: Sequence[_Owed] = ()
    twice: Sequence[Claim] = ()
    lost: Sequence[tuple[str, Mirrored]] = ()


class _Seen(NamedTuple):
    """What was found, and what it was found in: while that is the same, so is what is owed."""

    changes: tuple[int, ...]
    won: Collection[str]
    dues: _Dues


class Settling:
    """Settles one gate's account with its venue.

    Args:
        claimant: writes the claims.
        mirror: tells what the venue has.
        store: the gate's files.
        now: the time, aware.
        under_way_seconds: see `UNDER_WAY_SECONDS`.

    Attributes:
        unclaimed: how many of the gate's admissions the venue is not known to have.
    """

    def __init__(
        self,
        claimant: Claimant,
        mirror: Mirror,
        store: Store,
        now: Callable[[], datetime],
        under_way_seconds: float = UNDER_WAY_SECONDS,
    ) -> None:
        self._claimant = claimant
        self._mirror = mirror
        self._store = store
        self._now = now
        self._woken = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []
        self._doubted: dict[str, float] = {}
        self._under_way = under_way_seconds
        self._look_took = 0.0
        self._seen: _Seen | None = None
        self._noted = double_entries.Noted()
        self.unclaimed = 0
        mirror.subscribe(self._on_claims)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call `listener` when double entries were found, and noted in the journal."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """Look soon: something was let in or out."""
        self._woken.set()

    async def run(self) -> None:
        """Settle until cancelled, whatever fails on the way."""
        while True:
            more = False
            try:
                more = await self.settle()
            except Unanswered:
                pass
            except StoreError:
                _log.warning("what the venue is owed can't be read", exc_info=True)
            except Exception:  # noqa: BLE001 - the next look may work
                _log.exception("settling with the venue failed")
            await pause(max(_AT_LEAST_SECONDS, _REST * self._look_took))
            if not more:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(
                        self._under_way if self._doubted else _EVERY_SECONDS
                    ):
                        await self._woken.wait()
            self._woken.clear()

    async def settle(self) -> bool:
        """Do one round of what is owed; tells whether there is more of it.

        Raises:
            Unanswered: the engine does not answer.
            StoreError: a file can't be read or written.
        """
        with self._claimant.noted() as tries:
            won, began = self._claimant.recently_won(), asyncio.get_running_loop().time()
            look = partial(_look_again, won=won, before=self._seen)
            seen = await self._store.run_on_cache(look)
            self._look_took = asyncio.get_running_loop().time() - began
        dues = seen.dues
        self.unclaimed = dues.unclaimed
        if seen is not self._seen:
            await self._note_doubles(dues.twice)
            self._seen = seen
        if not self._mirror.up_to_date:
            return False
        told = await self._swap_all(dues.entries)
        for row, owed in dues.passed:
            if owed:
                await self._swap_all([owed])
            await self._store.run_on_cache(partial(_note_told, row=row))
        if not told:
            await self._tell_again(dues.lost)
        lasting = self._lasting(dues.unfounded)
        await self._swap_all([each for each in lasting if each.instead not in tries])
        return told or _MOST in (len(dues.passed), len(dues.lost))

    async def _tell_again(self, lost: Sequence[tuple[str, Mirrored]]) -> None:
        """Tell the engine what it has lost, after what this gate knows by its own ledger.

        Others' claims, too: a gate that was not there would let in on them, and one that holds a
        ticket for nothing has to hear of it to give it back.
        """
        for right, claim in lost:
            await self._claimant.quiet()
            await self._claimant.tell_again(right, claim)

    def _lasting(self, unfounded: Sequence[_Owed]) -> list[_Owed]:
        """Return what has been held for nothing for long enough to be nobody's that is at work."""
        now = asyncio.get_running_loop().time()
        self._doubted = {each.instead: self._doubted.get(each.instead, now) for each in unfounded}
        return [each for each in unfounded if now - self._doubted[each.instead] >= self._under_way]

    async def _swap_all(self, owed: Sequence[_Owed]) -> bool:
        """Write claims, a few at once, and never while a patron waits; tells whether any was."""
        gate, done = asyncio.Semaphore(_AT_ONCE), False

        async def swap(each: _Owed) -> None:
            nonlocal done
            async with gate:
                await self._claimant.quiet()
                swapped = await self._claimant.swap(each.right, each.decide)
                if isinstance(swapped.last, Write | Won):
                    done = True
                    if each.wish is Wish.SETTLE:
                        self._claimant.note_won(each.serial)
                    _log.info("the venue was told", wish=each.wish.value, serial=each.serial)

        # No task group: in Python 3.11, one that fails while it is waited for leaves its task with
        # a request to be cancelled, and in 3.11.2, Debian's, the next timeout then ends the task.
        tasks = [asyncio.create_task(swap(each)) for each in owed]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return done

    async def _note_doubles(self, claims: Sequence[Claim]) -> None:
        def note(conn: SqlConnection) -> int:
            with transaction(conn):
                tags = installation.tags(conn)
                return double_entries.note(conn, claims, tags, self._now(), self._noted)

        if claims and (new := await self._store.run(note)):
            _log.warning("tickets were let in twice", count=new)
            for listener in self._listeners:
                listener()

    def _on_claims(self, found: Sequence[Mirrored]) -> None:
        if self._mirror.begins:
            self._claimant.forget_won()  # what the engine has of that is known by now
        if self._mirror.begins or any(each.claim.twice for each in found):
            self.wake()


def _look_again(conn: SqlConnection, won: Collection[str], before: _Seen | None) -> _Seen:
    """Read what is owed, unless nothing was written since; on the cache's connection."""
    changes = (*data_version(conn), conn.total_changes)  # others', and its own
    if before and (before.changes, before.won) == (changes, won):
        return before
    return _Seen(changes, won, _look(conn, won))


def _look(conn: SqlConnection, won: Collection[str]) -> _Dues:
    """Read what is owed."""
    if venue_dues.is_behind(conn):
        return _Dues()
    entries = [each for each in venue_dues.unclaimed(conn) if each.serial not in won]
    told = venue_claims.position(conn, TOLD)
    passed = venue_dues.passed_since(conn, told, _MOST)
    unfounded = venue_dues.unfounded(conn, installation.current_tag(conn))
    return _Dues(
        len(entries),
        [_owed(conn, each, Wish.SETTLE) for each in entries[:_MOST]],
        [(each.by.row, _owed_for(conn, each)) for each in passed],
        [_owed_instead(conn, each.claim, entrant) for each, entrant in unfounded[:_MOST]],
        venue_dues.twice_let_in(conn),
        [(right_of(conn, each.claim.serial), each) for each in _lost(conn)],
    )


def _lost(conn: SqlConnection) -> list[Mirrored]:
    """Return what the engine lost; each gate begins elsewhere, so that they share the work."""
    tag = installation.current_tag(conn) or ""
    return venue_claims.lost(conn, hashlib.sha256(tag.encode()).hexdigest(), _MOST)


def _owed(
    conn: SqlConnection, entry: OwnEntry, wish: Wish, known: Collection[EarlierAdmission] = ()
) -> _Owed:
    return _Owed(right_of(conn, entry.serial), entry.serial, wish, entry.entrant, known)


def _owed_for(conn: SqlConnection, passed: Passed) -> _Owed | None:
    """Return what the venue is to be told of an exit or a further entry, if anything."""
    if passed.kind is Kind.EXITED:
        return _owed(conn, passed.by, Wish.LEAVE, passed.known)
    wishes = {
        Reason.OTHER_DOOR: Wish.SETTLE,
        Reason.BACK_AFTER_EXIT: Wish.RETURN,
        Reason.REENTRY: Wish.REENTRY,
    }
    wish = wishes.get(Reason(passed.reason))
    return _owed(conn, passed.by, wish, passed.known) if wish else None


def _owed_instead(conn: SqlConnection, claim: Claim, entrant: Entrant) -> _Owed:
    """Return what takes the place of a claim without an entry: the ticket's entry, or nobody."""
    serial, entry = claim.serial, venue_dues.standing(conn, claim.serial)
    if entry and entry.at not in {each.at for each in claim.everyone if each.is_of(entry.device)}:
        return _owed(conn, entry, Wish.SETTLE)._replace(instead=entrant.nonce)
    return _Owed(right_of(conn, serial), serial, Wish.RELEASE, entrant, (), entrant.nonce)


def _note_told(conn: SqlConnection, row: int) -> None:
    venue_claims.note_position(conn, TOLD, row)
