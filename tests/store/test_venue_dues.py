import sqlite3

from scanner.admission.claim import Claim, ClaimState, Entrant
from scanner.admission.evidence import Evidence, to_json
from scanner.admission.serial import Serial
from scanner.admission.ticket import EarlierAdmission, Knowledge
from scanner.facts import Fact
from scanner.store import ledger, sessions, venue_claims, venue_dues
from scanner.store.database import transaction
from scanner.store.ledger import State
from scanner.store.venue_claims import Mirrored
from tests.store.worlds import SERIALS, admit, seconds

A, B, C = SERIALS[:3]
HERE, BEFORE = "7k3q door-1", "2222 door-1"
TAGS = {"7k3q", "2222"}
TAG = "7k3q"
THEIRS = Entrant("m4rx south", "Bo", seconds(5), "b" * 32)


def ours(at: float = 0, device: str = HERE) -> Entrant:
    return Entrant(device, "Ana", seconds(at), f"{at}")


def mirror(conn: sqlite3.Connection, *claims: Claim) -> None:
    venue_claims.write(conn, [Mirrored(each.serial, each, 1) for each in claims], TAGS)


def unclaimed(conn: sqlite3.Connection) -> list[str]:
    found = [each.serial for each in venue_dues.unclaimed(conn)]
    assert venue_dues.count_unclaimed(conn) == len(found)
    return found


def unfounded(conn: sqlite3.Connection) -> list[Entrant]:
    return [entrant for _, entrant in venue_dues.unfounded(conn, TAG)]


def test_what_the_venue_has_no_claim_of_is_unclaimed_oldest_first(
    conn: sqlite3.Connection,
) -> None:
    for number, serial in enumerate((B, A, C)):
        admit(conn, serial, seconds(number), device=HERE)
    assert unclaimed(conn) == [B, A, C]
    mirror(conn, Claim(A, ClaimState.HELD, ours(1)), Claim(C, ClaimState.HELD, THEIRS))
    assert unclaimed(conn) == [B, C]
    (found, _) = venue_dues.unclaimed(conn)
    assert found.entrant.device == HERE
    assert found.at == seconds(0)


def test_what_was_claimed_before_the_computer_started_anew_is_claimed(
    conn: sqlite3.Connection,
) -> None:
    admit(conn, A, seconds(0), device=BEFORE)
    mirror(conn, Claim(A, ClaimState.HELD, ours(0, BEFORE)))
    assert unclaimed(conn) == []


def test_what_left_and_came_back_at_another_gate_is_claimed(conn: sqlite3.Connection) -> None:
    admit(conn, A, seconds(0), device=HERE)
    mirror(conn, Claim(A, ClaimState.HELD, THEIRS, former=(ours(),)))
    assert unclaimed(conn) == []


def test_undone_and_withheld_entries_and_other_events_are_not_owed(
    conn: sqlite3.Connection,
) -> None:
    admit(conn, A, seconds(0), device=HERE)
    admit(conn, B, seconds(1), device=HERE)
    admit(conn, C, seconds(2), device=HERE, event="/events/2")
    with transaction(conn):
        ledger.withhold(conn, B, Fact("text"))
        ledger.mark_sending(conn, [A], seconds(3))
        ledger.move(conn, A, State.REFUSED, seconds(4), Fact("text"))
        ledger.move(conn, A, State.UNDONE, seconds(5), Fact("text"))
    assert unclaimed(conn) == []


def test_a_claim_that_no_entry_stands_for_is_unfounded(conn: sqlite3.Connection) -> None:
    admit(conn, A, seconds(0), device=HERE)
    admit(conn, B, seconds(1), device=HERE)
    with transaction(conn):
        ledger.withhold(conn, B, Fact("text"))
    mirror(
        conn,
        Claim(A, ClaimState.HELD, ours(0)),
        Claim(B, ClaimState.HELD, ours(1)),
        Claim(C, ClaimState.HELD, ours(2)),
    )
    assert sorted(unfounded(conn)) == [ours(1), ours(2)]


def test_a_double_entry_that_let_nobody_in_is_unfounded(conn: sqlite3.Connection) -> None:
    mirror(conn, Claim(A, ClaimState.HELD, THEIRS, twice=(ours(),)))
    assert unfounded(conn) == [ours()]


def test_an_entry_after_an_exit_founds_a_claim(conn: sqlite3.Connection) -> None:
    admit(conn, A, seconds(0), device=HERE)
    admit(conn, A, seconds(9), device=HERE, kind="reentry", reason="verdict.back_after_exit")
    mirror(conn, Claim(A, ClaimState.HELD, ours(9), former=(ours(),)))
    assert unfounded(conn) == []


def test_a_claim_under_an_earlier_tag_is_nobodys_to_give_back(conn: sqlite3.Connection) -> None:
    """An old copy of the ledger lacks what was let in since, and the other one may still run."""
    mirror(conn, Claim(A, ClaimState.HELD, ours(0, BEFORE)))
    assert unfounded(conn) == []


def test_exits_are_told_with_the_entries_that_were_known(conn: sqlite3.Connection) -> None:
    other = EarlierAdmission(seconds(3), "Bo", "south")
    known = to_json(Evidence(Serial(A), None, Knowledge(other=other)))
    admit(conn, A, seconds(0), device=HERE)
    left = admit(
        conn, A, seconds(9), device=HERE, kind="exited", reason="verdict.exited", evidence=known
    )
    admit(conn, A, seconds(10), device=HERE, kind="reentry", reason="verdict.reentry")
    first, second = venue_dues.passed_since(conn, 0, 10)
    assert (first.by.row, first.kind, first.reason) == (left, "exited", "verdict.exited")
    assert set(first.known) == {EarlierAdmission(seconds(0), "Ana", "door-1"), other}
    assert [each.by for each in venue_dues.passed_since(conn, left, 10)] == [second.by]
    assert len(first.by.nonce) == 32


def test_a_ledger_that_lacks_records_is_behind(conn: sqlite3.Connection) -> None:
    assert not venue_dues.is_behind(conn)
    with transaction(conn):
        sessions.note_behind(conn, seconds(0))
    assert venue_dues.is_behind(conn)
