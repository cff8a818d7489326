"""Owners' names are in the folder's bytes only while they are wanted."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from scanner.store.database import transaction
from scanner.store.details import TicketDetail
from scanner.store.names import forget_patrons, keep_names, names_are_awaited, note_names_read
from scanner.store.search import TicketSearch
from scanner.store.ticket_writes import write_tickets
from scanner.store.tickets import TicketRow
from scanner.store.writer import Writer
from tests.store import former_ledgers
from tests.store.worlds import SERIALS, filled, row

NAME = "Wilhelmina Featherstonehaugh"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    filled(tmp_path / "gate.sqlite3", [named(serial) for serial in SERIALS]).close()
    return tmp_path


@pytest.fixture
def writer(folder: Path) -> Iterator[Writer]:
    with Writer(folder / "gate.sqlite3") as opened:
        yield opened


def named(serial: str) -> TicketRow:
    return row(serial)._replace(name=NAME)


def traces(folder: Path) -> list[str]:
    """The files that have any part of the name, in whatever case."""
    parts = [part.encode().lower() for part in NAME.split()]
    files = [each for each in folder.rglob("*") if each.is_file()]
    return [each.name for each in files if any(part in each.read_bytes().lower() for part in parts)]


def keep(writer: Writer, *, wanted: bool) -> None:
    writer.submit_to_cache(lambda conn: keep_names(conn, wanted=wanted)).result()


def test_patrons_who_are_forgotten_leave_no_order_and_no_notice(
    folder: Path, writer: Writer
) -> None:
    keep(writer, wanted=False)
    told = TicketDetail(party=NAME, notice=f"This is {NAME}", attention=True)

    def pull_and_forget(conn: sqlite3.Connection) -> list[str]:
        with transaction(conn):
            write_tickets(conn, [named(SERIALS[0])._replace(detail=told)], 1)
        there = traces(folder)
        forget_patrons(conn)
        return there

    assert writer.submit_to_cache(pull_and_forget).result()
    assert traces(folder) == []
    found = writer.submit(lambda conn: conn.execute("SELECT count(*) FROM detail").fetchone())
    assert found.result() == (0,)


def pull(writer: Writer) -> None:
    def work(conn: sqlite3.Connection) -> None:
        with transaction(conn):
            write_tickets(conn, [named(serial) for serial in SERIALS], 1)

    writer.submit_to_cache(work).result()


def test_names_that_are_no_longer_wanted_leave_no_trace(folder: Path, writer: Writer) -> None:
    assert traces(folder)
    keep(writer, wanted=False)
    assert traces(folder) == []
    found = writer.submit(lambda conn: conn.execute("SELECT count(*) FROM ticket").fetchone())
    assert found.result() == (len(SERIALS),)


def test_rows_that_were_deleted_long_before_leave_no_trace_either(
    folder: Path, writer: Writer
) -> None:
    def thin_out(conn: sqlite3.Connection) -> None:
        conn.execute("DELETE FROM ticket WHERE id > 1")
        conn.execute("UPDATE ticket SET name = NULL")

    writer.submit_to_cache(thin_out).result()
    assert traces(folder)
    keep(writer, wanted=False)
    assert traces(folder) == []


def test_a_pull_that_still_has_names_in_its_hands_writes_none(folder: Path, writer: Writer) -> None:
    keep(writer, wanted=False)
    pull(writer)
    assert traces(folder) == []
    keep(writer, wanted=True)
    pull(writer)
    assert traces(folder)


def test_a_cache_that_was_never_told_writes_none(tmp_path: Path) -> None:
    with Writer(tmp_path / "gate.sqlite3") as writer:
        pull(writer)
    assert traces(tmp_path) == []


def test_a_ledger_that_had_them_in_its_own_file_leaves_no_trace_behind(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    former_ledgers.evening(file, 1)
    with closing(sqlite3.connect(file)) as old:
        old.execute("UPDATE ticket SET name = ?", (NAME,))
        old.commit()
    assert traces(tmp_path)
    with Writer(file) as opened:
        keep(opened, wanted=False)
        assert traces(tmp_path) == []
        assert list(tmp_path.glob("*.backup"))


def test_names_are_awaited_until_a_whole_reading_has_brought_them(writer: Writer) -> None:
    keep(writer, wanted=False)
    assert not writer.submit_to_cache(names_are_awaited).result()
    keep(writer, wanted=True)
    assert writer.submit_to_cache(names_are_awaited).result()
    writer.submit_to_cache(note_names_read).result()
    assert not writer.submit_to_cache(names_are_awaited).result()
    keep(writer, wanted=True)
    assert not writer.submit_to_cache(names_are_awaited).result()


def test_what_a_reader_kept_from_going_goes_at_the_next_call(folder: Path, writer: Writer) -> None:
    reader = sqlite3.connect(folder / "gate.cache.sqlite3", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM ticket").fetchone()
    writer.submit_to_cache(
        lambda conn: conn.execute("PRAGMA busy_timeout = 50").fetchone()
    ).result()
    keep(writer, wanted=False)
    assert traces(folder)
    reader.close()
    keep(writer, wanted=False)
    assert traces(folder) == []


def test_the_text_to_search_in_goes_at_once_and_what_was_left_of_making_it(
    folder: Path, writer: Writer
) -> None:
    file = folder / "gate.sqlite3.search"
    text = TicketSearch(file)
    writer.submit(lambda conn: text.refresh(conn, names=True)).result()
    file.with_name(f"{file.name}.partial").write_text(NAME)
    keep(writer, wanted=False)
    assert set(traces(folder)) == {file.name, f"{file.name}.partial"}
    text.forget_names(unless=False)
    assert traces(folder) == []
    writer.submit(lambda conn: text.refresh(conn, names=False)).result()
    text.forget_names(unless=False)
    assert file.exists()
