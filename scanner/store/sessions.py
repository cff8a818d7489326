"""The gate's session, in the ledger's file: whose it is, and whether it may admit."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from scanner.admission.code_form import CodeForm
from scanner.admission.names import tagged
from scanner.admission.verdict import Closed
from scanner.store.installation import CURRENT_TAG

_ORIGIN = "(SELECT api, event FROM origin)"
_FORMS = {form.value: form for form in CodeForm}
_CLOSED = f"invalid IS NOT NULL, synced IS NULL OR (api, session.event) IS NOT {_ORIGIN}"


TICKETING = "ticketing"
"""The platform of every session until version 7 of the ledger."""


@dataclass(frozen=True, slots=True)
class StoredSession:
    """The gate's session as the database keeps it; its key is in the key store.

    `platform` names whose server `api` is, `form` is that of its codes, and `passages` tells
    whether it takes exits and further entries.
    """

    api: str
    event: str
    title: str
    name: str
    device: str
    opened: datetime
    synced: datetime | None = None
    whole: datetime | None = None
    watermark: datetime | None = None
    invalid: datetime | None = None
    server_offset: float | None = None
    platform: str = TICKETING
    form: CodeForm = CodeForm.SERIAL
    passages: bool = False


class Standing(NamedTuple):
    """Whose session is open when a code is presented, and why nobody can be admitted, if so.

    `device` is the name as it is sent, with the installation's tag; `form` that of the codes.
    """

    event: str | None = None
    redeemer: str | None = None
    device: str | None = None
    closed: Closed | None = Closed.NO_SESSION
    form: CodeForm = CodeForm.SERIAL


def read_session(conn: sqlite3.Connection) -> StoredSession | None:
    """Read the session, if one was ever opened."""
    row = conn.execute(
        "SELECT api, event, title, name, device, opened, synced, whole, watermark, invalid,"
        " server_offset, platform, form, passages FROM session"
    ).fetchone()
    if row is None:
        return None
    api, event, title, name, device, opened, *times, offset, platform, form, passages = row
    synced, whole, watermark, invalid = map(_time, times)
    return StoredSession(
        api=api,
        event=event,
        title=title,
        name=name,
        device=device,
        opened=datetime.fromisoformat(opened),
        synced=synced,
        whole=whole,
        watermark=watermark,
        invalid=invalid,
        server_offset=offset,
        platform=platform,
        form=CodeForm(form),
        passages=bool(passages),
    )


def open_session(conn: sqlite3.Connection, session: StoredSession) -> None:
    """Replace the session; where it is for another event, the gate is closed until a pull.

    Call inside a transaction. The ledger is never touched, and no refused scan is told twice.
    """
    before = read_session(conn)
    same = before is not None and (before.api, before.event) == (session.api, session.event)
    conn.execute(
        "INSERT INTO session (id, api, event, title, name, device, opened, synced, platform, form,"
        " passages) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " api = excluded.api, event = excluded.event, title = excluded.title,"
        " name = excluded.name, device = excluded.device, opened = excluded.opened,"
        " synced = excluded.synced, platform = excluded.platform, form = excluded.form,"
        " passages = excluded.passages,"
        " whole = NULL, watermark = NULL, invalid = NULL, server_offset = NULL",
        (
            session.api,
            session.event,
            session.title,
            session.name,
            session.device,
            session.opened.isoformat(),
            _text(before.synced) if before and same else None,
            session.platform,
            session.form.value,
            session.passages,
        ),
    )


def change_guard(conn: sqlite3.Connection, name: str) -> None:
    """Set who stands at the gate from now on; what was recorded before keeps its name."""
    conn.execute("UPDATE session SET name = ?", (name,))


def note_token(conn: sqlite3.Connection, dead_since: datetime | None) -> None:
    """Note since when the API no longer knows the token, which closes the gate; or that it does."""
    conn.execute("UPDATE session SET invalid = ?", (_text(dead_since),))


def note_behind(conn: sqlite3.Connection, since: datetime | None) -> None:
    """Note since when this ledger lacks records, which closes the gate; or that it was compared."""
    conn.execute("UPDATE session SET behind = ?", (_text(since),))


def note_server_offset(conn: sqlite3.Connection, seconds: float) -> None:
    """Keep how far the server's clock is ahead of the gate's."""
    conn.execute("UPDATE session SET server_offset = ?", (seconds,))


def read_standing(conn: sqlite3.Connection) -> Standing:
    """Read whose session is open, and whether it may admit."""
    row = conn.execute(
        f"SELECT event, name, device, {CURRENT_TAG}, form, {_CLOSED}, behind FROM session"
    ).fetchone()
    if row is None:
        return Standing()
    event, redeemer, device, tag, form, invalid, never_synced, behind = row
    reasons = (
        (invalid, Closed.TOKEN_INVALID),
        (behind, Closed.PUT_BACK),
        (never_synced, Closed.NEVER_SYNCED),
    )
    closed = next((each for holds, each in reasons if holds), None)
    return Standing(event, redeemer, tagged(tag, device), closed, _FORMS[form])


def read_origin(conn: sqlite3.Connection) -> tuple[str, str] | None:
    """Return the API and the event of the session, once the cache is of these; else nothing."""
    row = conn.execute(
        f"SELECT api, event FROM session WHERE (api, session.event) IS {_ORIGIN}"
    ).fetchone()
    return (str(row[0]), str(row[1])) if row else None


def _time(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
