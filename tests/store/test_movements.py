"""What a gate makes of the venue's claims beside its own ledger."""

import sqlite3
from datetime import timedelta

import pytest

from scanner.admission.claim import Claim, ClaimState, Entrant
from scanner.admission.door import DoorRules
from scanner.admission.names import tagged
from scanner.admission.rules import Exit, Word
from scanner.admission.verdict import Reason
from scanner.judging import Presented, judge, weigh
from scanner.store import details, installation, journal, ledger, venue_claims
from scanner.store.database import transaction
from scanner.store.venue_claims import Mirrored
from tests.store.worlds import NOW, SERIALS, fill, row, seconds

A = SERIALS[0]
HOURS = timedelta(hours=3)
ELSEWHERE = Entrant("v5th south", "Bo", NOW, "theirs")


@pytest.fixture
def gate(conn: sqlite3.Connection) -> sqlite3.Connection:
    fill(conn, [row(A)])
    with transaction(conn):
        installation.draw_tag(conn, "here")
        details.write_door(conn, DoorRules(entry_after_exit=True))
    return conn


def present(gate: sqlite3.Connection, second: float, word: Word | None = None) -> Reason:
    with transaction(gate):
        return judge(gate, Presented(A, seconds(second), "camera", word)).verdict.reason


def tell(gate: sqlite3.Connection, claim: Claim, revision: int = 1) -> None:
    """Let the mirror know a claim."""
    venue_claims.write(gate, [Mirrored("key", claim, revision)], installation.tags(gate))


def ours(gate: sqlite3.Connection, second: float) -> Entrant:
    asked = weigh(gate, Presented(A, seconds(second), "camera"))
    device = tagged(installation.current_tag(gate), "door-1")
    return asked.us if asked else Entrant(device, "Ana", seconds(second), "ours")


def test_a_claim_of_our_own_that_is_told_before_the_commit_keeps_nobody_out(
    gate: sqlite3.Connection,
) -> None:
    tell(gate, Claim(A, ClaimState.HELD, ours(gate, 0)))
    assert present(gate, 0) is Reason.VALID


def test_who_comes_back_by_a_claim_told_before_the_commit_is_let_in(
    gate: sqlite3.Connection,
) -> None:
    assert present(gate, 0) is Reason.VALID
    ledger.note_shown(gate, A, journal.head(gate)[0])
    first, left = ours(gate, 0), ELSEWHERE._replace(at=seconds(10))
    tell(gate, Claim(A, ClaimState.LEFT, first, left))
    tell(gate, Claim(A, ClaimState.HELD, ours(gate, 20), left, former=(first,)), 2)
    assert present(gate, 20) is Reason.BACK_AFTER_EXIT
    assert present(gate, 30) is Reason.ADMITTED_HERE


def test_a_claim_of_an_earlier_tag_that_the_ledger_lacks_keeps_out(
    gate: sqlite3.Connection,
) -> None:
    claim = Claim(A, ClaimState.HELD, ours(gate, 0))
    with transaction(gate):
        installation.draw_tag(gate)  # as where an old copy was put back
    tell(gate, claim)
    assert present(gate, 9) is Reason.ADMITTED_ELSEWHERE


def test_an_exit_here_that_the_venue_knows_of_came_last_whatever_the_clocks_say(
    gate: sqlite3.Connection,
) -> None:
    entered = ELSEWHERE._replace(at=NOW + HOURS)
    tell(gate, Claim(A, ClaimState.HELD, entered))
    assert present(gate, 10, Exit()) is Reason.EXITED
    left = ours(gate, 10)
    tell(gate, Claim(A, ClaimState.LEFT, entered, left), 2)
    assert present(gate, 20) is Reason.BACK_AFTER_EXIT


def test_who_came_back_here_unasked_is_not_taken_for_one_who_is_out(
    gate: sqlite3.Connection,
) -> None:
    entered = ELSEWHERE._replace(at=NOW + HOURS)
    left = ELSEWHERE._replace(at=NOW + HOURS, device="9gqp west")
    tell(gate, Claim(A, ClaimState.LEFT, entered, left))
    assert present(gate, 10) is Reason.BACK_AFTER_EXIT
    assert present(gate, 20) is Reason.ADMITTED_ELSEWHERE
