"""One payload in, one durable verdict out."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

import structlog

from scanner.admission.evidence import to_json
from scanner.admission.rules import decide
from scanner.admission.serial import LONGEST_PAYLOAD, read_payload
from scanner.admission.verdict import Verdict
from scanner.store import cache, ledger
from scanner.store.database import transaction
from scanner.store.writer import Writer


@dataclass(frozen=True, slots=True)
class Judged:
    """A published verdict: what was presented, when (aware, UTC), and the journal's row."""

    scan: int
    payload: str
    source: str
    at: datetime
    verdict: Verdict


class Gate:
    """Judges presentations, one after the other; a verdict is published after its commit."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._subscribers: list[Callable[[Judged], None]] = []

    def subscribe(self, subscriber: Callable[[Judged], None]) -> None:
        """Call `subscriber` with every verdict, from the ledger's thread, after the commit."""
        self._subscribers.append(subscriber)

    def present(self, payload: str, at: datetime, source: str) -> "Future[Judged]":
        """Judge one presentation; the future ends when the verdict is durable.

        Callable from any thread. The future raises `StoreError` where nothing could be recorded:
        then nobody is admitted.
        """
        return self._writer.submit(
            lambda conn: self._judge_and_publish(conn, payload, at, source), urgent=True
        )

    def _judge_and_publish(
        self, conn: sqlite3.Connection, payload: str, at: datetime, source: str
    ) -> Judged:
        with transaction(conn):
            judged = judge(conn, payload, at, source)
        for subscriber in self._subscribers:
            try:
                subscriber(judged)
            except Exception:  # noqa: BLE001 - the verdict stands, whatever a listener does
                structlog.get_logger("gate").exception("a subscriber failed", scan=judged.scan)
        return judged


def judge(conn: sqlite3.Connection, payload: str, at: datetime, source: str) -> Judged:
    """Look up, decide and record one presentation; call inside a transaction."""
    reading = read_payload(payload)
    scope = cache.read_scope(conn)
    knowledge = cache.look_up(conn, reading)
    verdict = decide(reading, scope, knowledge, at)
    session = cache.read_session(conn)
    scan = ledger.Scan(
        at=at,
        event=session.event if session else None,
        redeemer=session.name if session else None,
        device=session.device if session else None,
        source=source,
        payload=payload[:LONGEST_PAYLOAD].encode("utf-8", "replace").decode(),
        serial=verdict.serial,
        kind=verdict.kind.value,
        reason=verdict.reason,
        evidence=to_json(reading, scope, knowledge),
    )
    row = ledger.append(conn, scan)
    if verdict.admits and knowledge.ticket:
        ledger.admit(conn, scan, row, knowledge.ticket.section.uri)
    return Judged(row, payload, source, at, verdict)
