"""One ticket, looked at: nobody is let in by that, but by a key of its own."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.errors import ScannerError
from scanner.store.search import Found, TicketView
from scanner.tui.drawing.faces import FACES
from scanner.tui.drawing.poster import Poster
from scanner.tui.drawing.theme import tint
from scanner.tui.gate.modal import Modal
from scanner.tui.keys import AT_THE_GATE
from scanner.tui.ports import Clock, Records
from scanner.wording import verdict as words
from scanner.wording.books import state_word
from scanner.wording.catalogue import say
from scanner.wording.plain import clock_time, plain
from scanner.wording.sentences import sentence

Admit = Callable[[str], None]
"""Presents a serial by hand."""


class TicketScreen(Modal):
    """What is known of one ticket, and the question whether to let its patron in.

    Args:
        records: reads the ticket.
        shown: returns what the gate's screen shows now.
        found: the ticket.
        clock: the time now.
        names: whether the owner's name may be shown.
        admit: lets the patron in; nothing where the ticket is only looked up.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(AT_THE_GATE["let_in"], action="admit", tooltip=""),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    TicketScreen #facts { height: 1fr; padding: 1 2; }
    TicketScreen #question { height: auto; padding: 0 2 1 2; text-style: bold; }
    """

    def __init__(
        self,
        records: Records,
        shown: Callable[[], Poster],
        found: Found,
        *,
        clock: Clock,
        names: bool,
        admit: Admit | None,
    ) -> None:
        super().__init__(shown)
        self._records = records
        self._found = found
        self._clock = clock
        self._names = names
        self._admit = admit

    def body(self) -> list[Widget]:
        """Return the facts and the question."""
        return [
            Static("", id="facts", markup=False),
            Static(_question(self._found, self._owner, self._admit), id="question", markup=False),
        ]

    @property
    def _owner(self) -> str:
        return plain(self._found.name, 40) if self._names else ""

    def populate(self) -> None:
        """Read the ticket."""
        super().populate()
        self.entitle(say("Ticket {serial}", serial=plain(self._found.serial, 40)))
        self.run_worker(self._read(), exit_on_error=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let nobody in where a ticket is only looked up."""
        return (
            self._admit is not None
            if action == "admit"
            else super().check_action(action, parameters)
        )

    def action_admit(self) -> None:
        """Present the ticket by hand; the verdict is the gate's."""
        if self._admit:
            while isinstance(self.app.screen, Modal):
                self.app.pop_screen()
            self._admit(self._found.serial)

    async def _read(self) -> None:
        try:
            view = await asyncio.to_thread(self._records.ticket, self._found.serial)
        except ScannerError as error:
            self.say(sentence(error.fact))
            return
        if view is None:
            self.say(say("This ticket is not on the list any more."))
            return
        rows: list[tuple[str, str | Content]] = [*_rows(view, self._owner, self._clock())]
        rows.append((say("The gate now"), self._verdict(view.found)))
        wide = max(len(left) for left, _ in rows)
        lines = [Content.assemble((f"{left:<{wide}}  ", "bold"), right) for left, right in rows]
        self.query_one("#facts", Static).update(Content("\n").join(lines))

    def _verdict(self, found: Found) -> Content:
        face = FACES[found.verdict.light]
        why = sentence(found.verdict.fact_at(self._clock()))
        headline = f"{face.symbol} {words.headline(found.verdict)}  "
        return Content.assemble((headline, f"bold {tint(face)}"), why)


def found_line(found: Found, *, names: bool) -> Content:
    """Put one ticket on one line: the shape of its verdict, serial, section, owner."""
    face = FACES[found.verdict.light]
    parts = [plain(found.serial, 40), plain(found.section, 30)]
    if names:
        parts.append(plain(found.name, 30))
    text = "  ".join(part for part in parts if part)
    return Content.assemble((f"{face.symbol} ", f"bold {tint(face)}"), text)


def _question(found: Found, name: str, admit: Admit | None) -> str:
    who = " · ".join(part for part in (name, plain(found.serial, 40)) if part)
    if admit is None:
        return say("Only looked up: nobody is let in from here. Esc goes back.")
    if found.verdict.admits:
        return say("Let in {who}? l lets them in, Esc goes back.", who=who)
    return say(
        "The gate does not let in {who}. l shows the ticket to the gate as if it were scanned; "
        "the supervisor can go on from there. Esc goes back.",
        who=who,
    )


def _rows(view: TicketView, name: str, now: datetime) -> list[tuple[str, str]]:
    rows = [(say("Section"), plain(view.found.section, 60))]
    if name:
        rows.append((say("Owner"), name))
    rows.append((say("Status"), _status(view)))
    admitted = [
        *([_admitted(view.other, now)] if view.other else []),
        *([f"{_admitted(view.own, now)} ({state_word(view.own_state)})"] if view.own else []),
    ]
    rows += [(say("Admitted"), each) for each in admitted or [say("not yet")]]
    rows += [(say("Came again"), _time(each, now)) for each in view.again]
    return rows


def _status(view: TicketView) -> str:
    if not view.listed:
        return say("taken off the list")
    return {
        TicketStatus.ISSUED: say("issued"),
        TicketStatus.REDEEMED: say("admitted, says the server"),
        TicketStatus.CANCELLED: say("cancelled"),
        TicketStatus.TRANSFERRED: say("transferred"),
        TicketStatus.OTHER: say("not valid"),
    }[view.status]


def _admitted(first: EarlierAdmission, now: datetime) -> str:
    known = [
        _time(first.at, now) if first.at else "",
        say("at {gate}", gate=plain(first.device)) if first.device else "",
        say("by {guard}", guard=plain(first.redeemer)) if first.redeemer else "",
    ]
    return " ".join(part for part in known if part) or say("at another gate")


def _time(at: datetime, now: datetime) -> str:
    """Return a time of today's, or of another day's with its date."""
    local, today = at.astimezone(), now.astimezone().date()
    return clock_time(at) if local.date() == today else f"{local:%Y-%m-%d} {clock_time(at)}"
