import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.verdict import Kind
from scanner.desk.audit import Audit
from scanner.facts import Fact
from scanner.gate import Gate
from scanner.store import journal, ledger
from scanner.store.database import open_database, open_reader
from scanner.store.errors import BrokenDatabase, Damage, DatabaseBusy, StoreError
from scanner.store.integrity import find_damage
from scanner.store.ledger import State
from scanner.store.migrate import cache_file
from scanner.store.recovery.recover import Kept, RecoveryNote, Report, recover
from scanner.store.sessions import read_session, read_standing
from scanner.store.tickets import count_tickets
from scanner.store.writer import Writer
from scanner.wording.sentences import in_english
from tests.store import wrecks
from tests.store.worlds import EVENT, NOW, scan, seconds

LIMIT = 10.0


@pytest.fixture
def file(evening: Path, tmp_path: Path) -> Path:
    return wrecks.copied(evening, tmp_path / "copy")


def pages_with(file: Path, text: str, size: int = wrecks.PAGE) -> list[int]:
    raw = file.read_bytes()
    starts = range(0, len(raw), size)
    return [start // size for start in starts if text.encode() in raw[start : start + size]]


def journal_pages(file: Path) -> list[int]:
    return pages_with(file, "admittedverdict.valid")


def admission_pages(file: Path) -> list[int]:
    return [page for page in pages_with(file, "/sections/2Ana") if page not in journal_pages(file)]


def findings(file: Path) -> list[str]:
    with closing(open_reader(file)) as conn:
        return [str(each) for each in Audit(conn).findings()]


def test_a_whole_database_is_said_to_be_so_and_left_as_it_is(file: Path) -> None:
    before = file.read_bytes()
    report = recover(file, NOW)
    assert (report.damage, report.copy, report.missing) == (None, None, ())
    assert report.presentations == wrecks.read(file).presentations()
    assert file.read_bytes() == before
    assert not list(file.parent.glob("*.damaged.*"))


def test_without_a_database_there_is_nothing_to_recover(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"store\.no_database"):
        recover(tmp_path / "gate.sqlite3", NOW)


def test_a_lost_page_of_the_journal_leaves_its_admissions_and_names_the_rows(file: Path) -> None:
    before = wrecks.read(file)
    wrecks.blank(file, journal_pages(file)[0])
    report = recover(file, NOW)
    after = wrecks.read(file)
    ((first, last),) = report.missing
    lost = [each for each in before.journal if first <= each[0] <= last]  # type: ignore[operator] # numbers
    assert [each for each in before.journal if each not in lost] == after.journal[:-1]
    assert after.serials() == before.serials()
    assert report.rebuilt == 0
    assert any(f"rows_missing count={last - first + 1}" in each for each in findings(file))


def test_a_lost_page_of_admissions_is_rebuilt_from_the_journal_in_doubt(file: Path) -> None:
    before = wrecks.read(file)
    wrecks.blank(file, admission_pages(file)[0])
    report = recover(file, NOW)
    after = wrecks.read(file)
    assert report.rebuilt > 0
    assert report.missing == ()
    assert [each[:7] for each in after.admissions] == [each[:7] for each in before.admissions]
    assert after.withheld == before.withheld
    assert findings(file) == []


def test_what_was_settled_stays_so_and_the_rest_is_in_doubt_and_not_answered(file: Path) -> None:
    before = {each[0]: each[7] for each in wrecks.read(file).admissions}
    assert set(before.values()) == {state.value for state in State} - {"undone", "local"}
    wrecks.blank(file, journal_pages(file)[0])
    report = recover(file, NOW)
    with closing(open_reader(file)) as conn:
        for each in ledger.in_state(conn):
            if before[each.serial] in ("queued", "sending"):
                assert (each.state, each.answered) == (State.SENDING, False)
            else:
                assert each.state == before[each.serial]
        assert report.admissions == ledger.counts(conn)


def test_an_admission_that_only_the_journal_has_yet_comes_back(file: Path) -> None:
    fresh = wrecks.TICKETS[55]
    with Writer(file) as writer:
        Gate(writer).present(fresh, seconds(500), "camera").result(LIMIT)
    assert fresh not in wrecks.read(file).serials()
    wrecks.blank(file, admission_pages(file)[0])
    recover(file, NOW)
    with closing(open_reader(file)) as conn:
        (admission,) = ledger.by_serial(conn, [fresh])
    assert (admission.section, admission.at) == (f"{EVENT}/sections/2", seconds(500))
    assert findings(file) == []


def test_where_admission_and_journal_differ_the_journal_wins(file: Path) -> None:
    before = wrecks.read(file)
    raw = file.read_bytes()
    (page,) = admission_pages(file)[:1]
    at = raw.index(b"/sections/2Ana", page * wrecks.PAGE) + len(b"/sections/2")
    wrecks.flip(file, at, 1)  # somebody called @na
    found = find_damage(file)
    assert found
    assert found.code == Damage.ADMISSION_UNLIKE
    report = recover(file, NOW)
    assert report.rebuilt == 1
    after = wrecks.read(file)
    assert [each[:7] for each in after.admissions] == [each[:7] for each in before.admissions]


def test_the_gate_goes_on_and_nobody_comes_in_twice(file: Path) -> None:
    wrecks.blank(file, journal_pages(file)[0])
    report = recover(file, NOW)
    assert report.kept is Kept.ALL
    ((first, last),) = report.missing
    admissions = {int(str(row)): str(serial) for serial, row, *_ in wrecks.read(file).admissions}
    lost = next(serial for row, serial in admissions.items() if first <= row <= last)
    kept = next(serial for row, serial in admissions.items() if row < first or row > last)
    with Writer.verified(file) as writer:
        recovered, _ = writer.now(journal.head)
        gate = Gate(writer)
        *old, new = (
            gate.present(serial, seconds(500), "camera").result(LIMIT)
            for serial in (lost, kept, wrecks.TICKETS[55])
        )
    assert [each.verdict.kind for each in old] == [Kind.ALREADY_ADMITTED] * 2
    assert new.verdict.kind is Kind.ADMITTED
    assert new.scan == recovered + 3
    with closing(open_database(file)) as conn, pytest.raises(sqlite3.IntegrityError, match="once"):
        journal.append(conn, scan(lost))
    assert find_damage(file) is None


def test_a_second_recovery_keeps_the_gaps_of_the_first(file: Path) -> None:
    wrecks.blank(file, journal_pages(file)[0])
    first = recover(file, NOW)
    wrecks.blank(file, journal_pages(file)[-1])
    second = recover(file, seconds(9))
    assert set(first.missing) <= set(second.missing)
    assert len(second.missing) == 2
    assert find_damage(file) is None
    assert len(list(file.parent.glob("*.damaged.2*Z"))) == 2


def test_the_next_sync_reads_the_whole_list_since_the_last_may_be_lost(file: Path) -> None:
    wrecks.blank(file, journal_pages(file)[0])
    recover(file, NOW)
    with closing(open_reader(file)) as conn:
        session = read_session(conn)
        assert count_tickets(conn) == len(wrecks.TICKETS)
        assert read_standing(conn).closed is None
    assert session
    assert (session.watermark, session.whole) == (None, None)


def test_a_list_that_does_not_read_is_left_to_the_next_sync(file: Path) -> None:
    kept = cache_file(file)
    wrecks.blank(kept, pages_with(kept, "DAWIER-BALC00000001", wrecks.PAGE)[0])
    damaged = kept.read_bytes()
    with pytest.raises(BrokenDatabase, match=r"store\.damaged"):
        Writer.verified(file)
    (aside,) = file.parent.glob("*.damaged.cache.*Z")
    assert aside.read_bytes() == damaged
    assert recover(file, NOW).kept is Kept.SESSION
    with closing(open_reader(file)) as conn:
        assert read_session(conn)
        assert count_tickets(conn) == 0
        assert read_standing(conn).closed


def test_without_the_first_page_a_session_must_be_opened(file: Path) -> None:
    before = wrecks.read(file)
    wrecks.blank(file, 0)
    assert recover(file, NOW).kept is Kept.NOTHING
    assert wrecks.read(file).serials() == before.serials()


def test_the_damaged_file_and_its_log_are_kept_as_they_were(tmp_path: Path) -> None:
    original = tmp_path / "gate.sqlite3"
    with wrecks.evening(original):
        file = wrecks.copied(original, tmp_path / "copy")
    log = Path(f"{file}-wal")
    wrecks.flip(log, log.stat().st_size // 2, 255)
    raw, frames = file.read_bytes(), log.read_bytes()
    copy = recover(file, NOW).copy
    assert copy
    assert (copy.read_bytes(), Path(f"{copy}-wal").read_bytes()) == (raw, frames)
    assert not Path(f"{copy}-shm").exists()


HOLD_OPEN = """
import sys
from pathlib import Path
from scanner.store.database import open_database
conn = open_database(Path(sys.argv[1]))
conn.execute("SELECT count(*) FROM session").fetchone()
print("open", flush=True)
sys.stdin.readline()
"""


def test_a_gate_at_work_is_not_robbed_of_its_database(file: Path) -> None:
    page = journal_pages(file)[1]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_OPEN, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == b"open\n"
        wrecks.blank(file, page)
        raw = file.read_bytes()
        with pytest.raises(DatabaseBusy, match=r"store\.in_use"):
            recover(file, NOW)
        assert file.read_bytes() == raw
        other.stdin.close()
        other.wait(LIMIT)
    assert recover(file, NOW).damage


def test_a_recovery_that_breaks_off_at_the_last_step_is_finished_by_the_next(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = wrecks.read(file)
    wrecks.blank(file, journal_pages(file)[1])
    with monkeypatch.context() as broken:

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr("scanner.store.recovery.recover._put_in_place", fail)
        with pytest.raises(StoreError, match=r"store\.recovery_not_written"):
            recover(file, NOW)
    assert find_damage(file)
    recover(file, NOW)
    assert find_damage(file) is None
    assert wrecks.read(file).serials() == before.serials()
    left = {each.name.removeprefix(file.name) for each in file.parent.iterdir()}
    assert not {each for each in left if each.startswith((".recover", ".partial"))}


def test_a_recovery_needs_nobodys_rights_but_the_owners(file: Path) -> None:
    wrecks.blank(file, journal_pages(file)[1])
    recover(file, NOW)
    modes = {each.name: each.stat().st_mode & 0o777 for each in file.parent.iterdir()}
    copied = {f"{file.name}.last", file.name} & set(modes)
    assert {modes[name] for name in copied} == {0o600}
    assert all(mode & 0o077 == 0 for name, mode in modes.items() if "damaged" in name)


def test_an_older_copy_that_was_put_back_is_brought_up_to_what_is_known(
    evening: Path, tmp_path: Path
) -> None:
    old, later = (wrecks.copied(evening, tmp_path / name) for name in ("old", "later"))
    with Writer(later) as writer:
        Gate(writer).present(wrecks.TICKETS[55], NOW, "camera").result(LIMIT)
    shutil.copy(f"{later}.last", f"{old}.last")
    report = recover(old, NOW)
    last = len(wrecks.read(old).journal)  # one is missing, and the recovery has noted itself
    assert report.missing == ((last, last),)
    with Writer.verified(old) as writer:
        judged = Gate(writer).present("hello", NOW, "camera").result(LIMIT)
    assert judged.scan == last + 2
    assert find_damage(old) is None
    with closing(sqlite3.connect(old)) as conn:
        assert conn.execute("SELECT first, last FROM recovery").fetchall() == [(last, last)]


def test_a_report_says_what_was_lost_and_what_to_do_next() -> None:
    states = dict.fromkeys(State, 1)
    damage = Fact(Damage.ROW_MISSING, {"row": 4})
    some = Report(damage, Path("copy"), 9, states, 2, ((4, 4), (6, 8)), Kept.SESSION).notes()
    assert [note.code for note in some] == [
        RecoveryNote.DAMAGE,
        RecoveryNote.COPY,
        RecoveryNote.RESTORED,
        RecoveryNote.REBUILT,
        RecoveryNote.ROWS_LOST,
        RecoveryNote.MAY_RETURN,
        RecoveryNote.NEXT_LIST,
    ]
    assert some[4].params == {"rows": "4, 6-8"}
    (whole,) = Report(None, None, 9, states).notes()
    assert whole.code == RecoveryNote.SOUND
    assert in_english(whole).startswith("Intact: 9 scans; 1 queued, 1 sending, 1 confirmed")
