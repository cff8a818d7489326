"""Exits and further entries come back from a damaged ledger, or are named as lost."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.store import journal, ledger, passages
from scanner.store.checkpoint import checkpoint_file
from scanner.store.database import open_database, open_reader, transaction
from scanner.store.errors import Damage
from scanner.store.integrity import find_damage
from scanner.store.ledger import State
from scanner.store.passages import Passage
from scanner.store.recovery.page_reader import Row, Value, read_files
from scanner.store.recovery.reconstruct import Reconstruction, reconstruct
from scanner.store.recovery.record_forms import is_passage, is_wanted
from scanner.store.recovery.recover import recover
from tests.store import wrecks
from tests.store.worlds import NOW, SERIALS, admit, filled, row, seconds

DENIED = Fact("text", {"text": "not on that list"})
ENDS = (State.CONFIRMED, State.REFUSED, State.SENDING, State.QUEUED)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A ledger with an exit in each state that one may be in, and entries after them."""
    file = tmp_path / "gate.sqlite3"
    with closing(filled(file, [*map(row, SERIALS)])) as conn:
        local = admit(conn, SERIALS[9], kind="exited", reason=str(Reason.EXITED), event="/old")
        assert passages.of_ticket(conn, SERIALS[9])[0].journal == local
        conn.execute("UPDATE session SET passages = 1")
        for number, serial in enumerate(SERIALS[:4]):
            admit(conn, serial, seconds(number))
            out = admit(conn, serial, seconds(9), kind="exited", reason=str(Reason.EXITED))
            with transaction(conn):
                bring_to(conn, out, ENDS[number])
        admit(conn, SERIALS[0], seconds(20), kind="reentry", reason=str(Reason.BACK_AFTER_EXIT))
        ledger.enqueue(conn)
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    checkpoint_file(file).unlink(missing_ok=True)
    assert find_damage(file) is None
    return file


def bring_to(conn: sqlite3.Connection, number: int, state: State) -> None:
    if state is not State.QUEUED:
        passages.mark_sending(conn, [number], NOW)
    if state in (State.CONFIRMED, State.REFUSED):
        reason = DENIED if state is State.REFUSED else None
        passages.settle(conn, number, state, seconds(60), reason)


def tamper(file: Path, *statements: str) -> None:
    """Change the ledger's rows behind its triggers."""
    with closing(sqlite3.connect(file, isolation_level=None)) as conn:
        triggers = conn.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        made = triggers.fetchall()
        for name, _ in made:
            conn.execute(f"DROP TRIGGER {name}")
        for each in (*statements, *(sql for _, sql in made)):
            conn.execute(each)


def read(file: Path) -> dict[int, Passage]:
    with closing(open_reader(file)) as conn:
        return {each.journal: each for each in passages.in_state(conn)}


def requeued(before: dict[int, Passage]) -> dict[int, State]:
    """What each comes back as: what is not settled, or kept here, is sent again."""
    kept = (State.CONFIRMED, State.REFUSED, State.LOCAL)
    return {n: each.state if each.state in kept else State.QUEUED for n, each in before.items()}


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE passage SET serial = 'x' WHERE journal = 3", "store.passage_unlike row=3"),
        ("UPDATE passage SET journal = 2 WHERE journal = 3", "store.passage_unlike row=2"),
        ("UPDATE passage SET journal = 99 WHERE journal = 3", "store.passage_unlike row=99"),
        ("DELETE FROM passage WHERE state = 'local'", "store.passage_missing row=1"),
        ("UPDATE passage SET state = 'x' WHERE journal = 1", "store.passage_never_moved row=1"),
        ("UPDATE passage SET state = 'confirmed' WHERE journal = 1", "store.passage_never_moved"),
        ("UPDATE passage SET state = 'local' WHERE state = 'refused'", "store.passage_never_moved"),
        ("UPDATE passage SET reason = 'x' WHERE state = 'refused'", "store.passage_never_moved"),
        ("UPDATE passage SET settled = 'x' WHERE state = 'refused'", "store.unreadable"),
        ("UPDATE transition SET journal = 1 WHERE id = 1", "store."),
        ("UPDATE transition SET serial = 'x' WHERE id = 1", "store.stray_transition transition=1"),
    ],
)
def test_what_was_changed_of_a_passage_is_found_and_put_right(
    file: Path, statement: str, found: str
) -> None:
    before = read(file)
    tamper(file, statement)
    assert str(find_damage(file)).startswith(found)
    recover(file, NOW)
    after = read(file)
    assert find_damage(file) is None
    assert after.keys() == before.keys()
    for number, state in requeued(before).items():
        assert after[number].state in (state, State.QUEUED)
        assert after[number].nonce == before[number].nonce


def test_records_that_are_all_lost_are_queued_where_the_sessions_platform_takes_them(
    file: Path,
) -> None:
    before = read(file)
    with closing(sqlite3.connect(file)) as conn:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'passage'"
        (page,) = conn.execute(query).fetchone()
    wrecks.blank(file, page - 1)
    report = recover(file, NOW)
    after = read(file)
    assert {number: each.state for number, each in after.items()} == {
        number: State.LOCAL if each.state is State.LOCAL else State.QUEUED
        for number, each in before.items()
    }
    assert report.rebuilt == len(before) - 1
    assert [each.nonce for each in after.values()] == [each.nonce for each in before.values()]
    assert find_damage(file) is None


def test_what_was_settled_or_kept_here_stays_so_and_the_rest_is_sent_again(file: Path) -> None:
    before = read(file)
    tamper(file, "DELETE FROM transition WHERE journal IN (SELECT journal FROM admission)")
    tamper(file, "UPDATE admission SET device = 'x' WHERE journal = 2")
    recover(file, NOW)
    after = read(file)
    assert {number: each.state for number, each in after.items()} == requeued(before)
    assert [each.reason for each in after.values() if each.state is State.REFUSED] == [DENIED]
    with closing(open_database(file)) as conn:
        moved = conn.execute("SELECT serial FROM transition WHERE 'local' IN (before, after)")
        assert moved.fetchall() == []
        (due,) = [each for each in passages.in_state(conn, State.QUEUED) if each.attempts]
        passages.mark_sending(conn, [due.journal], NOW)
        passages.settle(conn, due.journal, State.CONFIRMED, NOW)
    assert find_damage(file) is None


def test_a_passage_whose_presentation_is_lost_is_named_with_its_row(file: Path) -> None:
    before = read(file)
    number = next(n for n, each in before.items() if each.state is State.CONFIRMED)
    tamper(file, f"UPDATE journal SET payload = 'x' WHERE id = {number}")
    report = recover(file, NOW)
    assert report.missing == ((number, number),)
    assert read(file).keys() == before.keys() - {number}
    assert find_damage(file) is None
    with closing(open_reader(file)) as conn, pytest.raises(LookupError):
        journal.nonce(conn, number)


def test_an_admissions_nonce_outlives_its_journal_row(file: Path) -> None:
    with closing(open_database(file)) as conn:
        before = journal.nonce(conn, 2)
    tamper(file, "UPDATE journal SET payload = 'x' WHERE id = 2")
    assert recover(file, NOW).missing == ((2, 2),)
    with closing(open_reader(file)) as conn:
        assert journal.nonce(conn, 2) == before


def spoilt(value: Value) -> Iterator[Value]:
    yield from (None, b"", -128, 1 << 40, "", "queued", "?")
    if isinstance(value, str) and value:
        yield chr(ord(value[0]) ^ 1) + value[1:]


def test_whatever_column_of_a_record_is_spoilt_nothing_is_made_up(file: Path) -> None:
    rows = read_files(file, is_wanted)
    with closing(open_reader(file)) as conn:
        columns = [name for _, name, *_ in conn.execute("PRAGMA main.table_info(admission)")]
    whole = by_row(reconstruct(rows, columns))
    tried = 0
    for at, record in enumerate(rows):
        for column, value in enumerate(record.values if is_passage(record) else ()):
            for other in spoilt(value):
                values = (*record.values[:column], other, *record.values[column + 1 :])
                changed = Row(values, record.rowid, record.frame)
                some = [each for each in (*rows[:at], changed, *rows[at + 1 :]) if is_wanted(each)]
                for number, each in by_row(reconstruct(some, columns)).items():
                    assert each["serial"] == whole[number]["serial"]
                    known = (whole[number]["state"], State.QUEUED.value, State.LOCAL.value)
                    assert each["state"] in known
                tried += 1
    assert tried > len(whole)


def by_row(found: Reconstruction) -> dict[Value, dict[str, Value]]:
    return {each["journal"]: each for each in found.passages}


def test_damage_has_words_of_its_own_for_passages() -> None:
    assert {each for each in Damage if "passage" in each} == {
        Damage.PASSAGE_UNLIKE,
        Damage.PASSAGE_MISSING,
        Damage.PASSAGE_NEVER_MOVED,
    }
    assert Kind.EXITED.value == "exited"  # which the database itself names
