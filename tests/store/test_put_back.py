"""A ledger that was put back from a copy, while the key store knows a later head."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from scanner.admission.verdict import Closed, Kind, Reason
from scanner.gate import Gate
from scanner.keystore import KeyStore
from scanner.store import installation, sessions
from scanner.store.anchor import anchor_anew, keyed
from scanner.store.database import open_reader
from scanner.store.writer import Writer
from tests.store.worlds import NOW, SERIALS, filled, row, seconds

A, B, C = SERIALS[:3]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "home" / "gate.sqlite3"
    filled(found, [*map(row, SERIALS)]).close()
    return found


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "elsewhere", file_only=True)


def present(file: Path, keys: KeyStore, *serials: str) -> list[Reason]:
    with Writer.verified(file) as writer, keyed(writer, keys, lambda: NOW):
        gate = Gate(writer)
        return [
            gate.present_and_wait(serial, seconds(number), "camera").verdict.reason
            for number, serial in enumerate(serials)
        ]


def tag(file: Path) -> str | None:
    with closing(open_reader(file)) as conn:
        return installation.current_tag(conn)


def put_back(file: Path, keys: KeyStore, kept: str = A, lost: str = B) -> None:
    """Admit one, copy the folder, admit another, and put the copy back; the keys are elsewhere."""
    present(file, keys, kept)
    copy = file.parent.with_name("copy")
    shutil.copytree(file.parent, copy)
    present(file, keys, lost)
    shutil.rmtree(file.parent)
    copy.rename(file.parent)


def test_a_ledger_that_was_put_back_admits_nobody(file: Path, keys: KeyStore) -> None:
    put_back(file, keys)
    assert present(file, keys, B, C) == [Reason.PUT_BACK, Reason.PUT_BACK]
    assert present(file, keys, C) == [Reason.PUT_BACK]
    assert Reason.PUT_BACK.kind is Kind.GATE_CLOSED


def test_a_ledger_that_was_put_back_sends_another_tag(file: Path, keys: KeyStore) -> None:
    present(file, keys)
    before = tag(file)
    present(file, keys, A)
    assert tag(file) == before
    put_back(file, keys, B, C)
    with Writer(file) as writer:  # the folder is another one, too
        moved = writer.submit(installation.current_tag).result(10)
    present(file, keys)
    assert len({before, moved, tag(file)}) == 3


def test_another_session_does_not_open_it(file: Path, keys: KeyStore) -> None:
    put_back(file, keys)
    present(file, keys)
    with Writer(file) as writer:
        session = writer.submit(sessions.read_session).result()
        assert session
        writer.submit(lambda conn: sessions.open_session(conn, session)).result()
    with closing(open_reader(file)) as conn:
        assert sessions.read_standing(conn).closed is Closed.PUT_BACK


def test_a_supervisor_goes_on_with_it(file: Path, keys: KeyStore) -> None:
    put_back(file, keys)
    present(file, keys)
    with Writer(file) as writer, keyed(writer, keys, lambda: NOW):
        writer.submit(lambda conn: anchor_anew(conn, keys)).result()
    assert present(file, keys, C) == [Reason.VALID]


def test_a_ledger_that_is_as_it_was_left_stays_open(file: Path, keys: KeyStore) -> None:
    present(file, keys, A)
    assert present(file, keys, B) == [Reason.VALID]
