"""`scanner acknowledge`, `audit` and `recover`: what a person or a proof says of a ledger."""

import re
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.errors import Expects, Usage, UsageError, unfit
from scanner.cli.ledger import with_engine
from scanner.cli.output import print_json, print_line, tell
from scanner.cli.settings import Json, database, load, open_made
from scanner.facts import Code, Fact
from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.app.records import Records
    from scanner.config import Config
    from scanner.desk.audit import Audit, Finding
    from scanner.keystore import KeyStore
    from scanner.store.database import SqlConnection
    from scanner.store.recovery.recover import Report

_HEAD = re.compile(r"[0-9a-f]{16,64}")


class Audited(Code):
    """How an audit ended."""

    WHOLE = "audit.whole"
    DIFFERENT = "audit.different"
    REMARK = "audit.remark"
    REANCHORED = "audit.reanchored"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    example = 'Example: scanner acknowledge DAWIER-BACK75580348 "refunded at the desk"'
    app.command(epilog=example)(acknowledge)
    app.command(epilog="Example: scanner audit --head 3fe1c2b894d07a65")(audit)
    app.command(epilog="Example: scanner recover")(recover)


def acknowledge(
    serial: Annotated[str, typer.Argument(help="The ticket's serial, as `scanner queue` has it.")],
    note: Annotated[str, typer.Argument(help="What was done about it; kept in the journal.")],
) -> None:
    """Note what was done about a conflict, a refusal or a double entry: no alarm from then on."""
    from scanner.app.records import Records
    from scanner.cli.output import Done
    from scanner.cli.pin import pin_of
    from scanner.gate import Gate
    from scanner.keystore import open_keystore
    from scanner.store.anchor import keyed
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now
    from scanner.wording.plain import plain

    if not plain(note):
        raise UsageError(Usage.MISSING, name=say("NOTE"))
    config = load()
    open_made(config).close()
    with (
        Writer(database(config)) as writer,
        keyed(writer, open_keystore(config.home), utc_now),
    ):
        records = Records(writer, Gate(writer), pin_of(config), utc_now)
        written = _acknowledged(records, serial.strip(), plain(note))
    tell(Fact(Done.ACKNOWLEDGED, {"serial": written}))


def _acknowledged(records: "Records", serial: str, note: str) -> str:
    """Acknowledge a serial as it was typed, or else in capitals; returns which it was.

    In a code of some platforms the case counts; TickeTing's are in capitals, however typed.
    """
    from scanner.store.errors import StoreError

    try:
        records.acknowledge(serial, note)
    except StoreError:
        serial = serial.upper()
        records.acknowledge(serial, note)
    return serial


def audit(
    *,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST",
            help="A head that `scanner status --head` gave, or its first 16 digits or more: "
            "the records must contain it.",
        ),
    ] = None,
    reanchor: Annotated[
        bool,
        typer.Option(
            "--reanchor",
            help="Go on from the records as they are, for a supervisor: asks for the PIN, and "
            "notes in the journal how many differences there were.",
        ),
    ] = False,
    api: Annotated[
        bool,
        typer.Option("--api", help="Read the server's lists, and compare them with the records."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Check the journal's chain and its MACs, and check every recorded scan again."""
    from scanner.desk.audit import Audit, Finding, read_proof
    from scanner.keystore import open_keystore
    from scanner.store import differences
    from scanner.store.database import snapshot

    if head is not None and not _HEAD.fullmatch(head := head.strip().lower()):
        raise unfit("--head", Expects.DIGITS, least=16, most=64)
    config = load()
    keys = open_keystore(config.home)
    source = _supervisor(config) if reanchor else ""
    if api:
        with_engine(config, lambda engine: engine.pull(whole=True))
    with closing(open_made(config)) as reader:
        proof = read_proof(keys, head)
        with snapshot(reader):
            checked = Audit(reader, proof)
            found = list(checked.findings())
            if api:
                found += [Finding(each.fact) for each in differences.read(reader)]
    if as_json:
        print_json(_facts(checked, found))
    else:
        _print(checked, found)
    if reanchor:
        _reanchor(config, keys, len(found), source)
    elif found:
        raise typer.Exit(1)


def _print(checked: "Audit", found: "list[Finding]") -> None:
    for each in (*checked.remarks, *checked.overrides):
        tell(Fact(Audited.REMARK, {"row": each.row, "fact": each.fact}))
    for each in found:
        print_line(_words(each))
    if found:
        ended = {"count": len(found), "presentations": checked.rows}
        tell(Fact(Audited.DIFFERENT, ended), err=True)
    else:
        tell(Fact(Audited.WHOLE, {"count": checked.rows}))


def _words(each: "Finding") -> str:
    from scanner.wording.sentences import sentence

    return (
        say("row {row}: {text}", row=each.row, text=sentence(each.fact))
        if each.row
        else sentence(each.fact)
    )


def _facts(checked: "Audit", found: "list[Finding]") -> dict[str, object]:
    from scanner.wording.sentences import in_english

    def lines(findings: "list[Finding]") -> list[dict[str, object]]:
        return [
            {"row": each.row, "sentence": in_english(each.fact), **each.fact.as_json()}
            for each in findings
        ]

    return {
        "presentations": checked.rows,
        "findings": lines(found),
        "remarks": lines(checked.remarks),
        "overrides": lines(checked.overrides),
    }


def _supervisor(config: "Config") -> str:
    """Ask for the PIN, where there is one; return who goes on, for the journal."""
    from scanner.cli.pin import check_pin, pin_of

    pin = pin_of(config)
    if not pin.is_set:
        return "nobody's PIN"
    check_pin(pin, say("PIN"))
    return "supervisor"


def _reanchor(config: "Config", keys: "KeyStore", differences: int, source: str) -> None:
    """Note what is known, in the journal, then anchor the chain behind the note."""
    from scanner.store import journal
    from scanner.store.anchor import anchor_anew
    from scanner.store.database import transaction
    from scanner.store.journal import JournalNote
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now

    def note(conn: "SqlConnection") -> int:
        known = {"count": differences, "moves": journal.last_move(conn)}
        with transaction(conn):
            return journal.note(conn, Fact(JournalNote.REANCHORED, {**known}), utc_now(), source)

    keys.fetch("")  # a key store that is locked shall not leave the note alone
    with Writer(database(config)) as writer:
        row = writer.submit(note).result()
        writer.submit(lambda conn: anchor_anew(conn, keys)).result()
    tell(Fact(Audited.REANCHORED, {"row": row}))


def recover(*, as_json: Json = False) -> None:
    """Save every readable admission from a damaged database; the damaged file is kept beside it."""
    from scanner.store.recovery import recover as recovery
    from scanner.sync.clock import utc_now

    config, now = load(), utc_now()
    report = recovery.recover(database(config), now)
    if report.damage:
        _anchor_recovered(config)
    if as_json:
        print_json(_recovery_facts(report))
        return
    for note in report.notes():
        tell(note)


def _anchor_recovered(config: "Config") -> None:
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


def _recovery_facts(report: "Report") -> dict[str, object]:
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
