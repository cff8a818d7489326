from contextlib import closing
from pathlib import Path

from scanner.bench import ingest, memory
from scanner.store.database import open_database


def test_a_first_sync_and_the_bare_loop_write_the_same_tickets(tmp_path: Path) -> None:
    figures = ingest.measure(tmp_path, 1201)
    found = []
    for name in ("alone-0", "alone-2", "scanned", "bare-0", "bare-2"):
        with closing(open_database(tmp_path / f"{name}.sqlite3")) as conn:
            found.append(
                conn.execute(
                    "SELECT serial, section.uri, status, owner, ticket.name, fingerprint"
                    " FROM ticket JOIN section ON section.id = section ORDER BY serial"
                ).fetchall()
            )
    assert len(found[0]) == 1201
    assert all(each == found[0] for each in found)
    assert [each.at_least for each in figures] == [True, False, False]


def test_every_wait_that_counts_is_a_journalled_scan(tmp_path: Path) -> None:
    *_, longest = ingest.measure(tmp_path, 1500)
    with closing(open_database(tmp_path / "scanned.sqlite3")) as conn:
        assert conn.execute("SELECT count(*) FROM journal").fetchone() == (longest.work,)
    assert longest.work > 0


def test_memory_is_measured_with_the_tickets_in_place(tmp_path: Path) -> None:
    figures = memory.measure(tmp_path, 700)
    assert [each.work for each in figures] == [700, 700]
    assert all(10 < each.measured < memory.LIMIT_MB for each in figures)
