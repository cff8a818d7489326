import json
import shutil
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from scanner.cli.audit import _acknowledged
from scanner.store.errors import StoreError, StoreFault
from tests.cli.program import Program
from tests.mock.server import Ready

PIN = b"739164\n"


@pytest.fixture
def opened(program: Program, server: Ready) -> Program:
    program.open_at(server)
    program.says("gate", "--stdin", "--no-network", given=b"one\ntwo\n")
    return program


def lose_the_key(program: Program) -> None:
    file = program.home / "secrets.json"
    secrets = json.loads(file.read_bytes())
    del secrets["journal-anchor"]
    file.write_text(json.dumps(secrets))


def test_the_head_is_given_away_and_checked_later(opened: Program) -> None:
    head = opened.says("status", "--head").strip()
    status = json.loads(opened.says("status", "--json"))
    assert (status["journal"], status["head"]) == (2, head)
    assert head in opened.says("status")
    opened.says("gate", "--stdin", "--no-network", given=b"three\n")
    assert opened.says("audit", "--head", head).startswith("Intact: 3")
    assert opened.says("audit", "--head", f" {head[:16].upper()}").startswith("Intact: 3")
    assert opened.run("audit", "--head", "0123456789abcdef").returncode == 1
    assert opened.run("audit", "--head", "no head").returncode == 2


def test_a_supervisor_goes_on_after_the_key_is_lost(opened: Program) -> None:
    opened.says("pin", given=PIN)
    lose_the_key(opened)
    assert opened.run("audit").returncode == 1
    opened.says("gate", "--stdin", "--no-network", given=b"three\n")
    assert "key was gone" in opened.run("audit").stdout.decode()
    assert opened.run("audit", "--reanchor", given=b"000000\n").returncode == 1
    assert opened.run("audit").returncode == 1
    assert "anchored anew" in opened.says("audit", "--reanchor", given=PIN)
    opened.says("gate", "--stdin", "--no-network", given=b"four\n")
    said = json.loads(opened.says("audit", "--json"))
    assert (said["presentations"], said["findings"]) == (4, [])
    assert [each["code"] for each in said["remarks"]] == [
        "journal.key_lost",
        "journal.reanchored",
    ]


def test_a_recovered_ledger_is_anchored_anew_and_what_it_lacks_is_told(opened: Program) -> None:
    file = opened.home / "gate.sqlite3"
    with closing(sqlite3.connect(file)) as conn, conn:
        conn.execute("DROP TRIGGER journal_stays")
        conn.execute("DELETE FROM journal WHERE id = 1")
    opened.says("recover")
    said = opened.run("audit")
    assert said.returncode == 1
    assert "after a recovery" in said.stdout.decode()
    opened.says("audit", "--reanchor")
    opened.says("gate", "--stdin", "--no-network", given=b"three\n")
    assert opened.run("audit").returncode == 0


def test_an_older_copy_that_was_put_back_is_told(opened: Program) -> None:
    names = ("gate.sqlite3", "gate.cache.sqlite3", "gate.sqlite3.last")
    for name in names:
        shutil.copy(opened.home / name, opened.home / f"{name}.copy")
    opened.says("gate", "--stdin", "--no-network", given=b"three\n")
    for name in names:
        shutil.copy(opened.home / f"{name}.copy", opened.home / name)
        for log in ("-wal", "-shm"):  # of the later ledger
            (opened.home / f"{name}{log}").unlink(missing_ok=True)
    assert "rolled back" in opened.run("audit").stdout.decode()
    opened.run("gate", "--stdin", "--no-network", given=b"four\nfive\n")
    assert "rolled back" in opened.run("audit").stdout.decode()


@pytest.mark.parametrize("known", ["k3yZaQ", "K3YZAQ"])
def test_a_code_is_acknowledged_as_it_was_typed_or_in_capitals(known: str) -> None:
    class OneTicket:
        def acknowledge(self, serial: str, _note: str) -> None:
            if serial != known:
                raise StoreError(StoreFault.NOTHING_TO_ACKNOWLEDGE, serial=serial)

    records: Any = OneTicket()
    assert _acknowledged(records, "k3yZaQ", "both sat down") == known
