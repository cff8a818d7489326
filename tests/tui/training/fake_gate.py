"""A training gate without a server: each code gets the verdict that its patron's part is due."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from scanner.admission.serial import LooksLike
from scanner.admission.ticket import EarlierAdmission
from scanner.admission.verdict import Closed, Reason, Verdict
from scanner.facts import Fact
from scanner.judging import Judged
from scanner.platform.errors import ApiFault
from scanner.store.ledger import State
from scanner.sync.link import Link, LinkState
from scanner.sync.status import Status
from scanner.training.gate import TrainingGate
from tests.tui.training.stands import AT, made_up_tickets

_ONLINE = Status(
    title="Harbor Lights",
    name="Lee",
    device="training gate",
    sections=("Balcony",),
    tickets=20,
    synced=AT,
    link=Link(LinkState.ONLINE),
)
_UNREACHABLE = Fact(ApiFault.NOT_CONNECTED, {"host": "127.0.0.1"})
_OFFLINE = Link(LinkState.OFFLINE, _UNREACHABLE)


class FakeGate(TrainingGate):
    """Stands ready at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "Lee", 6, 2)
        self.tickets = made_up_tickets()
        self.permitted = frozenset({"/events/1/sections/1"})
        self._now = _ONLINE
        self._seen: set[str] = set()

    async def __aenter__(self) -> "FakeGate":
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    async def judge(self, payload: str, source: str, now: float) -> Judged:
        return Judged(1, payload, source, self.at(now), self._verdict(payload))

    def at(self, now: float) -> datetime:
        return AT + timedelta(seconds=now)

    def status(self) -> Status:
        return self._now

    async def sync(self) -> None:
        return

    async def admit_elsewhere(self, serials: Sequence[str]) -> None:
        return

    async def cancel(self, serials: Sequence[str]) -> None:
        return

    async def cut_network(self, admitted_meanwhile: Sequence[str]) -> None:
        self._now = replace(_ONLINE, link=_OFFLINE)

    async def restore_network(self) -> None:
        self._now = replace(_ONLINE, counts={**_ONLINE.counts, State.CONFLICT: 1})

    async def revoke_token(self) -> None:
        self._now = replace(_ONLINE, closed=Closed.TOKEN_INVALID)

    def _verdict(self, payload: str) -> Verdict:
        found = [each for each in self.tickets if each.serial in payload]
        if not found:
            return Verdict(Reason.NOT_A_TICKET, looks_like=LooksLike.PAYMENT_CODE)
        (ticket,) = found
        named = (ticket.serial, ticket.section_name)
        if ticket.section not in self.permitted:
            return Verdict(Reason.OTHER_SECTION, *named)
        if ticket.serial in self._seen:
            return Verdict(Reason.ADMITTED_HERE, *named, EarlierAdmission(AT))
        self._seen.add(ticket.serial)
        return Verdict(Reason.VALID, *named)
