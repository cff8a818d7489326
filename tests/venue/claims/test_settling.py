import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from scanner.admission.claim import Claim, ClaimState, Entrant, Standing, Wish
from scanner.store.venue_claims import claim_from_text, claim_to_text
from scanner.venue.claims import settling
from scanner.venue.claims.bucket import Unanswered
from scanner.venue.claims.settling import Settling
from tests.store.worlds import SERIALS, seconds
from tests.venue.made_up import MadeUpBucket
from tests.venue.parties import SERIAL, Party, parties

Test = Callable[[MadeUpBucket, Party, Party], Coroutine[Any, Any, None]]


@pytest.fixture
def run(tmp_path: Path) -> Callable[[Test], None]:
    def runs(test: Test) -> None:
        async def go() -> None:
            bucket = MadeUpBucket()
            async with parties(tmp_path, bucket, "north", "south") as (north, south):
                await test(bucket, north, south)

        asyncio.run(go())

    return runs


def test_an_entry_without_an_answer_is_claimed_later(run: Callable[[Test], None]) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        await north.record()
        await north.settled()
        await south.until(south.claim)
        claim = south.claim()
        assert claim and claim.entered and claim.entered.device == north.device
        await north.until(north.claim)
        await north.settled()
        assert north.settling.unclaimed == 0
        assert bucket.last == 1

    run(test)


def test_the_task_that_settles_outlives_an_engine_without_answers(
    run: Callable[[Test], None],
) -> None:
    """Asked to be cancelled, it would end at its next timeout with Python 3.11.2."""

    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        await north.record()
        bucket.lost = 1
        await north.until(lambda: north.mirror.up_to_date)
        with pytest.raises(Unanswered):
            await north.settling.settle()
        task = asyncio.current_task()
        assert task
        assert task.cancelling() == 0

    run(test)


def test_a_claimed_entry_is_not_told_twice(run: Callable[[Test], None]) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        asked = north.asked()
        await north.claimant.ask(asked)
        await north.record()
        north.claimant.end(asked, green=True)
        for _ in range(2):
            await north.settled()
            assert north.settling.unclaimed == 0
            await north.until(north.claim)
        assert (bucket.last, bucket.writes) == (1, 1)

    run(test)


def test_a_double_entry_is_noted_at_both_gates_once(run: Callable[[Test], None]) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        await north.record()
        await south.record(at=seconds(1), redeemer="Bo")
        for gate in (north, south):
            await gate.settled()
        for gate, other in ((north, "south"), (south, "north")):
            await gate.until(partial(_is_double, gate))
            for _ in range(2):
                await gate.settled()
            (double,) = await gate.doubles()
            assert (double.serial, double.gate) == (SERIAL, other)

    run(test)


def test_a_claim_that_no_entry_followed_is_given_back(run: Callable[[Test], None]) -> None:
    """The process ended between the claim and its commit."""

    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        asked = north.asked()
        await north.claimant.ask(asked)
        await north.until(north.claim)
        await north.settled()
        assert _is(north, ClaimState.HELD), "its try is under way"
        north.claimant.end(asked, green=True)
        await north.settled()
        await south.until(partial(_is, south, ClaimState.RELEASED))
        assert (await south.claimant.ask(south.asked())).standing is Standing.WON

    run(test)


def test_what_another_process_of_a_gate_has_just_claimed_is_not_given_back(
    run: Callable[[Test], None],
) -> None:
    """Its record in the ledger may be on its way; a patron may have seen the green light."""

    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        beside = Settling(north.claimant, north.mirror, north.writer, lambda: seconds(9))
        asked = north.asked()
        await north.claimant.ask(asked)
        north.claimant.end(asked, green=True)  # so that it is none of this process's tries
        await north.until(north.claim)
        for _ in range(2):
            await beside.settle()
        assert bucket.writes == 1

    run(test)


def test_a_patron_who_left_is_not_let_in_twice_by_that(run: Callable[[Test], None]) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        entered = north.asked()
        await north.claimant.ask(entered)
        await north.record()
        north.claimant.end(entered, green=True)
        await north.record(at=seconds(1), kind="exited", reason="verdict.exited")
        await north.settled()
        await south.until(partial(_is, south, ClaimState.LEFT))
        back = south.asked(Wish.BACK, seconds(2))
        assert (await south.claimant.ask(back)).standing is Standing.WON
        await south.record(at=seconds(2), kind="reentry", reason="verdict.back_after_exit")
        south.claimant.end(back, green=True)
        again = north.asked(Wish.BACK, seconds(3))
        assert (await north.claimant.ask(again)).standing is Standing.LOST
        for gate in (north, south):
            await gate.until(partial(_is, gate, ClaimState.HELD))
            await gate.settled()
            assert gate.settling.unclaimed == 0
            assert not await gate.doubles()

    run(test)


def test_a_new_engine_is_told_all_again(run: Callable[[Test], None]) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        await north.record()
        await north.record(at=seconds(1), kind="exited", reason="verdict.exited")
        await north.settled()
        await north.until(partial(_is, north, ClaimState.LEFT))
        await bucket.lose_all()
        await north.until(lambda: not north.mirror.up_to_date)
        await north.settled()
        assert bucket.last == 2
        await south.until(partial(_is, south, ClaimState.LEFT))

    run(test)


def test_what_the_engine_lost_is_told_again_though_others_wrote_since(
    run: Callable[[Test], None],
) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        asked = north.asked()
        await north.claimant.ask(asked)
        await north.record()
        north.claimant.end(asked, green=True)
        await north.until(north.claim)
        await bucket.lose_last(1)
        for each in SERIALS[1:3]:  # the revision that was lost, and one more
            await south.claimant.ask(south.asked(serial=each))
        await north.until(lambda: north.claim(SERIALS[2]))
        await north.settled()
        claim = claim_from_text(bucket.entries[f"right:{SERIAL}"].value.partition(b"|")[2].decode())
        assert claim.entered and claim.entered.device == north.device

    run(test)


def test_a_claim_for_nothing_that_the_engine_lost_locks_no_ticket(
    run: Callable[[Test], None],
) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        left_open = north.asked()
        await north.claimant.ask(left_open)
        await south.until(south.claim)
        del north.claimant._tries[left_open.us.nonce]  # the gate ended before its commit
        await bucket.lose_all()
        await north.until(lambda: not north.mirror.up_to_date)
        await south.until(lambda: not south.mirror.up_to_date)
        await south.settled()
        await north.until(lambda: _revision(north) == 1)
        await north.settled()
        await south.until(partial(_is, south, ClaimState.RELEASED))

    run(test)


def test_a_gate_that_was_not_there_hears_of_others_what_the_engine_lost(
    run: Callable[[Test], None],
) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        gone = Entrant("9z9z east", "Bo", seconds(0), "b" * 32)  # out of reach by then
        key = f"right:{SERIAL}"
        told = claim_to_text(Claim(SERIAL, ClaimState.HELD, gone)).encode()
        await bucket.put(key, f"{key}|".encode() + told, 0)
        await north.until(north.claim)
        await bucket.lose_all()
        await north.until(lambda: not north.mirror.up_to_date)
        await north.settled()
        assert (await south.claimant.ask(south.asked())).standing is Standing.LOST
        assert bucket.last == 1

    run(test)


def test_a_try_to_come_back_without_an_entry_is_given_back(
    run: Callable[[Test], None],
) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        await north.record()
        await north.record(at=seconds(1), kind="exited", reason="verdict.exited")
        await north.settled()
        await north.until(partial(_is, north, ClaimState.LEFT))
        left_open = north.asked(Wish.BACK, seconds(2))
        await north.claimant.ask(left_open)
        await north.until(partial(_is, north, ClaimState.HELD))
        del north.claimant._tries[left_open.us.nonce]  # the gate ended before its commit
        await north.settled()
        await north.until(partial(_is, north, ClaimState.LEFT))

    run(test)


def test_the_ledger_is_read_again_only_after_a_write(run: Callable[[Test], None]) -> None:
    async def test(bucket: MadeUpBucket, north: Party, south: Party) -> None:
        await north.record()
        await north.settled()
        await north.until(north.claim)
        await north.settled()
        with mock.patch.object(settling, "_look", wraps=settling._look) as look:
            await north.settled()
            assert not look.called
            await north.record(seconds(1), SERIALS[1])  # on the ledger's connection
            await north.settled()
            assert look.called

    run(test)


def _revision(gate: Party) -> int:
    found = gate.mirrored(f"right:{SERIAL}")
    return found.revision if found else 0


def _is(gate: Party, state: ClaimState) -> bool:
    claim = gate.claim()
    return claim is not None and claim.state is state


def _is_double(gate: Party) -> bool:
    claim = gate.claim()
    return claim is not None and bool(claim.twice)
