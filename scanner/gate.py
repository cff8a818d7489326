"""One payload in, one durable verdict out."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

import structlog

from scanner.admission.evidence import to_json
from scanner.admission.rules import Override, decide
from scanner.admission.scope import Scope
from scanner.admission.serial import LONGEST_PAYLOAD, parse_payload
from scanner.admission.verdict import Verdict
from scanner.priority import Priority
from scanner.store import cache, ledger
from scanner.store.database import transaction
from scanner.store.writer import Writer

T = TypeVar("T")


class Judged(NamedTuple):
    """A published verdict: what was presented, when (aware, UTC), and the journal's row."""

    scan: int
    payload: str
    source: str
    at: datetime
    verdict: Verdict


class Confirms(Protocol):
    """Whoever asks the API before the green light."""

    def ask(self, judged: Judged, /) -> "Future[str | None]":
        """Ask about an admission that is recorded and not shown yet; callable from any thread.

        The future gives the API's reason where it says no, and nothing where it says yes or does
        not answer in time: then the local verdict stands.
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
                lambda conn: self._judge_and_publish(conn, payload, at, source, override),
                urgent=True,
            )
        promise: Future[Judged] = Future()
        judging = self._writer.submit(lambda conn: _judge(conn, payload, at, source), urgent=True)
        _then(judging, promise, lambda judged: self._confirm(judged, promise))
        return promise

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
        return self._writer.now(lambda conn: self._judge_and_publish(conn, payload, at, source))

    def _judge_and_publish(
        self,
        conn: sqlite3.Connection,
        payload: str,
        at: datetime,
        source: str,
        override: Override | None = None,
    ) -> Judged:
        return self._publish(_judge(conn, payload, at, source, override))

    def _confirm(self, judged: Judged, promise: "Future[Judged]") -> None:
        """Publish at once what lets nobody in; ask the API about what does."""
        if self._confirms is None or not judged.verdict.admits:
            promise.set_result(self._publish(judged))
            return
        asking = self._confirms.ask(judged)
        _then(asking, promise, lambda refusal: self._conclude(judged, refusal, promise))

    def _conclude(self, judged: Judged, refusal: str | None, promise: "Future[Judged]") -> None:
        if refusal is None:
            promise.set_result(self._publish(judged))
            return
        holding = self._writer.submit(lambda conn: _withhold(conn, judged, refusal), urgent=True)
        _then(holding, promise, lambda held: promise.set_result(self._publish(held)))

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
    reading = parse_payload(payload)
    standing, knowledge, permitted = cache.read_presented(conn, reading)
    sections = (knowledge.ticket.section.uri,) if knowledge.ticket and permitted else ()
    scope = Scope(frozenset(sections), standing.closed)
    verdict = decide(reading, scope, knowledge, at, override)
    scan = ledger.Scan(
        at=at,
        event=standing.event,
        redeemer=standing.redeemer,
        device=standing.device,
        source=source,
        payload=payload[:LONGEST_PAYLOAD].encode("utf-8", "replace").decode(),
        serial=verdict.serial,
        kind=verdict.kind.value,
        reason=verdict.reason,
        evidence=to_json(reading, scope, knowledge, override),
    )
    row, _ = ledger.append(conn, scan, (standing.last_row, standing.last_hash))
    return Judged(row, payload, source, at, verdict)


def _judge(
    conn: sqlite3.Connection,
    payload: str,
    at: datetime,
    source: str,
    override: Override | None = None,
) -> Judged:
    with transaction(conn):
        return judge(conn, payload, at, source, override)


def _withhold(conn: sqlite3.Connection, judged: Judged, refusal: str) -> Judged:
    """Judge again with the API's no, and record that; the green light is never shown."""
    with transaction(conn):
        if judged.verdict.serial:
            ledger.withhold(conn, judged.verdict.serial, refusal)
        return judge(conn, judged.payload, judged.at, judged.source)


def _then(done: "Future[T]", promise: "Future[Judged]", use: Callable[[T], None]) -> None:
    """Go on with a result when it is there; hand a failure on to whoever waits for the promise."""

    def go_on(future: "Future[T]") -> None:
        try:
            use(future.result())
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever presented
            promise.set_exception(error)

    done.add_done_callback(go_on)
