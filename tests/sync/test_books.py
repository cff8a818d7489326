"""What the server has and what the ledger has, compared; what is missing is looked at twice."""

import random
from collections.abc import Awaitable, Callable, Iterator, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.admission.ticket import TicketStatus
from scanner.admission.verdict import Kind, Reason
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.platform.errors import TicketingError
from scanner.platform.paged_list import PageSize
from scanner.platform.resources import Admission, Page
from scanner.platform.server_time import ServerTime
from scanner.store import (
    differences,
    installation,
    ledger,
    sessions,
    ticket_writes,
    tickets,
)
from scanner.store.database import transaction
from scanner.store.differences import DifferenceKind
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.store.tickets import CachedSection
from scanner.sync import books
from scanner.sync.admission_list import Heard
from scanner.sync.books import Books
from scanner.sync.outbox import OwnOutbox
from scanner.sync.pull import Pull
from scanner.sync.replay import Replay
from scanner.ticketing.platform import TicketingPlatform
from tests.simulation.evening import API
from tests.simulation.memory import InlineWriter, new_database
from tests.simulation.network import Line, Weather
from tests.simulation.server import EVENT, SECTIONS, Server
from tests.simulation.test_model import Fate, FatedLine
from tests.simulation.virtual_time import run_virtually
from tests.sync.wired import platform_over

BEGIN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
A, B, C = [f"DAWIER-BACK{number:08}" for number in range(3)]
SESSION = StoredSession(API, EVENT, "Night", "Lee", "here", BEGIN)


class House:
    """A gate and its server; `at` is the time of both, and moved by hand."""

    def __init__(self, session: StoredSession = SESSION) -> None:
        self.session = session
        self.at = BEGIN
        self.server = Server(
            lambda: self.at, dict.fromkeys((A, B, C), SECTIONS[0]), {"KEY": frozenset(SECTIONS)}
        )
        self.conn = new_database()
        self.writer = InlineWriter(Path("unused"), self.conn)
        self.gate = Gate(self.writer)
        self.size = PageSize()
        self.heard = Heard()
        self.line: Any = Line(self.server, "KEY", random.Random(0), Weather())
        with transaction(self.conn):
            sessions.open_session(self.conn, self.session)
            tickets.belong_to(self.conn, self.session)
            section = CachedSection(SECTIONS[0], "Floor", None, permitted=True)
            tickets.write_sections(self.conn, [section])
        self.read()

    @property
    def platform(self) -> TicketingPlatform:
        return platform_over(self.line, EVENT)

    def read(self) -> list[DifferenceKind]:
        """Read everything and compare; returns what differs."""
        server_time = ServerTime(lambda: self.at, lambda: 0)
        server_time.note(self.at)

        async def work() -> list[DifferenceKind]:
            pull = Pull(self.platform, self.writer, server_time, self.size, heard=self.heard)
            self.heard.count = 0
            await pull.others(self.session)
            await pull.everything(self.session)
            compared = Books(self.platform, self.writer, server_time, self.size)
            return [each.kind for each in await compared.compare(self.session)]

        return run_virtually(work())

    def hear(self) -> set[str]:
        """Read the admissions alone; returns those that the ledger tells otherwise."""
        server_time = ServerTime(lambda: self.at, lambda: 0)
        return run_virtually(Pull(self.platform, self.writer, server_time).others(self.session))

    def is_due(self, disputed: Set[str] = frozenset()) -> bool:
        server_time = ServerTime(lambda: self.at, lambda: 0)
        compared = Books(self.platform, self.writer, server_time, self.size)
        return run_virtually(compared.is_due(len(self.server.admissions), disputed))

    def deliver(self) -> None:
        replay = Replay(self.platform, OwnOutbox(self.writer, EVENT), ServerTime(lambda: self.at))
        run_virtually(replay.run_once())

    def present(self, serial: str) -> Judged:
        return self.gate.present(serial, self.at, "test").result()

    def later(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    def states(self, serial: str) -> list[State]:
        return [each.state for each in ledger.in_state(self.conn) if each.serial == serial]


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.conn.close()


def test_books_that_agree_say_nothing(house: House) -> None:
    house.present(A)
    house.deliver()
    house.server.admit("KEY", "Kim", "there", [B])
    assert house.read() == []
    assert not house.is_due()


def test_an_own_admission_that_was_undone_is_seen_in_two_readings_and_admits_again(
    house: House,
) -> None:
    house.present(A)
    house.deliver()
    house.server.undo(A)
    assert house.is_due()
    assert house.read() == [DifferenceKind.MISSING_THERE]
    assert house.present(A).verdict.kind is Kind.ALREADY_ADMITTED
    house.later(59)
    assert not house.is_due()
    assert house.read() == [DifferenceKind.MISSING_THERE]
    assert house.states(A) == [State.CONFIRMED]
    house.later(1)
    assert house.is_due()
    assert house.read() == [DifferenceKind.UNDONE]
    assert house.states(A) == [State.UNDONE]
    assert house.present(A).verdict.admits
    house.deliver()
    assert house.states(A) == [State.UNDONE, State.CONFIRMED]
    assert house.read() == []
    assert house.present(A).verdict.kind is Kind.ALREADY_ADMITTED


def test_another_gates_admission_that_was_undone_leaves_the_cache(house: House) -> None:
    house.server.admit("KEY", "Kim", "there", [A, B])
    assert house.read() == []
    house.server.undo(A)
    assert house.read() == [DifferenceKind.OTHER_MISSING]
    assert house.present(A).verdict.reason is Reason.ADMITTED_ELSEWHERE
    house.later(60)
    assert house.read() == [DifferenceKind.OTHER_UNDONE]
    assert house.present(A).verdict.admits
    assert house.present(B).verdict.reason is Reason.ADMITTED_ELSEWHERE


def test_an_admission_that_comes_back_between_two_readings_was_never_undone(house: House) -> None:
    house.present(A)
    house.deliver()
    held = house.server.admissions.pop(A)
    assert house.read() == [DifferenceKind.MISSING_THERE]
    house.server.admissions[A] = held
    house.later(60)
    assert house.read() == []
    house.server.undo(A)
    house.later(60)
    assert house.read() == [DifferenceKind.MISSING_THERE]


def test_that_a_list_lacks_an_admission_is_never_enough(house: House) -> None:
    house.present(A)
    house.deliver()
    house.line = _Forgetful(house.line, A)
    house.read()
    house.later(60)
    assert house.read() == []
    assert house.states(A) == [State.CONFIRMED]


@pytest.mark.parametrize("status", [TicketStatus.CANCELLED, TicketStatus.REDEEMED])
def test_a_ticket_that_is_not_issued_again_was_not_undone(
    house: House, status: TicketStatus
) -> None:
    house.present(A)
    house.deliver()
    house.server.undo(A)
    house.server.status[A] = status.value
    house.read()
    house.later(60)
    assert house.read() == [DifferenceKind.GONE_THERE]
    assert house.states(A) == [State.CONFIRMED]


def test_an_admission_under_our_tag_that_the_ledger_lacks_is_told(house: House) -> None:
    with transaction(house.conn):
        tag = installation.draw_tag(house.conn, "here")
    house.server.admit("KEY", "Lee", f"{tag} here", [A])
    assert house.read() == [DifferenceKind.MISSING_HERE]
    assert house.present(A).verdict.reason is Reason.ADMITTED_ELSEWHERE


def test_an_admission_that_the_server_gives_to_another_gate_is_told(house: House) -> None:
    house.present(A)
    house.deliver()
    house.server.admissions[A] = replace(house.server.admissions[A], redeemer="Kim", device="there")
    assert house.read() == [DifferenceKind.OTHER_GATE]
    (found,) = differences.read(house.conn)
    assert found.fact.params["gate"] == "there"


def test_a_late_request_that_wins_after_a_conflict_is_told(house: House) -> None:
    house.server.admit("KEY", "Kim", "there", [A])
    house.present(A)
    house.deliver()
    assert house.states(A) == [State.CONFLICT]
    house.server.undo(A)
    house.server.admit("KEY", "Lee", "here", [A])
    assert house.read() == [DifferenceKind.MISSING_HERE]


def test_what_a_list_lacks_and_a_look_up_gives_to_another_gate_is_told(house: House) -> None:
    house.present(A)
    house.deliver()
    house.server.admissions[A] = replace(house.server.admissions[A], redeemer="Kim", device="there")
    house.line = _Forgetful(house.line, A)
    assert house.read() == [DifferenceKind.OTHER_GATE]


def test_a_gate_hears_that_another_was_granted_what_it_was_granted_too(house: House) -> None:
    house.present(A)
    house.deliver()
    house.line = _Doubling(house.line, A)
    assert house.read() == [DifferenceKind.ADMITTED_TWICE]
    (found,) = differences.read(house.conn)
    assert (found.there.redeemer, found.there.device) == ("Kim", "there")
    assert house.states(A) == [State.CONFIRMED]
    assert house.present(A).verdict.kind is Kind.ALREADY_ADMITTED


def test_what_a_look_up_alone_has_confirmed_is_a_copys_perhaps_once_one_is_known(
    house: House,
) -> None:
    with transaction(house.conn):
        tag = installation.draw_tag(house.conn, "here")
    house.present(A)
    house.deliver()
    house.present(B)
    house.line = FatedLine(house.server, Fate.ANSWER_LOST)
    with pytest.raises(TicketingError):
        house.deliver()
    house.line = FatedLine(house.server, Fate.ANSWERED)
    house.deliver()
    assert house.states(B) == [State.CONFIRMED]
    assert house.read() == []
    house.server.admit("KEY", "Lee", f"{tag} here", [C])
    assert house.read() == [DifferenceKind.MISSING_HERE, DifferenceKind.PERHAPS_A_COPYS]
    assert [each.serial for each in differences.read(house.conn)] == [B, C]


@pytest.mark.parametrize("device", ["{tag} here", "there"])
def test_news_of_what_the_ledger_tells_otherwise_have_the_books_compared_once(
    house: House, device: str
) -> None:
    with transaction(house.conn):
        tag = installation.draw_tag(house.conn, "here")
    house.present(A)
    house.deliver()
    house.server.admit("KEY", "Lee", device.format(tag=tag), [B])
    if device == "there":
        house.server.admissions[A] = replace(house.server.admissions[A], device=device)
    disputed = house.hear()
    assert disputed == ({A} if device == "there" else {B})
    assert house.is_due(disputed)
    assert house.read()
    assert not house.is_due(house.hear())


def test_a_difference_that_lasts_does_not_have_the_list_read_at_every_pull(house: House) -> None:
    house.present(A)
    house.deliver()
    house.server.undo(A)
    house.server.status[A] = "Cancelled"
    assert house.is_due()
    house.read()
    house.later(600)
    assert not house.is_due()


def test_more_than_one_comparison_can_look_up_is_looked_up_by_the_next_ones(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST_LOOKUPS", 1)
    for serial in (A, B):
        house.present(serial)
    house.deliver()
    house.server.admit("KEY", "Kim", "there", [C])
    house.read()
    for serial in (A, B, C):
        house.server.undo(serial)
    house.server.status[A] = "Cancelled"
    assert len(house.read()) == 3
    assert sorted(each.at is None for each in differences.read(house.conn)) == [False, True, True]
    for _ in range(7):
        assert house.is_due() or house.states(B) == [State.UNDONE]
        house.later(60)
        shown = house.read()
    assert house.states(B) == [State.UNDONE]
    assert house.present(C).verdict.admits
    assert house.states(A) == [State.CONFIRMED]
    assert shown == [DifferenceKind.GONE_THERE]


def test_no_admission_counts_as_undone_after_its_first_look_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "MOST_LOOKUPS", 1)
    for serial in (A, B):
        house.present(serial)
    house.deliver()
    for serial in (A, B):
        house.server.undo(serial)
    house.read()
    house.later(60)
    house.read()
    assert sorted(house.states(A) + house.states(B)) == [State.CONFIRMED, State.CONFIRMED]


def test_a_ticket_that_was_gone_and_is_issued_again_waits_for_a_second_look_up(
    house: House,
) -> None:
    house.present(A)
    house.deliver()
    house.server.undo(A)
    house.server.status[A] = "Cancelled"
    assert house.read() == [DifferenceKind.GONE_THERE]
    del house.server.status[A]
    house.later(60)
    assert house.read() == [DifferenceKind.MISSING_THERE]
    house.later(60)
    assert house.read() == [DifferenceKind.UNDONE]


def test_what_was_admitted_to_another_event_is_not_counted(house: House) -> None:
    house.present(A)
    house.deliver()
    with transaction(house.conn):
        sessions.open_session(house.conn, replace(SESSION, event="/events/2"))
    assert ticket_writes.count_admissions(house.conn) == 0


class _Way:
    """A way to the server that tells something else of one ticket."""

    def __init__(self, line: Line, serial: str) -> None:
        self._line = line
        self._serial = serial

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        found: Callable[..., Awaitable[Any]] = getattr(self._line, name)
        return found


class _Doubling(_Way):
    """A server that has granted the ticket to another gate as well."""

    async def admissions(self, event: str, **asked: Any) -> Page[Admission]:
        page = await self._line.admissions(event, **asked)
        other = Admission(self._serial, "Kim", "there", BEGIN, section=SECTIONS[0])
        others = [other] if page.entries else []
        return replace(page, entries=(*page.entries, *others), total=page.total + 1)


class _Forgetful(_Way):
    """A server whose list of admissions lacks it; asked for it, it is there."""

    async def admissions(self, event: str, **asked: Any) -> Page[Admission]:
        page = await self._line.admissions(event, **asked)
        if asked.get("ticket"):
            return page
        entries = tuple(each for each in page.entries if each.serial != self._serial)
        return replace(page, entries=entries, total=len(entries))
