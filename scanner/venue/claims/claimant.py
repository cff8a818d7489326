"""Asks the venue's engine for claims, by comparing and swapping, and gives back what was no light.

All of it runs in the venue's own loop.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

import structlog

from scanner.admission.claim import (
    Answer,
    Asked,
    Claim,
    ClaimState,
    Done,
    Lost,
    Standing,
    Step,
    Wish,
    Won,
    Write,
    step,
    unreadable,
)
from scanner.store.venue_claims import Mirrored, claim_from_text, claim_to_text
from scanner.venue.cancelling import pause
from scanner.venue.claims.bucket import Bucket, Entry, Taken, Unanswered
from scanner.venue.errors import Sealed

PATIENCE_SECONDS = 0.25
"""How long a claim takes at most, all tries and readings together."""

_BETWEEN_SECONDS = 0.05
"""How long what is no patron's gives way to verdicts in hand; it would add half a millisecond."""

_WRITTEN_BYTES = 4
"""What names a writing: two at one revision are hardly ever of the same name."""
_AGAIN_SECONDS = 0.02
_MIRRORED_SECONDS = 3.0
"""After which a claim that was won and is not in the mirror is asked about again."""
_GIVE_BACK_SECONDS = (0.1, 5.0)
"""The first wait before what is owed is tried again, and the longest; it doubles."""

_log = structlog.get_logger("venue")
_UNREADABLE = unreadable("")
_UNANSWERED = Answer(Standing.UNANSWERED)


class Key(Protocol):
    """The venue's key, see `scanner.venue.sealing.VenueKey`."""

    def name(self, text: str, use: str = "right") -> str:
        """Return what stands for a text, 64 hexadecimal digits."""

    def seal(self, plain: bytes, subject: str) -> bytes:
        """Close a message under its subject."""

    def open(self, sealed: bytes, subject: str) -> bytes:
        """Open it; raises `Sealed`."""


class Swapped(NamedTuple):
    """How a claim was left: what was decided last, and what the engine has of it then."""

    last: Step
    found: Mirrored | None


Deciding = Callable[[Claim | None], Step]
"""Says what to do about a claim as it was found; may be asked several times."""


@dataclass(slots=True)
class _Try:
    asked: Asked
    outcome: Standing = Standing.UNANSWERED
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Claimant:
    """One gate's claims to the tickets of one event.

    Args:
        bucket: the event's claims at the engine.
        key: the venue's.
        mirrored: reads the local mirror's copy of a claim by its key; it may be old.
    """

    def __init__(
        self, bucket: Bucket, key: Key, mirrored: Callable[[str], Mirrored | None]
    ) -> None:
        self._bucket = bucket
        self._key = key
        self._mirrored = mirrored
        self._tries: dict[str, _Try] = {}
        self._noting: list[set[str]] = []
        self._asking = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._in_hand: set[str] = set()
        self._between = asyncio.Event()
        self._between.set()
        self._owed: set[asyncio.Task[None]] = set()
        self._won: dict[str, float] = {}

    async def ask(self, asked: Asked) -> Answer:
        """Claim a ticket; `PATIENCE_SECONDS` at most, and never fails."""
        tried = self._begin(asked)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self._claim(asked)
        except TimeoutError:
            answer = _UNANSWERED
        except Exception:  # noqa: BLE001 - a patron waits: whatever is wrong is no answer
            _log.exception("a claim failed")
            answer = _UNANSWERED
        else:
            tried.outcome = answer.standing
        finally:
            tried.answered.set()
            self._asking -= 1
            if not self._asking:
                self._quiet.set()
        return answer

    def end(self, asked: Asked, *, green: bool) -> None:
        """Learn what came of a try; what it may have won is given back without a green light."""
        self._in_hand.discard(asked.us.nonce)
        if not self._in_hand:
            self._between.set()
        tried = self._tries.get(asked.us.nonce)
        if tried is None:
            return
        if green or tried.outcome is Standing.LOST:
            del self._tries[asked.us.nonce]
        else:
            self._owe(self._give_back(tried))

    async def paid(self) -> None:
        """Wait until all is given back that was owed."""
        while self._owed:
            await asyncio.wait(self._owed)

    def note_won(self, serial: str) -> None:
        """Note that the engine has a ticket's claim of ours."""
        self._won[serial] = asyncio.get_running_loop().time()

    def recently_won(self) -> frozenset[str]:
        """Return the tickets whose claims the mirror may not have got yet."""
        long_ago = asyncio.get_running_loop().time() - _MIRRORED_SECONDS
        self._won = {serial: at for serial, at in self._won.items() if at > long_ago}
        return frozenset(self._won)

    def forget_won(self) -> None:
        """Forget them: the mirror knows all that the engine has."""
        self._won = {}

    @contextlib.contextmanager
    def noted(self) -> Iterator[set[str]]:
        """Collect the nonces of all tries that are under way at any time inside."""
        nonces = set(self._tries)
        self._noting.append(nonces)
        try:
            yield nonces
        finally:
            self._noting.remove(nonces)

    async def quiet(self) -> None:
        """Wait until no patron waits for an answer."""
        await self._quiet.wait()

    async def between(self) -> None:
        """Wait until no patron's verdict is in hand, for a moment at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BETWEEN_SECONDS):
                await self._between.wait()

    async def swap(self, right: str, decide: Deciding) -> Swapped:
        """Do what `decide` says about a claim, until it is done.

        The mirror's copy comes first: it saves the reading in the ordinary case, and what it has of
        ours is so. Nothing else is believed of it that needs no writing.

        Raises:
            Unanswered: the engine did not answer; what was to be written may be, or may be yet.
        """
        key = self._key.name(right)
        found, fresh = self._mirrored(key), False
        while True:
            claim = found.claim if found else None
            decided = Lost(claim) if claim and claim == _UNREADABLE else decide(claim)
            if isinstance(decided, Write):
                try:
                    return Swapped(decided, await self._put(key, decided.claim, found))
                except Taken:
                    pass
            elif fresh or (isinstance(decided, Won) and found and found.revision):
                return Swapped(decided, found)
            found, fresh = await self._read(key), True

    async def tell_again(self, right: str, known: Mirrored) -> None:
        """Give the engine a claim that it has lost; what it has of that ticket by now stands.

        Raises:
            Unanswered: the engine did not answer.
        """
        if self._key.name(right) == known.key:  # else another venue's, or its ticket was made anew
            with contextlib.suppress(Taken):
                await self._put(known.key, known.claim, known)

    async def close(self) -> None:
        """End what is owed yet; a later process finds it."""
        for each in tuple(self._owed):
            each.cancel()
        await asyncio.gather(*self._owed, return_exceptions=True)

    def _begin(self, asked: Asked) -> _Try:
        tried = self._tries[asked.us.nonce] = _Try(asked)
        for each in self._noting:
            each.add(asked.us.nonce)
        self._asking += 1
        self._in_hand.add(asked.us.nonce)
        self._between.clear()
        self._quiet.clear()
        return tried

    async def _claim(self, asked: Asked) -> Answer:
        def decide(found: Claim | None) -> Step:
            return step(asked.serial, found, asked.wish, asked.us)

        while True:
            try:
                swapped = await self.swap(asked.right, decide)
            except Unanswered:
                await pause(_AGAIN_SECONDS)
                continue
            match swapped.last:
                case Lost(claim):
                    return Answer(Standing.LOST, claim)
                case Write() | Won():
                    self.note_won(asked.serial)
                    return Answer(Standing.WON)
                case Done():
                    return _UNANSWERED

    async def _give_back(self, tried: _Try) -> None:
        """Give back what a try won, until the engine has answered."""
        await tried.answered.wait()
        asked = tried.asked
        uncertain = tried.outcome is not Standing.WON

        def decide(found: Claim | None) -> Step:
            nonlocal uncertain
            given = step(asked.serial, found, Wish.RELEASE, asked.us)
            if isinstance(given, Write):
                uncertain = False
            elif uncertain:
                # What was sent may arrive yet: it expects the revision that this takes away.
                return Write(found or Claim(asked.serial, ClaimState.RELEASED))
            return given

        async for _ in _again_and_again():
            try:
                await self.swap(asked.right, decide)
                break
            except Unanswered:
                continue
        self._won.pop(asked.serial, None)
        self._tries.pop(asked.us.nonce, None)

    def _owe(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._owed.add(task)
        task.add_done_callback(self._paid)

    def _paid(self, task: "asyncio.Task[None]") -> None:
        self._owed.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _log.error("a claim was not given back", exc_info=error)

    async def _put(self, key: str, claim: Claim, found: Mirrored | None) -> Mirrored:
        claim = replace(claim, written=secrets.token_hex(_WRITTEN_BYTES))
        sealed = self._key.seal(claim_to_text(claim).encode(), key)
        revision = await self._bucket.put(key, sealed, found.revision if found else 0)
        return Mirrored(key, claim, revision)

    async def _read(self, key: str) -> Mirrored | None:
        entry = await self._bucket.get(key)
        return opened(self._key, entry) if entry else None


def opened(key: Key, entry: Entry) -> Mirrored:
    """Return an entry's claim; one that can't be read is held by somebody unknown."""
    try:
        text = key.open(entry.value, entry.key).decode()
        claim = claim_from_text(text)
    except (Sealed, ValueError) as error:
        _log.error(
            "a claim can't be read", claim=entry.key, revision=entry.revision, why=str(error)
        )
        claim = _UNREADABLE
    return Mirrored(entry.key, claim, entry.revision)


async def _again_and_again() -> AsyncIterator[None]:
    """Yield at once, then after growing waits."""
    wait, longest = _GIVE_BACK_SECONDS
    while True:
        yield
        await pause(wait)
        wait = min(longest, 2 * wait)
