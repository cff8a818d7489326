import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from scanner.facts import Fact
from scanner.store import ledger
from scanner.store.database import open_database
from scanner.store.integrity import find_damage
from scanner.store.ledger import OwnAdmission, State
from scanner.store.recovery.recover import recover
from tests.store.worlds import NOW, SERIALS, admit, seconds

SENT, SETTLED = seconds(30), seconds(60)
A, B = SERIALS[:2]
WITHDRAWN = Fact("test.withdrawn", {"section": "Floor"})


def bring_to(conn: sqlite3.Connection, serial: str, *states: State) -> None:
    """Admit a serial, send it, and lead it through states."""
    admit(conn, serial)
    ledger.mark_sending(conn, [serial], SENT)
    for each in states:
        ledger.move(conn, serial, each, SETTLED)


@pytest.mark.parametrize("state", [State.CONFLICT, State.REFUSED])
def test_what_the_api_did_not_grant_can_be_undone_where_its_light_was_never_shown(
    conn: sqlite3.Connection, state: State
) -> None:
    bring_to(conn, A, state)
    bring_to(conn, B, state)
    ledger.note_shown(conn, B, ledger.by_serial(conn, [B])[0].journal)
    with pytest.raises(sqlite3.IntegrityError, match="can't move so"):
        ledger.move(conn, B, State.UNDONE, SETTLED)
    ledger.undo_withheld(conn, B, SETTLED, WITHDRAWN)
    assert [each.state for each in ledger.by_serial(conn, [B])] == [state]
    ledger.withhold(conn, A, WITHDRAWN)
    ledger.undo_withheld(conn, A, SETTLED, WITHDRAWN)
    assert ledger.own_admission(conn, A) == OwnAdmission()


def test_an_admission_that_was_undone_gives_way_to_another_one(conn: sqlite3.Connection) -> None:
    bring_to(conn, A, State.CONFIRMED, State.UNDONE)
    assert ledger.own_admission(conn, A) == OwnAdmission()
    row = admit(conn, A, seconds(90))
    (second,) = ledger.by_serial(conn, [A])
    assert (second.journal, second.at, second.state) == (row, seconds(90), State.QUEUED)
    with pytest.raises(sqlite3.IntegrityError, match="admitted once"):
        admit(conn, A, seconds(99))
    ledger.mark_sending(conn, [A], seconds(91))
    ledger.confirm(conn, [A], seconds(92))
    states = [(each.journal, each.state) for each in ledger.in_state(conn)]
    assert states == [(1, State.UNDONE), (row, State.CONFIRMED)]
    with pytest.raises(sqlite3.IntegrityError, match="admitted once"):
        admit(conn, A, seconds(99))
    assert ledger.counts(conn)[State.UNDONE] == 1


def test_a_refusal_goes_with_the_admission_that_it_was_said_of(conn: sqlite3.Connection) -> None:
    bring_to(conn, A, State.CONFLICT)
    ledger.withhold(conn, A, WITHDRAWN)
    assert ledger.own_admission(conn, A) == OwnAdmission(refusal=WITHDRAWN)
    ledger.move(conn, A, State.UNDONE, SETTLED)
    admit(conn, A, seconds(90))
    own, refusal, *_ = ledger.own_admission(conn, A)
    assert own
    assert (own.at, refusal) == (seconds(90), None)


@pytest.mark.parametrize("lost", ["", "DELETE FROM admission WHERE journal = 1"])
def test_a_recovery_brings_back_both_admissions_of_one_ticket(tmp_path: Path, lost: str) -> None:
    file = tmp_path / "gate.sqlite3"
    with closing(open_database(file)) as conn:
        bring_to(conn, A, State.CONFLICT)
        ledger.withhold(conn, A, WITHDRAWN)
        judged_again = json.dumps({"refusal": WITHDRAWN.as_json()})
        admit(conn, A, kind="withdrawn", reason="verdict.refused_by_api", evidence=judged_again)
        ledger.move(conn, A, State.UNDONE, SETTLED)
        bring_to(conn, A, State.CONFIRMED)
        admit(conn, B)
        assert find_damage(file) is None
        conn.execute("DROP TRIGGER admission_stays")
        if lost:
            conn.execute("PRAGMA foreign_keys = OFF")
            conn.execute("DELETE FROM admission WHERE journal = 1")
    assert recover(file, NOW).damage
    assert find_damage(file) is None
    with closing(open_database(file)) as conn:
        states = [(each.serial, each.state) for each in ledger.in_state(conn)]
        assert states == [(A, State.UNDONE), (A, State.CONFIRMED), (B, State.SENDING)]
        assert conn.execute("SELECT journal FROM withheld").fetchall() == [(1,)]
        moves = conn.execute("SELECT journal, after FROM transition ORDER BY id").fetchall()
        assert moves[:3] == [(1, "sending"), (1, "conflict"), (1, "undone")]
