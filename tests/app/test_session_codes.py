from contextlib import closing
from dataclasses import replace
from pathlib import Path

from scanner.admission.code_form import CodeForm
from scanner.app.session_codes import FRESH_SECONDS, session_codes
from scanner.store import sessions
from scanner.store.database import transaction
from tests.store.worlds import SESSION, filled, seconds


def test_the_codes_are_of_the_session_that_is_open_now(tmp_path: Path) -> None:
    now = 0.0
    codes = session_codes(tmp_path / "gate.sqlite3", lambda: now)
    assert codes.form is CodeForm.SERIAL  # there is no database yet
    with closing(filled(tmp_path / "gate.sqlite3")) as conn:
        now += FRESH_SECONDS
        assert (codes.form, codes.opaque) == (CodeForm.SERIAL, False)
        with transaction(conn):
            sessions.open_session(conn, replace(SESSION, opened=seconds(60), form=CodeForm.SECRET))
        now += FRESH_SECONDS / 2
        assert not codes.opaque  # it was read a moment ago
        now += FRESH_SECONDS / 2
        assert codes.opaque


def test_a_database_that_can_not_be_read_any_more_changes_nothing(tmp_path: Path) -> None:
    now, file = 0.0, tmp_path / "gate.sqlite3"
    with closing(filled(file)) as conn, transaction(conn):
        sessions.open_session(conn, replace(SESSION, opened=seconds(60), form=CodeForm.SECRET))
    codes = session_codes(file, lambda: now)
    assert codes.opaque
    file.write_bytes(b"no database" * 500)
    now += FRESH_SECONDS
    assert codes.opaque
