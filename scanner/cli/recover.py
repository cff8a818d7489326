"""`scanner recover`: makes a sound database of a damaged one, as far as it can be read."""

from contextlib import suppress
from typing import TYPE_CHECKING

import typer

from scanner.cli.output import print_json, tell
from scanner.cli.settings import Json, database, load
from scanner.facts import Fact

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.store.database import SqlConnection
    from scanner.store.recovery.recover import Report


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: scanner recover")(recover)


def recover(*, as_json: Json = False) -> None:
    """Save every readable admission from a damaged database; the damaged file is kept beside it."""
    from scanner.store.recovery import recover as recovery
    from scanner.sync.clock import utc_now

    config, now = load(), utc_now()
    report = recovery.recover(database(config), now)
    if report.damage:
        _anchor(config)
    if as_json:
        print_json(_facts(report))
        return
    for note in report.notes():
        tell(note)


def _anchor(config: "Config") -> None:
    """Anchor the chain of what came back anew, with a note of what is missing or not genuine.

    Without a key store, the next gate does without.
    """
    from scanner.desk.audit import Audit, read_proof
    from scanner.keystore import KeyStoreError, open_keystore
    from scanner.store import journal
    from scanner.store.anchor import anchor_anew
    from scanner.store.database import transaction
    from scanner.store.journal import JournalNote
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now

    keys = open_keystore(config.home)
    proof = read_proof(keys)

    def anchor(conn: "SqlConnection") -> None:
        count = sum(1 for _ in Audit(conn, proof).findings())
        if count:
            with transaction(conn):
                in_part = Fact(JournalNote.RECOVERED_IN_PART, {"count": count})
                journal.note(conn, in_part, utc_now(), "recover")
        anchor_anew(conn, keys)

    with Writer(database(config)) as writer, suppress(KeyStoreError):
        writer.submit(anchor).result()


def _facts(report: "Report") -> dict[str, object]:
    from scanner.wording.sentences import in_english

    return {
        "whole": report.damage is None,
        "damage": in_english(report.damage) if report.damage else None,
        **(report.damage.as_json() if report.damage else {"code": None, "params": {}}),
        "copy": str(report.copy) if report.copy else None,
        "presentations": report.presentations,
        "admissions": {state.value: count for state, count in report.admissions.items()},
        "rebuilt": report.rebuilt,
        "missing": [list(each) for each in report.missing],
        "cache": report.kept.value,
    }
