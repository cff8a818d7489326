import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from scanner.store.journal import JournalNote
from tests.cli.program import Program
from tests.mock.api import Api
from tests.mock.server import Ready
from tests.store.worlds import let_in_at_both_gates


def _tickets(server: Ready) -> list[str]:
    anybody = Api(server.url, server.api_key).gate(server.tokens[-1].code)
    return [each["serial"] for each in anybody.entries(f"{server.event}/tickets", records=1000)]


@pytest.fixture
def opened(program: Program, server: Ready) -> Program:
    program.open_at(server)
    return program


def _tamper(program: Program, *statements: str) -> None:
    with closing(sqlite3.connect(program.home / "gate.sqlite3")) as conn, conn:
        for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            conn.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            conn.execute(statement)


def test_the_status_of_a_new_gate_is_empty_and_offline(program: Program) -> None:
    assert json.loads(program.says("status", "--json")) == {
        "tickets": 0,
        "queued": 0,
        "sending": 0,
        "confirmed": 0,
        "conflict": 0,
        "refused": 0,
        "undone": 0,
        "local": 0,
        "last_sync": None,
        "online": False,
        "tag": None,
        "left_out": [],
        "doubt": None,
        "wrong_pins": 0,
        "warnings": [],
        "differences": [],
        "double_entries": [],
        "venue": None,
        "journal": 0,
        "head": "0" * 64,
    }
    assert "scanner open" in program.says("status")


def test_the_status_of_an_open_gate_has_its_tickets_and_its_link(opened: Program) -> None:
    found = json.loads(opened.says("status", "--json"))
    assert found["online"] is True
    assert found["tickets"] > 0
    assert found["last_sync"].endswith("+00:00")
    assert "Lee at north" in opened.says("status")
    assert "Sent as" in opened.says("status")


def test_a_state_that_does_not_exist_is_wrong_usage(opened: Program) -> None:
    assert opened.run("queue", "--state", "lost").returncode == 2


def test_the_queue_as_a_table_names_the_gate_that_was_first(opened: Program, server: Ready) -> None:
    serial, other = _tickets(server)[:2]
    opened.says("gate", "--stdin", "--no-network", given=f"{serial}\n{other}\n".encode())
    anybody = Api(server.url, server.api_key).gate(server.tokens[0].code)
    batch = {"redeemer": "Kim", "device": "south", "serials": [serial]}
    anybody.made(f"{server.event}/admissions", batch)
    delivered = opened.run("replay")
    assert delivered.returncode == 3
    assert b"1 confirmed, 1 conflict; 0 still wait" in delivered.stdout
    table = opened.says("queue", "--state", "conflict")
    assert serial in table
    assert "Kim at south" in table
    assert other not in table
    said = opened.says("acknowledge", f" {serial.lower()} ", "both\tsat down again")
    assert said == f"Noted: {serial} is no alarm any more.\n"
    (seen_to,) = opened.says("queue", "--state", "conflict", "--json").splitlines()
    assert json.loads(seen_to)["acknowledged_note"] == "both sat down again"
    assert "Handled by" in opened.says("queue", "--state", "conflict")
    assert "in conflict, refused or let in twice" in opened.complains(
        "acknowledge", other, "nothing"
    )
    assert opened.run("acknowledge", serial, " ").returncode == 2
    assert opened.says("audit").startswith("Intact:")


def test_a_delivery_tells_who_came_in_twice_by_its_exit_code(
    opened: Program, server: Ready
) -> None:
    serial = _tickets(server)[0]
    opened.says("gate", "--stdin", "--no-network", given=serial.encode())
    opened.says("replay")
    with closing(sqlite3.connect(opened.home / "gate.cache.sqlite3")) as conn, conn:
        conn.execute(
            "INSERT INTO difference VALUES (?, 'books.admitted_twice', ?, 'Kim', '7k3q south', ?)",
            (serial, *["2026-11-24T20:00:00+00:00"] * 2),
        )
    let_in_at_both_gates(opened.home / "gate.sqlite3", serial)
    delivered = opened.run("replay")
    assert delivered.returncode == 3
    assert b"admitted by Kim at south at 20:00" in delivered.stderr
    assert b"let in here, and by Bob at door-2 at" in delivered.stderr
    table = opened.says("queue")
    assert "let in with one ticket" in table
    assert f"Double entry: {serial}: let in here, and by Bob at door-2 at" in table
    opened.says("acknowledge", serial, "both sat down")
    table = opened.says("queue")
    assert f": both sat down · {serial}: let in here, and by Bob at door-2 at" in table
    (double,) = json.loads(opened.says("status", "--json"))["double_entries"]
    assert (double["params"]["serial"], double["acknowledged_note"]) == (serial, "both sat down")


def test_a_folder_put_back_with_its_keys_hears_what_it_lacks_before_its_first_verdict(
    opened: Program, server: Ready
) -> None:
    serial = _tickets(server)[2]
    copy = opened.home.with_name("copy")
    shutil.copytree(opened.home, copy)
    opened.says("gate", "--stdin", given=serial.encode())
    shutil.rmtree(opened.home)
    copy.rename(opened.home)
    said = opened.says("gate", "--stdin", "--json", given=serial.encode())
    assert json.loads(said)["code"] == "verdict.admitted_elsewhere"


def test_sync_brings_what_is_new(opened: Program, server: Ready) -> None:
    serial = _tickets(server)[5]
    Api(server.url, server.api_key).post(f"/_mock/tickets/{serial}", {"status": "Cancelled"})
    assert "Synced" in opened.says("sync")
    said = opened.says("gate", "--stdin", "--json", "--no-network", given=serial.encode())
    assert json.loads(said)["verdict"] == "withdrawn"


def test_sync_and_replay_without_a_session_are_one_sentence(program: Program) -> None:
    assert "scanner open" in program.complains("sync")
    assert "scanner open" in program.complains("replay")


def test_the_audit_of_a_whole_journal_says_so(opened: Program, server: Ready) -> None:
    opened.says(
        "gate", "--stdin", "--no-network", given=b"a\nb\nc\n" + _tickets(server)[7].encode()
    )
    assert opened.says("audit").startswith("Intact: 4 scans")
    opened.open_at(server)  # the note of it has the journal's key, too
    assert opened.says("audit").startswith("Intact: 4 scans")
    with closing(sqlite3.connect(opened.home / "gate.sqlite3")) as conn:
        noted = conn.execute("SELECT mac FROM journal WHERE reason = ?", (JournalNote.SESSION,))
        assert all(mac for (mac,) in noted.fetchall() or [("",)])


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE journal SET payload = 'x' WHERE id = 2", "row 2: it, or the row before it"),
        ("DELETE FROM journal WHERE id = 2", "row 3: 1 row(s) before it are missing"),
        ("UPDATE journal SET kind = 'admitted' WHERE id = 1", "row 1: it says admitted"),
        ("UPDATE journal SET evidence = '{}' WHERE id = 1", "row 1: the recorded inputs"),
        (
            "INSERT INTO transition VALUES (1, 'X', 'queued', 'sending', NULL, '', 9)",
            "the outcome of the admission of X is missing",
        ),
        (
            "INSERT INTO admission (serial, journal, event, section, redeemer, device, at)"
            " VALUES ('X', 9, 'e', 's', 'r', 'd', '2026-06-12T21:04:07+00:00')",
            "row 4: its admission is missing",
        ),
        (
            "INSERT INTO admission (serial, journal, event, section, redeemer, device, at)"
            " VALUES ('X', 3, 'e', 's', 'r', 'd', '2026-06-12T21:04:07+00:00')",
            "the admission of X has no green light",
        ),
    ],
)
def test_the_audit_finds_what_was_changed(
    opened: Program, server: Ready, statement: str, finding: str
) -> None:
    opened.says(
        "gate", "--stdin", "--no-network", given=b"a\nb\nc\n" + _tickets(server)[8].encode()
    )
    _tamper(opened, "PRAGMA foreign_keys = OFF", statement)
    done = opened.run("audit")
    assert done.returncode == 1
    assert finding in done.stdout.decode()


def test_the_status_warns_where_the_api_is_asked_in_the_open(
    program: Program, server: Ready
) -> None:
    program.open_at(server)
    with closing(sqlite3.connect(program.home / "gate.sqlite3")) as conn, conn:
        conn.execute("UPDATE session SET api = 'http://192.0.2.1/v3/'")
    assert "go to 192.0.2.1 unencrypted" in program.says("status")
    found = json.loads(program.says("status", "--json"))
    # Other tests' gates of this name may be known at the server, too.
    assert "ticketing.unencrypted" in [each["code"] for each in found["warnings"]]


def test_the_queue_is_exported_to_a_file_which_the_journal_notes(
    opened: Program, server: Ready
) -> None:
    given = f"{_tickets(server)[40]}\n".encode()
    opened.says("gate", "--stdin", "--no-network", given=given)
    opened.says("queue", "--json")
    assert not _exports(opened)
    printed = opened.says("queue", "--export", "-")
    assert printed.startswith("Ticket,Section,Let in at (local time),Let in by,")
    assert not _exports(opened)  # nobody knows who has read it
    file = opened.home / "here.json"
    said = opened.says("queue", "--export", str(file))
    assert str(file) in said
    refused = opened.complains("queue", "--export", str(file))
    assert refused.startswith(f"The file {file} is there already; ")
    assert len(json.loads(file.read_text())) == 1
    assert _exports(opened) == [JournalNote.EXPORTED]
    words = ("queue", "--export", str(file), "--overwrite")
    opened.says(*words, "--state", "queued")  # which leaves others out
    assert _exports(opened) == [JournalNote.EXPORTED]
    assert opened.says("audit").startswith("Intact:")
    assert opened.run("queue", "--export", "evening.pdf").returncode == 2


def _exports(program: Program) -> list[str]:
    with closing(sqlite3.connect(program.home / "gate.sqlite3")) as conn:
        noted = conn.execute("SELECT reason FROM journal WHERE kind = 'note'")
        return [reason for (reason,) in noted]
