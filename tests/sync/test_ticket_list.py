"""The pull against a server whose list shrinks, shifts, or lies about its length."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.platform.errors import ApiFault, ListError, Unreachable
from scanner.platform.paged_list import PageSize
from scanner.platform.server_time import ServerTime
from scanner.store import doubts, sessions, ticket_writes
from scanner.store.database import transaction
from scanner.store.writer import Writer
from scanner.sync.pull import Pull
from scanner.sync.status import ListDoubt, doubt_of
from tests.sync.list_server import (
    BALCONY,
    BEGIN,
    EVENT,
    FLOOR,
    GRANT,
    SCOPE,
    SESSION,
    Server,
    serials,
)
from tests.sync.wired import platform_over


class Gate:
    """A gate's cache, and its pulls from a server."""

    def __init__(self, writer: Writer, server: Server, records: int = 10) -> None:
        self.writer = writer
        self.server = server
        self.scope = SCOPE
        self.size = PageSize(records)
        platform = platform_over(server, EVENT)
        self.pull = Pull(platform, writer, ServerTime(lambda: server.now), self.size)

    def permit(self, *sections: str) -> None:
        self.scope = replace(SCOPE, permitted=frozenset(sections))
        self.server.sections = self.scope.permitted

    def read_scope(self) -> None:
        asyncio.run(self.pull.write_scope(SESSION, self.scope))

    def everything(self, **how: bool) -> None:
        asyncio.run(self._everything(**how))

    async def _everything(self, **how: bool) -> None:
        await self.pull.write_scope(SESSION, self.scope)
        await self.pull.others(SESSION)
        await self.pull.everything(SESSION, **how)

    def others(self) -> None:
        self.server.asked.clear()
        asyncio.run(self.pull.others(SESSION))

    def later(self, seconds: float) -> None:
        self.server.now += timedelta(seconds=seconds)

    def listed(self) -> set[str]:
        query = "SELECT serial FROM ticket WHERE listed"
        rows = self.writer.submit(lambda conn: conn.execute(query).fetchall()).result(10)
        return {serial for (serial,) in rows}

    def doubt(self) -> str | None:
        found = self.writer.submit(doubt_of).result(10)
        return found.code if found else None

    def known_elsewhere(self) -> int:
        query = "SELECT count(*) FROM other_admission"
        return int(self.writer.submit(lambda conn: conn.execute(query).fetchone()).result(10)[0])


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with Writer(tmp_path / "gate.sqlite3") as writer:

        def opened(conn: Any) -> None:
            with transaction(conn):
                sessions.open_session(conn, SESSION)

        writer.submit(opened).result(10)
        gate = Gate(writer, Server(serials(50)))
        gate.everything()
        yield gate


@pytest.mark.parametrize("left", [0, 1, 39, 40])
def test_much_that_is_absent_stays_until_a_second_reading_a_minute_later(
    gate: Gate, left: int
) -> None:
    gate.server.serials = serials(left)
    gate.everything()
    assert gate.listed() == set(serials(50))
    assert gate.doubt() == ListDoubt.SHRUNK
    gate.later(55)
    gate.everything()
    assert gate.listed() == set(serials(50))
    gate.later(6)
    gate.everything()
    assert gate.listed() == set(serials(left))
    assert gate.doubt() is None


def test_a_list_that_comes_back_is_no_longer_doubted(gate: Gate) -> None:
    gate.server.serials = []
    gate.everything()
    gate.server.serials = serials(50)
    gate.later(10)
    gate.everything()
    assert gate.listed() == set(serials(50))
    assert gate.doubt() is None


def test_a_person_can_accept_what_has_shrunk(gate: Gate) -> None:
    gate.server.serials = serials(3)
    gate.everything()
    gate.everything(accept_shrink=True)
    assert gate.listed() == set(serials(3))
    assert gate.doubt() is None


def test_what_only_the_second_reading_lacks_is_doubted_by_itself(gate: Gate) -> None:
    gate.server.serials = serials(50)[:25]
    gate.everything()
    gate.server.serials = serials(50)[25:]
    gate.later(120)
    gate.everything()
    assert gate.listed() == set(serials(50))
    assert gate.doubt() == ListDoubt.SHRUNK


def test_few_that_are_absent_are_withdrawn_at_once(gate: Gate) -> None:
    gate.server.serials = serials(41)
    gate.everything()
    assert gate.listed() == set(serials(41))
    assert gate.doubt() is None


def test_a_short_list_may_shrink_at_once(gate: Gate) -> None:
    gate.server.serials = serials(41)
    gate.everything()
    for left in (34, 28, 23, 19, 0):
        gate.server.serials = serials(left)
        gate.everything()
    assert gate.listed() == set()


def test_tickets_that_were_used_elsewhere_are_rightly_absent(gate: Gate) -> None:
    gate.server.admitted = serials(30)
    gate.server.serials = serials(50)[30:]
    gate.everything()
    assert gate.doubt() is None


def test_another_scope_ends_the_doubt(gate: Gate) -> None:
    gate.server.serials = []
    gate.everything()
    gate.permit(FLOOR, BALCONY)
    gate.read_scope()
    assert gate.doubt() is None


def test_a_ticket_on_a_page_that_moved_is_not_taken_for_gone(gate: Gate) -> None:
    gate.server.before_page = {2: serials(1)[0]}
    gate.everything()
    assert gate.listed() >= set(serials(50)[1:])
    gate.everything()
    assert gate.listed() == set(serials(50)[1:])


def test_a_list_that_vanishes_while_it_is_read_again_confirms_nothing(gate: Gate) -> None:
    gate.server.serials = serials(100)
    gate.everything()
    gate.server.before_page = {10: serials(1)[0]}  # so the 91st moves to page 9
    gate.server.asked.clear()
    gate.server.vanishes_after = len(["admissions"]) + 10 + 8
    gate.everything()
    assert gate.listed() == set(serials(100))
    gate.server.vanishes_after = None
    gate.everything()
    assert gate.listed() == set(serials(100)[1:])


def test_a_list_that_ends_before_its_total_is_a_failure_until_it_is_said_twice(
    gate: Gate,
) -> None:
    gate.server.total, gate.server.serials = 60, serials(45)
    with pytest.raises(ListError) as raised:
        gate.everything()
    assert raised.value.fact.code == ApiFault.LIST_SHORT
    assert gate.listed() == set(serials(50))
    assert gate.doubt() == ListDoubt.SHORT
    gate.later(65)
    gate.everything()
    assert gate.listed() == set(serials(45))
    gate.everything()
    assert gate.doubt() == ListDoubt.SHORT


@pytest.mark.parametrize("total", [0, 1, 49, 10**9])
def test_no_total_keeps_a_whole_list_away_for_long(gate: Gate, total: int) -> None:
    gate.server.total, gate.server.serials = total, serials(60)
    gate.server.asked.clear()
    if total > 60:
        with pytest.raises(ListError):
            gate.everything()
        gate.later(65)
    gate.everything()
    assert gate.listed() == set(serials(60))
    assert len(gate.server.asked) < 40


def test_a_reading_that_breaks_off_goes_on_where_it_was(gate: Gate) -> None:
    gate.server.breaks_at = 4
    with pytest.raises(Unreachable):
        gate.everything()
    gate.server.breaks_at = None
    gate.size.records = 5
    gate.server.asked.clear()
    gate.everything()
    assert next(each for each in gate.server.asked if "tickets" in each) == "tickets 7 5"


def test_the_watermark_stays_where_a_page_is_missing(gate: Gate) -> None:
    gate.server.breaks_at = 2
    before = gate.writer.submit(sessions.read_session).result(10)
    gate.later(30)
    with pytest.raises(Unreachable):
        gate.everything()
    after = gate.writer.submit(sessions.read_session).result(10)
    assert before
    assert after
    assert before.watermark == after.watermark


def test_of_a_long_list_of_admissions_the_end_is_read(gate: Gate) -> None:
    gate.server.admitted = serials(35)
    gate.others()
    gate.server.admitted = serials(37)
    gate.others()
    assert gate.known_elsewhere() == 37
    assert gate.server.asked == ["admissions 1 10", "admissions 4 10"]


def test_an_admission_that_was_undone_hides_no_later_one(gate: Gate) -> None:
    gate.server.admitted = serials(35)
    gate.others()
    gate.server.admitted = [*serials(40)[3:35], serials(40)[39]]
    gate.others()
    assert gate.known_elsewhere() == 36


def test_admissions_that_come_newest_first_are_heard_of(gate: Gate) -> None:
    gate.server.admitted = serials(35)[::-1]
    gate.others()
    gate.server.admitted = serials(50)[::-1]
    gate.others()
    assert gate.known_elsewhere() == 50


def test_a_clock_that_jumps_back_begins_the_minute_again(gate: Gate) -> None:
    found = doubts.Doubt(doubts.DoubtKind.SHRUNK, 3, BEGIN, 20, 40)

    def weighed(conn: Any) -> list[int | None]:
        with transaction(conn):
            first = doubts.weigh(conn, found)
            early = doubts.weigh(
                conn, doubts.Doubt(found.kind, 4, BEGIN - timedelta(hours=1), 20, 40)
            )
            soon = doubts.weigh(conn, doubts.Doubt(found.kind, 5, BEGIN, 20, 40))
        return [first, early, soon]

    assert gate.writer.submit_to_cache(weighed).result(10) == [None, None, 4]


def test_much_that_is_absent_from_a_list_that_was_never_whole_is_doubted(tmp_path: Path) -> None:
    with Writer(tmp_path / "gate.sqlite3") as writer:
        gate = Gate(writer, Server(serials(50)))
        writer.submit(lambda conn: sessions.open_session(conn, SESSION)).result(10)
        gate.server.breaks_at = 2
        with pytest.raises(Unreachable):
            gate.everything()
        gate.server.breaks_at, gate.server.serials = None, []
        writer.submit_to_cache(ticket_writes.forget_position).result(10)
        gate.everything()
        assert gate.listed() == set(serials(10))
        assert gate.doubt() == ListDoubt.SHRUNK
        gate.later(61)
        gate.everything()
        assert gate.listed() == set()


def test_a_scope_that_grew_has_no_whole_list_until_it_was_read(gate: Gate) -> None:
    gate.server.serials, gate.server.breaks_at = serials(30, "BALC"), 2
    gate.permit(FLOOR, BALCONY)
    with pytest.raises(Unreachable):
        gate.everything()
    session = gate.writer.submit(sessions.read_session).result(10)
    assert session
    assert session.whole is None  # so the next pull reads the whole list
    gate.server.serials, gate.server.breaks_at = [], None
    gate.permit(BALCONY)
    gate.everything()
    assert gate.listed() >= set(serials(10, "BALC"))
    assert gate.doubt() == ListDoubt.SHRUNK
    gate.later(30)
    gate.everything()
    assert gate.listed() >= set(serials(10, "BALC"))
    gate.later(31)
    gate.everything()
    assert gate.listed() == set(serials(50))  # the floor's, which are not permitted now


def test_a_list_stays_doubted_that_becomes_short_meanwhile(gate: Gate) -> None:
    gate.server.serials = serials(20)
    gate.everything(accept_shrink=True)
    gate.server.serials, gate.server.admitted = [], []
    gate.everything()
    gate.server.admitted = serials(1)
    gate.later(30)
    gate.everything()
    assert gate.listed() == set(serials(20))
    assert gate.doubt() == ListDoubt.SHRUNK


def test_a_scope_that_shrank_has_the_whole_list_that_it_had(gate: Gate) -> None:
    gate.permit(FLOOR, BALCONY)
    gate.server.serials = [*serials(50), *serials(10, "BALC")]
    gate.everything()
    gate.permit(BALCONY)
    gate.read_scope()
    session = gate.writer.submit(sessions.read_session).result(10)
    assert session
    assert session.whole


def test_a_list_whose_scope_changed_within_it_withdraws_nothing(gate: Gate) -> None:
    gate.server.serials = serials(45)
    gate.server.sections = frozenset({"/events/1/sections/9"})
    gate.everything()
    assert gate.listed() == set(serials(50))
    gate.server.sections = GRANT.sections
    gate.everything()
    assert gate.listed() == set(serials(45))
