from contextlib import closing
from pathlib import Path

from scanner.bench import ledger, stock
from scanner.store import tickets
from scanner.store.database import open_database


def test_every_time_at_the_gate_has_its_rows_on_the_disk(tmp_path: Path) -> None:
    figures = ledger.measure(tmp_path, [300], 50)
    assert [each.work for each in figures] == [50] * 4
    assert all(each.floor for each in figures)
    with closing(open_database(tmp_path / "gate-300.sqlite3")) as conn:
        kinds = dict(conn.execute("SELECT kind, count(*) FROM journal GROUP BY kind").fetchall())
        (admitted,) = conn.execute("SELECT count(*) FROM admitted").fetchone()
    assert kinds["admitted"] == admitted == 50
    assert set(kinds) == {"admitted", "already_admitted", "unknown", "wrong_section"}


def test_every_size_has_the_same_target_above_its_own_bare_commits(tmp_path: Path) -> None:
    figures = ledger.measure(tmp_path, [200, 400], 25)
    assert [each.limit for each in figures] == [ledger.MEDIAN_MS, ledger.P99_MS] * 4
    for each in figures:
        assert each.floor
        assert each.counted == each.measured - each.floor


def test_the_stock_has_as_many_tickets_as_wanted(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    stock.fill(file, 301)
    with closing(open_database(file)) as conn:
        listed = tickets.count_tickets(conn)
        (everything,) = conn.execute("SELECT count(*) FROM ticket").fetchone()
    assert everything == 301
    assert listed == len(set(stock.scattered(301, permitted=True)))
    assert len(set(stock.scattered(301, permitted=False))) == everything - listed
