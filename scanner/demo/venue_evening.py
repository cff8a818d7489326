"""Two gates of a venue without the internet, and tickets that come to both; without a screen.

Each ticket is admitted at one gate, and its screenshot is refused at the other; some come to both
at the same moment. Then the internet is back, and the server must have exactly what the gates let
in.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field

from scanner.admission.verdict import Reason
from scanner.demo.venue_house import NODES, Door, House, house
from scanner.demo.world import admitted_by
from scanner.judging import Judged
from scanner.paths import database_file
from scanner.store import installation, ledger
from scanner.store.database import open_reader
from scanner.store.ledger import State
from scanner.sync.clock import utc_now

ONE_AFTER_THE_OTHER, AT_ONCE = 10, 10
"""How many tickets come to the second gate after the first, and to both at the same moment."""

_VERDICT_SECONDS = 10.0
_DELIVERY_SECONDS = 30.0
_LOOK_SECONDS = 0.05


@dataclass(slots=True)
class VenueSummary:
    """What was seen; `ok` if each ticket was let in once, and the server has them all.

    `seen` has a row for each presentation.
    """

    seed: int
    ok: bool = False
    nodes: int = NODES
    seen: list[dict[str, object]] = field(default_factory=list)
    let_in: int = 0
    refused: int = 0
    let_in_twice: list[str] = field(default_factory=list)
    let_in_nowhere: list[str] = field(default_factory=list)
    unclaimed: int = 0
    delivered_while_cut: int = 0
    confirmed: int = 0
    missing_at_server: list[str] = field(default_factory=list)
    unknown_to_gates: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


def play(seed: int, on_progress: Callable[[int, int], None]) -> VenueSummary:
    """Play it; the same seed takes the same tickets.

    Raises:
        DemoError, VenueError: a part did not start or answer.
    """
    summary, begun = VenueSummary(seed), time.monotonic()
    with house(seed) as made, ExitStack() as stack:
        for each in made.doors:
            stack.enter_context(each.parts.background)
        made.begin()
        _present(made, summary, on_progress)
        summary.delivered_while_cut = len(_at_server(made))
        made.cable.restore()
        summary.confirmed = _delivered(made.doors)
        _compare(made, summary)
    summary.seconds = round(time.monotonic() - begun, 1)
    return summary


def _present(made: House, summary: VenueSummary, on_progress: Callable[[int, int], None]) -> None:
    """Have tickets come to both gates."""
    total = ONE_AFTER_THE_OTHER + AT_ONCE
    for number, ticket in enumerate(made.tickets[:total]):
        first, second = made.doors[:: -1 if number % 2 else 1]
        showing = first.parts.gate.present(ticket, utc_now(), "camera")
        if number < ONE_AFTER_THE_OTHER:
            showing.result(_VERDICT_SECONDS)
        again = second.parts.gate.present(ticket, utc_now(), "camera")
        judged = {
            first: showing.result(_VERDICT_SECONDS),
            second: again.result(_VERDICT_SECONDS),
        }
        for door, each in judged.items():
            door.parts.gate.note_shown(each)
            summary.seen.append(_row(door, each))
        _count(summary, ticket, list(judged.values()))
        on_progress(number + 1, total)


def _row(door: Door, judged: Judged) -> dict[str, object]:
    verdict = judged.verdict
    row: dict[str, object] = {"gate": door.name, "serial": verdict.serial}
    row |= {"verdict": verdict.kind.value, "code": verdict.reason.value}
    if verdict.first:
        row["first_device"] = verdict.first.device
    return row


def _count(summary: VenueSummary, ticket: str, judged: list[Judged]) -> None:
    green = sum(each.verdict.admits for each in judged)
    elsewhere = sum(each.verdict.reason is Reason.ADMITTED_ELSEWHERE for each in judged)
    summary.let_in += green
    summary.refused += elsewhere
    summary.unclaimed += sum(bool(each.notice and each.notice.unclaimed) for each in judged)
    if green > 1:
        summary.let_in_twice.append(ticket)
    if not green:
        summary.let_in_nowhere.append(ticket)


def _delivered(doors: Iterable[Door]) -> int:
    """Wait until the server has answered for every admission; return how many it confirmed."""
    until = time.monotonic() + _DELIVERY_SECONDS
    while True:
        confirmed = waiting = 0
        for each in doors:
            each.parts.background.wake()
            with closing(open_reader(database_file(each.home))) as reader:
                counts = ledger.counts(reader)
            confirmed += counts[State.CONFIRMED]
            waiting += counts[State.QUEUED] + counts[State.SENDING]
        if not waiting or time.monotonic() > until:
            return confirmed
        time.sleep(_LOOK_SECONDS)


def _at_server(made: House) -> set[str]:
    """Return what the server has of these gates."""
    tags: set[str | None] = set()
    for each in made.doors:
        with closing(open_reader(database_file(each.home))) as reader:
            tags |= installation.tags(reader)
    return asyncio.run(admitted_by(made.server, tags))


def _compare(made: House, summary: VenueSummary) -> None:
    """Compare what was let in with what the server has."""
    at_gates = {str(row["serial"]) for row in summary.seen if row["verdict"] == "admitted"}
    at_server = _at_server(made)
    summary.missing_at_server = sorted(at_gates - at_server)
    summary.unknown_to_gates = sorted(at_server - at_gates)
    wrong = (
        summary.let_in_twice,
        summary.let_in_nowhere,
        summary.missing_at_server,
        summary.unknown_to_gates,
        summary.delivered_while_cut,
        summary.unclaimed,
    )
    presented = ONE_AFTER_THE_OTHER + AT_ONCE
    counted = summary.let_in == summary.refused == summary.confirmed == presented
    summary.ok = counted and not any(wrong)
