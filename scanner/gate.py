"""One payload in, one durable verdict out."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from scanner.admission.evidence import Evidence, to_json
from scanner.admission.rules import Override, decide
from scanner.admission.serial import LONGEST_PAYLOAD, parse_payload
from scanner.admission.verdict import Verdict
from scanner.facts import Fact
from scanner.priority import Priority
from scanner.store import journal, knowledge, ledger, sessions
from scanner.store.database import transaction
from scanner.store.writer import Writer

_WAITING_AT_ONCE = 4
"""Patrons who wait for the API; a further one waits for the first of them as well."""


class Judged(NamedTuple):
    """A recorded verdict: what was presented, when (aware, UTC), and the journal's row."""

    scan: int
    payload: str
    source: str
    at: datetime
    verdict: Verdict

    @property
    def fact(self) -> Fact:
        """The verdict's reason, to be worded as at its own moment."""
        return self.verdict.fact_at(self.at)


class Confirms(Protocol):
    """Asks the API before the green light."""

    def refusal(self, judged: Judged, /) -> Fact | None:
        """Return why the API refuses an admission that is recorded and not shown yet.

        It returns nothing where the API confirms it, or does not answer in time: then the local
        verdict stands. Called in a thread of its own, which may wait.
        """
        ...


class Gate:
    """Judges presentations, one after the other; a verdict is published after its commit.

    Args:
        writer: the ledger's thread.
        confirms: asks the API before a green light; without it, the gate decides alone.
        priority: claimed for every presentation, so that background work gives way.
    """

    def __init__(
        self, writer: Writer, confirms: Confirms | None = None, priority: Priority | None = None
    ) -> None:
        self._writer = writer
        self._confirms = confirms
        self._priority = priority or Priority()
        self._waiting = ThreadPoolExecutor(_WAITING_AT_ONCE, "confirmation")
        self._subscribers: list[Callable[[Judged], None]] = []

    def subscribe(self, subscriber: Callable[[Judged], None]) -> None:
        """Call `subscriber` with every verdict, after the commit, from a thread of the gate's."""
        self._subscribers.append(subscriber)

    def present(
        self, payload: str, at: datetime, source: str, override: Override | None = None
    ) -> "Future[Judged]":
        """Judge one presentation; the future ends when the verdict is durable.

        `override` is the supervisor's word, given after a PIN: it is recorded with the verdict,
        and the API is not asked before.
        Callable from any thread. The future raises `StoreError` where nothing could be recorded:
        then nobody is admitted.
        """
        self._priority.claim()
        if self._confirms is None or override:
            return self._writer.submit(
                lambda conn: self._publish(_judge(conn, payload, at, source, override)),
                urgent=True,
            )
        judging = self._writer.submit(lambda conn: _judge(conn, payload, at, source), urgent=True)
        return self._waiting.submit(self._confirm_and_publish, judging, self._confirms)

    def present_and_wait(self, payload: str, at: datetime, source: str) -> Judged:
        """Judge one presentation in the caller's thread; returns when the verdict is durable.

        For threads that have nothing else to do meanwhile: handing the work to another and back
        costs a third of what a durable verdict takes on a fast disk.

        Raises:
            StoreError: nothing could be recorded, and nobody is admitted.
        """
        if self._confirms is not None:
            return self.present(payload, at, source).result()
        self._priority.claim()
        return self._writer.now(lambda conn: self._publish(_judge(conn, payload, at, source)))

    def _confirm_and_publish(self, judging: "Future[Judged]", confirms: Confirms) -> Judged:
        """Ask the API about what would let a patron in, record its no, then publish."""
        judged = judging.result()
        if judged.verdict.admits and (refusal := confirms.refusal(judged)):
            withholding = self._writer.submit(
                lambda conn: _withhold(conn, judged, refusal), urgent=True
            )
            judged = withholding.result()
        return self._publish(judged)

    def _publish(self, judged: Judged) -> Judged:
        for subscriber in self._subscribers:
            try:
                subscriber(judged)
            except Exception:  # noqa: BLE001 - the verdict stands, whatever a listener does
                structlog.get_logger("gate").exception("a subscriber failed", scan=judged.scan)
        return judged


def judge(
    conn: sqlite3.Connection,
    payload: str,
    at: datetime,
    source: str,
    override: Override | None = None,
) -> Judged:
    """Look up, decide and record one presentation; call inside a transaction."""
    parsed = parse_payload(payload)
    standing = sessions.read_standing(conn)
    evidence = Evidence(parsed, standing.closed, knowledge.look_up(conn, parsed), override)
    verdict = decide(*evidence)
    scan = journal.Scan(
        at=at,
        event=standing.event,
        redeemer=standing.redeemer,
        device=standing.device,
        source=source,
        payload=payload[:LONGEST_PAYLOAD].encode("utf-8", "replace").decode(),
        serial=verdict.serial,
        kind=verdict.kind.value,
        reason=verdict.reason.value,
        evidence=to_json(evidence),
        params=journal.params_to_text(verdict.fact),
    )
    return Judged(journal.append(conn, scan), payload, source, at, verdict)


def _judge(
    conn: sqlite3.Connection,
    payload: str,
    at: datetime,
    source: str,
    override: Override | None = None,
) -> Judged:
    with transaction(conn):
        return judge(conn, payload, at, source, override)


def _withhold(conn: sqlite3.Connection, judged: Judged, refusal: Fact) -> Judged:
    """Judge again with the API's no, and record that; the green light is never shown."""
    with transaction(conn):
        if judged.verdict.serial:
            ledger.withhold(conn, judged.verdict.serial, refusal)
        return judge(conn, judged.payload, judged.at, judged.source)
