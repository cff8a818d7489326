"""Gate, replay and server against a model of ten lines."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from scanner.admission.ticket import TicketStatus
from scanner.gate import Gate
from scanner.platform.errors import ApiFault, ServerFault, TicketingError, Unreachable
from scanner.platform.server_time import ServerTime
from scanner.store import ledger, sessions, ticket_writes, tickets
from scanner.store.database import transaction
from scanner.store.ledger import State
from scanner.store.sessions import StoredSession
from scanner.store.tickets import CachedSection, TicketRow
from scanner.sync.outbox import OwnOutbox
from scanner.sync.replay import Replay
from scanner.ticketing.resources import Granted
from tests.simulation.evening import API
from tests.simulation.memory import InlineWriter, new_database
from tests.simulation.network import Line, Weather
from tests.simulation.server import EVENT, SECTIONS, Server
from tests.simulation.virtual_time import run_virtually
from tests.sync.wired import platform_over

BEGIN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
SERIALS = [f"DAWIER-BACK{number:08}" for number in range(6)]
ALL = frozenset(SECTIONS)
serials = st.sampled_from(SERIALS)


class Fate(Enum):
    """What becomes of the batches of one replay."""

    ANSWERED = "it arrives, and so does its answer"
    ANSWER_LOST = "it arrives, its answer does not"
    LOST = "it does not arrive"
    FAULT = "the API fails after it took it"
    OFFLINE = "it does not leave"


class FatedLine(Line):
    """A way to the server on which every batch has the same fate, and nothing else fails."""

    def __init__(self, server: Server, fate: Fate) -> None:
        super().__init__(server, "KEY", random.Random(0), Weather())
        self._fate = fate

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        if self._fate is Fate.OFFLINE:
            raise Unreachable(ApiFault.NOT_CONNECTED, host="api.example")
        if self._fate is Fate.LOST:
            raise Unreachable(ApiFault.TIMEOUT, host="api.example")
        granted = await super().admit(event, redeemer=redeemer, device=device, serials=serials)
        if self._fate is Fate.ANSWER_LOST:
            raise Unreachable(ApiFault.TIMEOUT, host="api.example")
        if self._fate is Fate.FAULT:
            raise ServerFault(status=500)
        return granted


class OneGate(RuleBasedStateMachine):
    """The model: who was let in here, who was let in elsewhere, what was cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.at = BEGIN
        self.inside: set[str] = set()
        self.elsewhere: set[str] = set()
        self.cancelled: set[str] = set()
        self.server = Server(lambda: self.at, dict.fromkeys(SERIALS, SECTIONS[0]), {"KEY": ALL})
        self.conn = new_database()
        self.writer = InlineWriter(Path("unused"), self.conn)
        self.gate = Gate(self.writer)
        with transaction(self.conn):
            session = StoredSession(API, EVENT, "Night", "Lee", "here", BEGIN)
            sessions.open_session(self.conn, session)
            tickets.belong_to(self.conn, session)
            tickets.write_sections(
                self.conn, [CachedSection(SECTIONS[0], "Floor", None, permitted=True)]
            )
            ticket_writes.write_tickets(self.conn, [_row(serial) for serial in SERIALS], 1)
            ticket_writes.finish_pull(self.conn, synced=BEGIN, watermark=BEGIN)

    def teardown(self) -> None:
        self.conn.close()

    @rule(serial=serials)
    def a_patron_shows_a_ticket(self, serial: str) -> None:
        judged = self.gate.present(serial, self.at, "model").result()
        assert judged.verdict.admits == (serial not in self.inside | self.known_elsewhere())
        if judged.verdict.admits:
            self.inside.add(serial)

    @rule(serial=serials)
    def another_gate_lets_one_in(self, serial: str) -> None:
        if serial not in self.server.admissions and serial not in self.cancelled:
            self.server.admit("KEY", "Kim", "there", [serial])
            self.elsewhere.add(serial)

    @rule(serial=serials)
    def a_ticket_is_cancelled(self, serial: str) -> None:
        if serial not in self.server.admissions:
            self.server.cancel(serial)
            self.cancelled.add(serial)

    @rule(fate=st.sampled_from(Fate))
    def the_queue_is_sent(self, fate: Fate) -> None:
        self.at += timedelta(minutes=5)
        line = FatedLine(self.server, fate)
        replay = Replay(
            platform_over(line, EVENT), OwnOutbox(self.writer, EVENT), ServerTime(lambda: self.at)
        )
        try:
            run_virtually(replay.run_once())
        except TicketingError:
            return  # what it left is sent another time
        assert set(self.states().values()) <= {State.CONFIRMED, State.CONFLICT, State.REFUSED}

    @invariant()
    def every_record_says_what_the_server_knows(self) -> None:
        states = self.states()
        assert set(states) == self.inside
        for serial, state in states.items():
            held = self.server.admissions.get(serial)
            if state is State.CONFIRMED:
                assert held
                assert held.device == "here"
            if state is State.CONFLICT:
                assert serial in self.elsewhere
            if state is State.REFUSED:
                assert serial in self.cancelled
                assert held is None

    def known_elsewhere(self) -> set[str]:
        rows = self.conn.execute("SELECT serial FROM other_admission")
        return {serial for (serial,) in rows}

    def states(self) -> dict[str, State]:
        return {each.serial: each.state for each in ledger.in_state(self.conn)}


def _row(serial: str) -> TicketRow:
    return TicketRow(serial, SECTIONS[0], "Floor", TicketStatus.ISSUED, None, None, None)


TestOneGate = OneGate.TestCase
TestOneGate.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
