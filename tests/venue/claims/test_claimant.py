import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from scanner.admission.claim import (
    Asked,
    Claim,
    ClaimState,
    Entrant,
    Standing,
    Wish,
    new_nonce,
)
from scanner.store.venue_claims import Mirrored, claim_from_text
from scanner.venue.claims.bucket import Taken, Unanswered
from scanner.venue.claims.claimant import Claimant
from tests.venue.made_up import MadeUpBucket, PlainKey

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)


def asked(device: str = "7k3q north", wish: Wish = Wish.ENTER) -> Asked:
    return Asked("/events/1", "S1", "S1", wish, Entrant(device, "Ana", NOW, new_nonce()))


def claim_in(bucket: MadeUpBucket) -> Claim | None:
    entry = bucket.entries.get("right:S1")
    return claim_from_text(PlainKey().open(entry.value, entry.key).decode()) if entry else None


def claimant(bucket: MadeUpBucket, mirrored: Mirrored | None = None) -> Claimant:
    return Claimant(bucket, PlainKey(), lambda _: mirrored)


def run(test: Callable[[MadeUpBucket], Coroutine[Any, Any, None]]) -> None:
    async def go() -> None:
        await test(MadeUpBucket())

    asyncio.run(go())


def test_a_free_ticket_takes_one_round_trip() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        answer = await claimant(bucket).ask(asked())
        assert answer.standing is Standing.WON
        assert (bucket.writes, bucket.reads) == (1, 0)

    run(test)


def test_the_second_gate_learns_who_was_first() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        first = asked()
        await claimant(bucket).ask(first)
        answer = await claimant(bucket).ask(asked("m4rx south"))
        assert answer.standing is Standing.LOST
        assert answer.claim and answer.claim.entered == first.us

    run(test)


def test_a_lost_answer_is_found_again_by_its_nonce() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        bucket.lost = 1
        answer = await claimant(bucket).ask(asked())
        assert answer.standing is Standing.WON
        assert bucket.last == 1

    run(test)


def test_without_an_engine_there_is_no_answer() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        bucket.gone = True
        assert (await claimant(bucket).ask(asked())).standing is Standing.UNANSWERED

    run(test)


def test_a_claim_without_a_green_light_is_given_back_once_the_engine_answers() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        gate, ours = claimant(bucket), asked()
        await gate.ask(ours)
        bucket.gone = True
        gate.end(ours, green=False)
        await asyncio.sleep(0)
        bucket.gone = False
        await gate.paid()
        found = claim_in(bucket)
        assert found and found.state is ClaimState.RELEASED

    run(test)


def test_what_arrives_after_it_was_given_back_changes_nothing() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        late: list[tuple[str, bytes, int]] = []

        class Slow(MadeUpBucket):
            async def put(self, key: str, value: bytes, revision: int) -> int:
                if not late:
                    late.append((key, value, revision))
                if self.gone:
                    raise Unanswered
                return await super().put(key, value, revision)

        slow = Slow()
        slow.gone = True
        gate, ours = claimant(slow), asked()
        assert (await gate.ask(ours)).standing is Standing.UNANSWERED
        slow.gone = False
        gate.end(ours, green=False)
        await gate.paid()
        try:
            await slow.put(*late[0])
        except Taken:
            pass
        else:
            raise AssertionError("the late write was taken")

    run(test)


def test_a_claim_that_cannot_be_read_is_somebodys() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        await bucket.put("right:S1", b"nonsense", 0)
        answer = await claimant(bucket).ask(asked())
        assert answer.standing is Standing.LOST
        assert answer.claim and answer.claim.entered
        assert bucket.entries["right:S1"].value == b"nonsense"

    run(test)


def test_an_old_mirror_decides_nothing() -> None:
    """It says that another gate holds the ticket, which has given it back since."""

    async def test(bucket: MadeUpBucket) -> None:
        other = Entrant("m4rx south", "Bo", NOW, new_nonce())
        stale = Mirrored("right:S1", Claim("S1", ClaimState.HELD, other), 1)
        answer = await claimant(bucket, stale).ask(asked())
        assert answer.standing is Standing.WON

    run(test)


def test_what_is_no_patrons_waits_for_the_verdict_in_hand_and_a_moment_at_most() -> None:
    async def test(bucket: MadeUpBucket) -> None:
        gate, first = claimant(bucket), asked()
        await gate.ask(first)
        waiting = asyncio.create_task(gate.between())
        await asyncio.sleep(0)
        assert not waiting.done()
        gate.end(first, green=True)
        async with asyncio.timeout(0.04):  # less than a moment
            await waiting
        await gate.ask(asked("m4rx south"))
        async with asyncio.timeout(5):
            await gate.between()  # nobody ends it

    run(test)
