from contextlib import closing
from pathlib import Path

from scanner.admission.door import Notice
from scanner.admission.ticket import Unclaimed
from scanner.judging import Presented, VenueWord, judge, recorded
from scanner.store import journal
from scanner.store.database import open_database, transaction
from tests.store.worlds import NOW, SERIALS, filled, row

HERE = SERIALS[0]


def test_a_scan_that_no_other_gate_was_asked_about_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "gate.sqlite3"
    filled(file, [row(HERE)]).close()
    alone = VenueWord(unclaimed=Unclaimed.ADMIT)
    with closing(open_database(file)) as conn:
        with transaction(conn):
            judge(conn, Presented(HERE, NOW, "camera"), alone)
            judge(conn, Presented(HERE, NOW, "camera"), alone)
        again, first = (recorded(*each) for each in journal.last_scans(conn, 2))
    assert first
    assert first.notice == Notice(unclaimed=True)
    assert again
    assert again.notice is None
