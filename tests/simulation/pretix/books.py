"""What must hold after an evening at a pretix: its check-ins and the gates' records agree."""

from collections import defaultdict
from typing import TYPE_CHECKING

from scanner.admission.ticket import TicketStatus
from scanner.admission.verdict import Kind, Reason
from scanner.desk.audit import Audit
from scanner.store import differences, journal, ledger, passages, sessions, tickets
from scanner.store.ledger import Admission, State
from tests.simulation.pretix.orders import Movement
from tests.simulation.pretix.redeeming import Asked, refusal_of

if TYPE_CHECKING:
    from tests.simulation.gates import House
    from tests.simulation.pretix.evening import PretixEvening

_OPEN = (State.QUEUED, State.SENDING)


def check_at_the_end(evening: "PretixEvening") -> None:
    """Check every gate's books against the server's, and what both gates of a double entry know."""
    spoken = set[str]()
    for house in evening.houses:
        admitted = {each.serial for each in ledger.in_state(house.conn)}
        assert house.greens <= admitted, "an admission was lost"
        _check_books(evening, house)
        spoken |= _spoken_for(house)
        findings = [str(each) for each in Audit(house.conn).findings()]
        assert not findings, findings
        if evening.is_revoked(house):
            session = sessions.read_session(house.conn)
            assert session
            assert session.invalid, "a revoked device goes on"
        else:
            _check_list(evening, house)
    assert evening.event.forced <= spoken, "forced, and no supervisor has said so"
    told = {each.secret for each in evening.event.failed}
    assert told <= set(evening.event.secrets), "a text that is no ticket's was uploaded"
    _check_double_entries(evening)


def _check_books(evening: "PretixEvening", house: "House") -> None:
    """Check by the nonces that each record says what the server has of it."""
    there = {
        str(each.nonce): each.movement
        for position in evening.event.positions()
        for each in position.check_ins
        if each.device == evening.number(house)
    }
    told = {each.serial for each in differences.read(house.conn)}
    known = set[str]()
    for each in passages.listed(house.conn):
        serial, row, state = each.serial, each.journal, each.state
        nonce = journal.nonce(house.conn, row)
        known.add(nonce)
        if evening.is_revoked(house) and state in _OPEN:
            continue
        assert state not in _OPEN, f"not settled: {serial}"
        movement = Movement.EXIT if each.kind is Kind.EXITED else Movement.ENTRY
        assert there.get(nonce, movement) is movement, "an exit there is an entry here"
        agrees = (state is State.CONFIRMED) == (nonce in there)
        # What was lost before a ticket's secret was changed is told under the new one.
        agrees = agrees or serial in evening.undone
        assert agrees or evening.alike(serial) & told, f"{serial} is {state} here, not so there"
    assert set(there) <= known, "the server has what no gate recorded"


def _spoken_for(house: "House") -> set[str]:
    """Return the nonces of what a supervisor has said."""
    words = (Reason.OVERRIDDEN, Reason.REENTRY)
    rows = house.conn.execute("SELECT id FROM journal WHERE reason IN (?, ?)", words).fetchall()
    return {journal.nonce(house.conn, row) for (row,) in rows}


def _check_list(evening: "PretixEvening", house: "House") -> None:
    """Check that a gate takes for valid what the server would let in, and nothing else."""
    check_in_list = evening.event.lists[evening.lists[house.name]]
    now = evening.now()
    for position in evening.event.positions():
        hours = position.valid_from, position.valid_until
        at = position.valid_from or position.valid_until or now
        asked = Asked(
            position.secret, position, check_in_list, Movement.ENTRY, at, None, 0, False, True
        )
        reason = refusal_of(evening.event, asked, position)
        valid = not position.cancelled and reason in (None, "rules")
        ticket = tickets.find_ticket(house.conn, position.secret)
        found = ticket is not None and ticket.listed and ticket.permitted
        usable = (TicketStatus.ISSUED, TicketStatus.REDEEMED)
        here = bool(found and ticket and ticket.status in usable)
        assert here == valid, f"{position}: {ticket}"
        assert not ticket or (ticket.valid_from, ticket.valid_until) == hours


def _check_double_entries(evening: "PretixEvening") -> None:
    """Check that both gates know of a ticket that let in at both, and each only once at pretix."""
    for number, check_in_list in evening.event.lists.items():
        if check_in_list.multiple_entries:
            continue
        records: dict[str, list[tuple[House, Admission]]] = defaultdict(list)
        for house in evening.houses:
            if evening.lists[house.name] == number and not evening.is_revoked(house):
                for each in ledger.in_state(house.conn):
                    records[each.serial].append((house, each))
        for serial, admitted in records.items():
            position = evening.event.by_number(evening.event.secrets[serial])
            assert position
            there = evening.event.admitted(position, number)
            undone = position.number in evening.event.undone
            if (
                position.secret == serial
                and not undone
                and all(i.movement is Movement.ENTRY for i in there)
            ):
                _check_double_entry(serial, admitted)


def _check_double_entry(serial: str, admitted: "list[tuple[House, Admission]]") -> None:
    first = [house for house, each in admitted if each.state is State.CONFIRMED]
    second = [each for _, each in admitted if each.state is State.CONFLICT]
    unforced = [each for _, each in admitted if each.override_note is None]
    confirmed = [each for each in unforced if each.state is State.CONFIRMED]
    assert len(confirmed) <= 1, "pretix has let in twice"
    assert all(each.reason for each in second), "a conflict that says nothing"
    if second:
        for house in first:
            told = {each.serial for each in differences.read(house.conn)}
            assert serial in told, "the first gate was not told of the second"
