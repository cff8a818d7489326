import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils.migrations import Migrations

from scanner.admission.verdict import Kind, Reason
from scanner.gate import Gate
from scanner.store import (
    journal,
    ledger,
    migrate,
    passages,
    schema,
    ticket_writes,
    tickets,
)
from scanner.store.database import open_database
from scanner.store.integrity import find_damage
from scanner.store.ledger import State
from scanner.store.migrate import cache_file
from scanner.store.recovery.recover import recover
from scanner.store.schema import (
    v1_first,
    v2_cache_apart,
    v3_one_row,
    v4_reason_codes,
    v5_accountability,
)
from scanner.store.ticket_writes import PullPosition
from scanner.store.tickets import CachedSection
from scanner.store.writer import Writer
from tests.store import former_ledgers
from tests.store.worlds import BALCONY, FLOOR, NOW, SERIALS, scan, seconds

A, B, C = SERIALS[:3]


@pytest.mark.parametrize("version", former_ledgers.VERSIONS)
def test_a_ledger_of_a_former_version_goes_on_as_it_was(tmp_path: Path, version: int) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, version)
    with Writer.verified(file) as writer:
        reasons = [
            Gate(writer).present_and_wait(serial, seconds(60), "camera").verdict.reason
            for serial in (A, B, C)
        ]
    assert reasons == [Reason.ADMITTED_HERE, Reason.ADMITTED_HERE, Reason.VALID]
    assert find_damage(file) is None
    with closing(open_database(file)) as conn:
        states = {each.serial: each.state for each in ledger.in_state(conn)}
        assert states == {A: State.CONFLICT, B: State.QUEUED, C: State.QUEUED}
        assert journal.head(conn)[0] == len(former_ledgers.scans()) + 3
        with pytest.raises(sqlite3.IntegrityError, match="can't move so"):
            ledger.move(conn, A, State.QUEUED, NOW)
        with pytest.raises(sqlite3.IntegrityError, match="is not removed"):
            conn.execute("DELETE FROM admission")


def test_what_version_one_had_cached_comes_along_into_the_caches_file(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 1)
    with closing(open_database(file)) as conn:
        assert tickets.count_tickets(conn) == len(SERIALS)
        assert [each.uri for each in tickets.read_sections(conn) if each.permitted] == [FLOOR]
        assert tickets.read_sections(conn)[0] == CachedSection(BALCONY, "Balcony", None, False)
        assert ticket_writes.read_position(conn) == PullPosition(5, 3, 500, 900, None)
        assert ticket_writes.last_number(conn) == 4
        where = {name for (name,) in conn.execute("SELECT name FROM cache.sqlite_master")}
        assert {"ticket", "section", "other_admission"} <= where
    with closing(sqlite3.connect(file)) as alone:
        left = {name for (name,) in alone.execute("SELECT name FROM sqlite_master")}
        assert not left & {"ticket", "section", "pull", "former"}


def test_a_migrated_ledger_has_the_pages_of_a_new_one_and_its_copy_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 1)
    with closing(open_database(file)) as conn:
        assert conn.execute("PRAGMA main.page_size").fetchone() == (migrate.LEDGER_PAGE,)
        assert conn.execute("PRAGMA main.journal_mode").fetchone() == ("wal",)
    (copy,) = tmp_path.glob("*.v1.*.backup")
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT count(*) FROM ticket").fetchone() == (len(SERIALS),)


def test_a_migration_that_broke_off_before_its_commit_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 1)

    def break_off(db: sqlite_utils.Database) -> None:
        v2_cache_apart.apply(db)
        raise KeyboardInterrupt

    def breaking() -> Migrations:
        found = Migrations("scanner")
        found(name="v1_first")(v1_first.apply)
        found(name="v2_cache_apart")(break_off)
        found(name="v3_one_row")(v3_one_row.apply)
        found(name="v4_reason_codes")(v4_reason_codes.apply)
        found(name="v5_accountability")(v5_accountability.apply)
        return found

    with monkeypatch.context() as broken:
        broken.setattr(schema, "migrations", breaking)
        with pytest.raises(KeyboardInterrupt):
            open_database(file)
    with closing(sqlite3.connect(file)) as conn:
        assert conn.execute("SELECT count(*) FROM ticket").fetchone() == (len(SERIALS),)
    with closing(open_database(file)) as conn:
        assert tickets.count_tickets(conn) == len(SERIALS)


def test_a_cache_that_is_gone_is_made_anew_and_the_gate_is_closed_until_a_pull(
    tmp_path: Path,
) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 1)
    open_database(file).close()
    cache_file(file).unlink()
    with Writer.verified(file) as writer:
        judged = Gate(writer).present_and_wait(C, NOW, "camera")
    assert judged.verdict.kind is Kind.GATE_CLOSED


def test_what_a_damaged_ledger_of_version_two_holds_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 2)
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        conn.execute("DROP TRIGGER journal_fixed")
        conn.execute("UPDATE journal SET reason = 'x' WHERE id = 6")
    report = recover(file, NOW)
    assert (report.presentations, report.missing) == (5, ((6, 6),))
    with closing(open_database(file)) as conn:
        states = {each.serial: (each.journal, each.state) for each in ledger.in_state(conn)}
    assert states == {A: (1, State.CONFLICT), B: (6, State.SENDING)}


def test_a_re_entry_of_a_former_version_is_kept_here_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 6)
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        again = scan(A, seconds(60), kind="reentry", reason=str(Reason.REENTRY))
        journal.append(conn, again)
    with Writer.verified(file) as writer:
        (passage,) = writer.now(lambda conn: passages.of_ticket(conn, A))
    assert (passage.kind, passage.state, passage.at) == (Kind.REENTRY, State.LOCAL, seconds(60))
    assert find_damage(file) is None


def test_a_session_of_a_former_version_is_ticketings(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 6)
    with closing(open_database(file)) as conn:
        found = conn.execute("SELECT platform, form, passages, refused_told FROM session")
        assert found.fetchone() == ("ticketing", "serial", 0, 0)


@pytest.mark.parametrize("version", [1, 2])
def test_a_cache_of_a_former_version_keeps_its_tickets(tmp_path: Path, version: int) -> None:
    file = tmp_path / "gate.sqlite3"
    with closing(open_database(file)):
        cache_file(file).unlink()
    with closing(sqlite3.connect(cache_file(file), isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute(f"PRAGMA application_id = {former_ledgers.CACHE_ID}")
        ends = former_ledgers.CACHE_VERSIONS[version]
        schema.cache_migrations().apply(sqlite_utils.Database(conn), stop_before=ends)
        conn.isolation_level = None
        conn.execute("INSERT INTO section VALUES (2, ?, 'Floor', 100, 1)", (FLOOR,))
        conn.execute(
            "INSERT INTO ticket (serial, section, status, pass) VALUES (?, 2, ?, 1)", (A, "Issued")
        )
    with closing(open_database(file)) as conn:
        assert tickets.count_tickets(conn) == 1
        assert conn.execute("PRAGMA cache.user_version").fetchone() == (schema.CACHE_CURRENT,)
        assert conn.execute("SELECT * FROM detail").fetchall() == []
    assert find_damage(file) is None
