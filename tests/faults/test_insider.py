"""An insider with SQLite and all of this code, who lacks one thing: the journal's key.

Each attack ends with a ledger that a gate opens without complaint; what the audit says of it is
beside the attack. Run with `-s` to read what each got.
"""

import contextlib
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.desk.audit import Audit, Difference, Finding, Proof, read_proof
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.keystore import KeyStore, KeyStoreError, KeyStoreFault
from scanner.store import journal, ledger
from scanner.store.anchor import anchor_anew, keyed, read_anchor, read_head
from scanner.store.checkpoint import checkpoint_file, observe, write_checkpoint
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.integrity import verify
from scanner.store.journal import ChainKey, JournalNote, KeyedConnection
from scanner.store.ledger import State
from scanner.store.migrate import cache_file
from scanner.store.writer import Writer
from tests.store.worlds import NOW, SERIALS, filled, row, seconds

A, B, C, D, E = SERIALS[:5]

_FIXED = ("journal_fixed", "journal_stays", "transition_fixed", "transition_stays")
_ADMISSION = ("admission_stays", "admission_fixed", "admission_moves")


class Lockable(KeyStore):
    """A key store in a file that can be locked."""

    locked = False

    def fetch(self, name: str) -> str | None:
        if self.locked:
            raise KeyStoreError(KeyStoreFault.SHUT)
        return super().fetch(name)

    def put(self, name: str, secret: str) -> None:
        if self.locked:
            raise KeyStoreError(KeyStoreFault.SHUT)
        super().put(name, secret)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "home" / "gate.sqlite3"
    filled(found, [*map(row, SERIALS)]).close()
    return found


@pytest.fixture
def keys(tmp_path: Path) -> Lockable:
    return Lockable(tmp_path / "elsewhere", file_only=True)


def evening(file: Path, keys: KeyStore, *payloads: str, confirm: tuple[str, ...] = ()) -> None:
    """Run a gate: some presentations, and what the API says of some admissions."""
    with Writer.verified(file) as writer, keyed(writer, keys, lambda: NOW):
        gate = Gate(writer)
        for second, payload in enumerate(payloads):
            gate.present_and_wait(payload, seconds(second), "camera")

        def settle(conn: sqlite3.Connection) -> None:
            with transaction(conn):
                ledger.mark_sending(conn, confirm, NOW)
                ledger.confirm(conn, confirm, NOW)

        if confirm:
            writer.submit(settle).result()


def audited(file: Path, keys: KeyStore, given: str | None = None) -> list[Finding]:
    proof = read_proof(keys, given)
    with contextlib.closing(open_reader(file)) as conn:
        return list(Audit(conn, proof).findings())


def said(findings: list[Finding]) -> set[str]:
    return {str(each.fact.code) for each in findings}


@contextlib.contextmanager
def insider(file: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger as somebody who knows how to leave no trace in it."""
    with contextlib.closing(open_database(file)) as conn:
        triggers = dict(
            conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        )
        for name in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("PRAGMA foreign_keys = OFF")
        yield conn
        for text in triggers.values():
            conn.execute(text)
        write_checkpoint(file, observe(conn))


def chain_again(conn: sqlite3.Connection, key: ChainKey | None = None) -> None:
    """Compute every hash again, and the MACs with a key of one's own."""
    before = journal.FIRST
    for number, scan, digest, mac in list(journal.entries(conn)):
        changed = journal.chain_hash(before, number, scan)
        if changed != digest:
            sealed = key.mac(changed) if key else mac
            conn.execute(
                "UPDATE journal SET hash = ?, mac = ? WHERE id = ?", (changed, sealed, number)
            )
        before = changed


def rewrite(conn: sqlite3.Connection) -> None:
    conn.execute("UPDATE journal SET at = ? WHERE id = 2", (seconds(900).isoformat(),))
    conn.execute("UPDATE admission SET at = ? WHERE journal = 2", (seconds(900).isoformat(),))
    chain_again(conn)


def rewrite_with_own_key(conn: sqlite3.Connection) -> None:
    conn.execute("UPDATE journal SET source = 'override' WHERE id = 3")
    chain_again(conn, ChainKey(bytes(32)))


def rewrite_without_macs(conn: sqlite3.Connection) -> None:
    rewrite(conn)
    conn.execute("UPDATE journal SET mac = NULL")


def cut(conn: sqlite3.Connection) -> None:
    conn.execute("DELETE FROM journal WHERE id >= 3")
    conn.execute("DELETE FROM admission WHERE journal >= 3")
    conn.execute("DELETE FROM transition WHERE journal >= 3")


def cut_all(conn: sqlite3.Connection) -> None:
    for table in ("journal", "admission", "transition"):
        conn.execute(f"DELETE FROM {table}")


def take_out(conn: sqlite3.Connection) -> None:
    """Remove one presentation that nobody shall know of, and close the gap."""
    conn.execute("DELETE FROM journal WHERE id = 4")
    conn.execute("UPDATE journal SET id = id - 1 WHERE id > 4")
    chain_again(conn)


def forge(conn: sqlite3.Connection) -> None:
    """Admit somebody without a gate, as the gate's own code would."""
    assert isinstance(conn, KeyedConnection)
    (_, scan, _), *_ = journal.rows(conn)
    with transaction(conn):
        journal.append(
            conn, scan._replace(serial=E, payload=E, evidence=scan.evidence.replace(A, E))
        )


def forge_with_own_key(conn: sqlite3.Connection) -> None:
    assert isinstance(conn, KeyedConnection)
    conn.chain_key = ChainKey(bytes(32))
    forge(conn)


def mark_confirmed(conn: sqlite3.Connection) -> None:
    """Write the moves by hand, as the triggers do."""
    for before, after in (("queued", "sending"), ("sending", "confirmed")):
        conn.execute(
            "INSERT INTO transition (serial, before, after, journal) VALUES (?, ?, ?, 2)",
            (B, before, after),
        )
    conn.execute("UPDATE admission SET state = 'confirmed', answered = 1 WHERE serial = ?", (B,))


def mark_confirmed_with_this_code(conn: sqlite3.Connection) -> None:
    with transaction(conn):
        ledger.mark_sending(conn, [B], NOW)
        for state in ("sending", "confirmed"):
            conn.execute(
                "INSERT INTO transition (serial, before, after, journal) VALUES (?, ?, ?, 2)",
                (B, "queued" if state == "sending" else "sending", state),
            )
        conn.execute("UPDATE admission SET state = 'confirmed' WHERE serial = ?", (B,))
        first, last = journal.last_move(conn) - 1, journal.last_move(conn)
        digest = journal.moves_digest(conn, first, last).hex()
        noted = Fact(JournalNote.MOVED, {"first": first, "last": last, "digest": digest})
        journal.note(conn, noted, NOW)


def mark_state_alone(conn: sqlite3.Connection) -> None:
    conn.execute("UPDATE admission SET state = 'confirmed' WHERE serial = ?", (B,))


def turn_a_confirmation_into_a_refusal(conn: sqlite3.Connection) -> None:
    conn.execute("UPDATE transition SET after = 'refused' WHERE after = 'confirmed'")
    conn.execute("UPDATE admission SET state = 'refused' WHERE state = 'confirmed'")


def acknowledge(conn: sqlite3.Connection) -> None:
    """Rewrite, and note what a supervisor would have noted."""
    rewrite(conn)
    noted = Fact(JournalNote.REANCHORED, {"count": 0, "moves": journal.last_move(conn)})
    with transaction(conn):
        journal.note(conn, noted, NOW, "supervisor")


ATTACKS: list[tuple[Callable[[sqlite3.Connection], None], Difference | str]] = [
    (rewrite, Difference.FORGED),
    (rewrite_with_own_key, Difference.FORGED),
    (rewrite_without_macs, Difference.UNKEYED),
    (cut, Difference.KEPT_HEAD_MISSING),
    (cut_all, Difference.KEPT_HEAD_MISSING),
    (take_out, Difference.FORGED),
    (forge, Difference.UNKEYED),
    (forge_with_own_key, Difference.FORGED),
    (mark_confirmed, Difference.MOVES_NOT_NOTED),
    (mark_confirmed_with_this_code, Difference.UNKEYED),
    (mark_state_alone, "store.never_moved"),
    (turn_a_confirmation_into_a_refusal, Difference.MOVES_CHANGED),
    (acknowledge, Difference.FORGED),
]


@pytest.mark.parametrize(
    ("attack", "finding"), ATTACKS, ids=lambda each: getattr(each, "__name__", "")
)
def test_what_an_insider_does_without_the_key_is_found(
    file: Path, keys: Lockable, attack: Callable[[sqlite3.Connection], None], finding: str
) -> None:
    evening(file, keys, A, B, C, "WIFI:S:x;;", D, confirm=(A,))
    assert audited(file, keys) == []
    with insider(file) as conn:
        attack(conn)
    found = said(audited(file, keys))
    sys.stdout.write(f"\n{attack.__name__}: the audit said {', '.join(sorted(found))}\n")
    assert finding in found


@pytest.mark.parametrize("attack", [rewrite, cut, forge, mark_confirmed, acknowledge])
def test_it_is_still_found_after_a_gate_went_on(
    file: Path, keys: Lockable, attack: Callable[[sqlite3.Connection], None]
) -> None:
    evening(file, keys, A, B, C, "hello", confirm=(A,))
    with insider(file) as conn:
        attack(conn)
    evening(file, keys, D)
    assert audited(file, keys) != []


def test_an_older_copy_that_is_put_back_is_found_also_after_a_gate_went_on(
    file: Path, keys: Lockable, tmp_path: Path
) -> None:
    evening(file, keys, A)
    shutil.copytree(file.parent, tmp_path / "copy")
    evening(file, keys, B, C)
    for name in (file.name, cache_file(file).name, checkpoint_file(file).name):
        shutil.copy(tmp_path / "copy" / name, file.parent / name)
    assert said(audited(file, keys)) == {Difference.KEPT_HEAD_MISSING}
    evening(file, keys, D)
    (finding,) = audited(file, keys)
    assert finding.fact.code == JournalNote.HEAD_MISSING
    assert finding.fact.params["row"] == 3


def test_a_head_that_was_given_away_convicts_who_has_the_key_too(
    file: Path, keys: Lockable
) -> None:
    evening(file, keys, A, B, C)
    with contextlib.closing(open_reader(file)) as conn:
        given = journal.head(conn)[1].hex()
    evening(file, keys, D)
    assert audited(file, keys, given) == []
    assert audited(file, keys, given[:16]) == []
    anchor = read_anchor(keys)
    assert anchor
    with insider(file) as conn:
        conn.execute("UPDATE journal SET source = 'stdin' WHERE id = 2")
        chain_again(conn, anchor.key)
    assert Difference.GIVEN_HEAD_MISSING in said(audited(file, keys, given))


def test_rows_from_before_the_key_are_pinned(file: Path, keys: Lockable) -> None:
    with Writer(file) as writer:
        gate = Gate(writer)
        for payload in (A, B):
            gate.present_and_wait(payload, NOW, "camera")
    evening(file, keys, C)
    assert audited(file, keys) == []
    with insider(file) as conn:
        rewrite(conn)
    assert Difference.PAST_CHANGED in said(audited(file, keys))


def test_moves_from_before_the_key_are_pinned(file: Path, keys: Lockable) -> None:
    with Writer(file) as writer:
        Gate(writer).present_and_wait(A, NOW, "camera")
        writer.submit(lambda conn: ledger.mark_sending(conn, [A], NOW)).result()
        writer.submit(lambda conn: ledger.confirm(conn, [A], NOW)).result()
    evening(file, keys, C)
    assert audited(file, keys) == []
    with insider(file) as conn:
        turn_a_confirmation_into_a_refusal(conn)
    assert Difference.MOVES_CHANGED in said(audited(file, keys))


def reanchored(file: Path, keys: KeyStore) -> None:
    def note(conn: sqlite3.Connection) -> None:
        known = Fact(JournalNote.REANCHORED, {"count": 1, "moves": journal.last_move(conn)})
        with transaction(conn):
            journal.note(conn, known, NOW, "supervisor")

    with Writer(file) as writer:
        writer.submit(note).result()
        writer.submit(lambda conn: anchor_anew(conn, keys)).result()


def test_a_lost_key_shuts_no_door_and_a_supervisor_goes_on(
    file: Path, keys: Lockable, tmp_path: Path
) -> None:
    evening(file, keys, A, confirm=(A,))
    later = Lockable(tmp_path / "new laptop", file_only=True)
    assert said(audited(file, later)) == {Difference.KEY_MISSING}
    evening(file, later, B)
    assert said(audited(file, later)) == {JournalNote.KEY_LOST}
    reanchored(file, later)
    evening(file, later, C, confirm=(B,))
    assert audited(file, later) == []
    with contextlib.closing(open_reader(file)) as conn:
        audit = Audit(conn, read_proof(later))
        assert list(audit.findings()) == []
        assert [each.fact.code for each in audit.remarks] == [
            JournalNote.KEY_LOST,
            JournalNote.REANCHORED,
        ]
    with insider(file) as conn:
        rewrite(conn)
    assert audited(file, later) != []


def test_a_locked_key_shuts_no_door_and_its_rows_are_told(file: Path, keys: Lockable) -> None:
    evening(file, keys, A)
    keys.locked = True
    evening(file, keys, B, confirm=(B,))
    assert said(audited(file, keys)) == {JournalNote.KEY_LOCKED, Difference.KEY_LOCKED}
    keys.locked = False
    evening(file, keys, C)
    assert said(audited(file, keys)) == {
        JournalNote.KEY_LOCKED,
        Difference.UNKEYED,
    }
    reanchored(file, keys)
    assert audited(file, keys) == []


def test_a_ledger_that_was_moved_away_is_told_until_a_supervisor_goes_on(
    file: Path, keys: Lockable
) -> None:
    evening(file, keys, A, B)
    for each in file.parent.glob("gate*"):
        each.unlink()
    filled(file, [*map(row, SERIALS)]).close()
    evening(file, keys, A)
    assert said(audited(file, keys)) == {JournalNote.HEAD_MISSING}
    reanchored(file, keys)
    evening(file, keys, B)
    assert audited(file, keys) == []


def test_the_head_is_kept_beside_the_key(file: Path, keys: Lockable) -> None:
    evening(file, keys, A, B)
    with contextlib.closing(open_reader(file)) as conn:
        head = read_head(keys)
        assert head
        assert (head.row, head.digest) == journal.head(conn)
        assert [entry.mac for entry in journal.entries(conn)] != [None, None]
    verify(file)


def test_without_any_key_a_ledger_is_audited_as_far_as_its_chain_goes(file: Path) -> None:
    with Writer(file) as writer:
        Gate(writer).present_and_wait(A, NOW, "camera")
    with contextlib.closing(open_reader(file)) as conn:
        assert list(Audit(conn, Proof()).findings()) == []
        assert ledger.counts(conn)[State.QUEUED] == 1
