import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scanner.admission.evidence import from_json
from scanner.admission.rules import decide
from scanner.admission.serial import fingerprint
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.gate import Gate
from scanner.judging import Judged
from scanner.store import journal, ledger, sessions, ticket_writes, tickets
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.ledger import State
from scanner.store.tickets import CachedSection
from scanner.store.writer import Writer
from tests.store.worlds import (
    BALCONY,
    FLOOR,
    NOW,
    SERIALS,
    assert_whole_chain,
    filled,
    presentations,
    row,
)

LIMIT = 10


OWNERS = ("AZ-4918SF92", "BX-00000001")
FIVE = SERIALS[:5]
SECTIONS = {FLOOR: "Floor", BALCONY: "Balcony"}


class GateMachine(RuleBasedStateMachine):
    """Patrons come while pulls, scopes, other gates, replays and restarts go on beneath."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.file = Path(self.folder.name) / "gate.sqlite3"
        filled(self.file, [row(serial) for serial in FIVE]).close()
        self.reader = open_reader(self.file)
        self.published: list[Judged] = []
        self.second = 0
        # The model: what the world has said so far.
        self.issued = dict.fromkeys(FIVE, True)
        self.owner = dict.fromkeys(FIVE, OWNERS[0])
        self.section = dict.fromkeys(FIVE, FLOOR)
        self.permitted = {FLOOR}
        self.elsewhere: set[str] = set()
        self.admitted: set[str] = set()
        self.closed = False
        self.start()

    def start(self) -> None:
        self.writer = Writer(self.file)
        self.gate = Gate(self.writer)
        self.gate.subscribe(self.note)

    def note(self, judged: Judged) -> None:
        if judged.verdict.admits:  # at this moment it is already durable, for any other process
            (admission,) = ledger.by_serial(self.reader, [judged.verdict.serial or ""])
            assert admission.journal == judged.scan
        self.published.append(judged)

    def write_cache(self, work: Callable[[sqlite3.Connection], object]) -> None:
        with closing(open_database(self.file)) as conn, transaction(conn):
            work(conn)

    def write(self, work: Callable[[sqlite3.Connection], object]) -> None:
        def run(conn: sqlite3.Connection) -> None:
            with transaction(conn):
                work(conn)

        self.writer.submit(run).result(LIMIT)

    def pull(self, serial: str) -> None:
        status = TicketStatus.ISSUED if self.issued[serial] else TicketStatus.CANCELLED
        found = row(serial, self.section[serial], status, self.owner[serial])
        self.write_cache(lambda conn: ticket_writes.write_tickets(conn, [found], 1))

    def enters(self, serial: str) -> bool:
        return (
            not self.closed
            and self.issued.get(serial, False)
            and self.section[serial] in self.permitted
            and serial not in self.elsewhere | self.admitted
        )

    def present(self, payload: str) -> Judged:
        self.second += 1
        at = NOW + timedelta(seconds=self.second)
        judged = self.gate.present(payload, at, "camera").result(LIMIT)
        assert self.published[-1] == judged
        return judged

    @rule(serial=st.sampled_from([*FIVE, "DAWIER-NONE00000000"]), lower=st.booleans())
    def patron_shows_a_serial(self, serial: str, lower: bool) -> None:
        expected = self.enters(serial)
        judged = self.present(serial.lower() if lower else serial)
        assert judged.verdict.admits == expected
        self.admitted |= {serial} if expected else set()

    @rule(serial=st.sampled_from(FIVE), owner=st.sampled_from(OWNERS))
    def patron_shows_an_owners_code(self, serial: str, owner: str) -> None:
        expected = self.enters(serial) and self.owner[serial] == owner
        judged = self.present(fingerprint(serial, owner))
        assert judged.verdict.admits == expected
        self.admitted |= {serial} if expected else set()

    @rule(payload=st.text(max_size=20))
    def patron_shows_anything(self, payload: str) -> None:
        assert not self.present(payload).verdict.admits

    @rule(serial=st.sampled_from(FIVE), issued=st.booleans())
    def ticket_is_cancelled_or_issued_again(self, serial: str, issued: bool) -> None:
        self.issued[serial] = issued
        self.pull(serial)

    @rule(serial=st.sampled_from(FIVE), owner=st.sampled_from(OWNERS))
    def ticket_is_transferred(self, serial: str, owner: str) -> None:
        self.owner[serial] = owner
        self.pull(serial)

    @rule(serial=st.sampled_from(FIVE), section=st.sampled_from([*SECTIONS]))
    def ticket_is_moved(self, serial: str, section: str) -> None:
        self.section[serial] = section
        self.pull(serial)

    @rule(permitted=st.sets(st.sampled_from([*SECTIONS])))
    def token_is_changed(self, permitted: set[str]) -> None:
        self.permitted = permitted
        found = [CachedSection(u, name, None, u in permitted) for u, name in SECTIONS.items()]
        self.write_cache(lambda conn: tickets.write_sections(conn, found))

    @rule(closed=st.booleans())
    def token_dies_or_lives(self, closed: bool) -> None:
        self.closed = closed
        if closed:
            self.write(lambda conn: sessions.note_token(conn, NOW))
        else:
            self.write(lambda conn: ticket_writes.finish_pull(conn, synced=NOW, watermark=None))

    @rule(serial=st.sampled_from(FIVE))
    def another_gate_admits(self, serial: str) -> None:
        self.elsewhere.add(serial)
        other = EarlierAdmission(NOW, "Sam", "door-2")
        self.write_cache(lambda conn: ticket_writes.write_others(conn, [(serial, other)]))

    @precondition(lambda self: self.admitted)
    @rule(state=st.sampled_from([State.CONFIRMED, State.CONFLICT, State.REFUSED, State.QUEUED]))
    def replay_settles_a_batch(self, state: State) -> None:
        def settle(conn: sqlite3.Connection) -> None:
            batch = [each.serial for each in ledger.next_batch(conn, 2)]
            ledger.mark_sending(conn, batch, NOW)
            for serial in batch:
                ledger.move(conn, serial, state, NOW)

        self.write(settle)

    @rule()
    def program_is_started_again(self) -> None:
        self.writer.close()
        self.start()

    @invariant()
    def greens_and_admissions_are_the_same(self) -> None:
        greens = [judged for judged in self.published if judged.verdict.admits]
        admissions = ledger.in_state(self.reader)
        assert [(each.serial, each.journal) for each in admissions] == [
            (judged.verdict.serial, judged.scan) for judged in greens
        ]
        assert {each.serial for each in admissions} == self.admitted
        assert len(admissions) == len(self.admitted)

    @invariant()
    def journal_has_every_presentation_and_its_chain_is_whole(self) -> None:
        assert_whole_chain(self.reader)
        found = [(row, scan.reason, scan.params) for row, scan in presentations(self.reader)]
        assert found == [
            (each.scan, each.verdict.reason, journal.params_to_text(each.verdict.fact))
            for each in self.published
        ]

    def teardown(self) -> None:
        for _, scan in presentations(self.reader):
            verdict = decide(*from_json(scan.evidence), at=scan.at)
            assert (verdict.kind.value, verdict.reason) == (scan.kind, scan.reason)
            assert journal.params_to_text(verdict.fact) == scan.params
        self.reader.close()
        self.writer.close()
        self.folder.cleanup()


TestGateOverItsDatabase = GateMachine.TestCase
TestGateOverItsDatabase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
