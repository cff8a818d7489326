"""Who goes first: a person's key or ticket, or the background."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.ticket import TicketStatus
from scanner.bench import stock
from scanner.bench.stock import Listing
from scanner.gate import Gate
from scanner.platform.server_time import ServerTime
from scanner.priority import CLAIM_SECONDS, MOST_SECONDS, Priority
from scanner.store import ticket_writes
from scanner.store.database import open_database, transaction
from scanner.store.tickets import TicketRow
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.pull import Pull
from tests.sync.wired import platform_over


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


def test_background_work_has_way_while_nobody_waits(clock: Hand) -> None:
    assert Priority(clock).has_way()


def test_background_work_gives_way_from_a_claim_until_it_lapses(clock: Hand) -> None:
    priority = Priority(clock)
    priority.claim()
    assert not priority.has_way()
    clock.now += CLAIM_SECONDS - 0.001
    assert not priority.has_way()
    clock.now += 0.002
    assert priority.has_way()


def test_whoever_keeps_typing_leaves_the_background_half_of_the_time(clock: Hand) -> None:
    priority = Priority(clock)
    ways = []
    for _ in range(int(20 * MOST_SECONDS / 0.01)):
        priority.claim()
        ways.append(priority.has_way())
        clock.now += 0.01
    assert 0.4 < sum(ways) / len(ways) < 0.6


def test_both_ways_to_wait_return_once_a_claim_has_lapsed() -> None:
    priority = Priority()
    priority.claim()
    priority.give_way()
    assert priority.has_way()
    priority.claim()
    asyncio.run(priority.step_aside())
    assert priority.has_way()


def test_a_presentation_claims_the_interpreter(tmp_path: Path) -> None:
    with Writer(tmp_path / "gate.sqlite3") as writer:
        priority = Priority()
        gate = Gate(writer, priority=priority)
        assert priority.has_way()
        presented = gate.present("DAWIER-BACK75580348", utc_now(), "wedge")
        assert not priority.has_way()
        presented.result(10)


def test_a_presentation_that_is_waited_for_claims_it_too(tmp_path: Path, clock: Hand) -> None:
    with Writer(tmp_path / "gate.sqlite3") as writer:
        priority = Priority(clock)
        Gate(writer, priority=priority).present_and_wait("DAWIER-BACK75580348", utc_now(), "pipe")
        assert not priority.has_way()


class Counted(Priority):
    """Counts how often background work asks whether it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = {"while pages come": 0, "while they are written": 0}

    async def step_aside(self) -> None:
        self.asked["while pages come"] += 1
        await super().step_aside()

    def give_way(self) -> None:
        self.asked["while they are written"] += 1
        super().give_way()


async def test_a_pull_gives_way_to_who_claims_the_priority_that_it_was_passed(
    tmp_path: Path,
) -> None:
    file, priority = tmp_path / "gate.sqlite3", Counted()
    with closing(open_database(file)) as conn, transaction(conn):
        stock.begin(conn, everywhere=True)
    with Writer(file) as writer:
        pull = Pull(platform_over(Listing(1200)), writer, ServerTime(utc_now), priority=priority)
        await pull.everything(stock.SESSION)
    assert priority.asked["while pages come"] == 3
    assert priority.asked["while they are written"] >= 3


def test_writing_many_tickets_pauses_every_few_of_them(tmp_path: Path) -> None:
    pauses: list[int] = []

    def write(conn: sqlite3.Connection) -> None:
        def pause() -> None:
            pauses.append(conn.total_changes - before)

        before = conn.total_changes
        with transaction(conn):
            ticket_writes.write_incoming(
                conn, [ticket_writes.incoming(each) for each in rows], 0, pause
            )

    rows = [
        TicketRow(f"DAWIER-BACK{n:08}", "/s", "S", TicketStatus.ISSUED, None, None, None)
        for n in range(1001)
    ]
    with Writer(tmp_path / "gate.sqlite3") as writer:
        asyncio.run(writer.run_on_cache(write))
    assert pauses[:3] == [0, 500, 1000]
