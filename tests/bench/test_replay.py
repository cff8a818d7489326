from contextlib import closing
from pathlib import Path

from scanner.bench import replay
from scanner.store.database import open_database


def test_what_was_timed_was_confirmed_by_the_server(tmp_path: Path) -> None:
    (figure,) = replay.measure(tmp_path, 250)
    with closing(open_database(tmp_path / "replay.sqlite3")) as conn:
        states = conn.execute("SELECT state, count(*) FROM admitted GROUP BY state").fetchall()
    assert states == [("confirmed", 3 * 250)]  # in three rounds
    assert figure.work == 250
    assert figure.at_least
