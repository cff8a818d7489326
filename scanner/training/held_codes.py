"""Gives each patron a code, of a ticket or of something else. Pure; seeded."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.admission.serial import fingerprint
from scanner.demo.crowd import forged, letters
from scanner.facts import Code, Fact
from scanner.ticketing.resources import Ticket
from scanner.training.crowd import Patron
from scanner.training.role import Role
from scanner.training.scenario import TrainingError, TrainingFault

_PAYMENTS = (
    "BCD\n002\n1\nSCT\n\nTicket shop\nXX00\nEUR49.00",
    "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT?amount=0.001",
    "upi://pay?pa=shop@bank&am=49.00",
)
_OTHERS = (
    "https://example.org/menu?table=7",
    "WIFI:T:WPA;S:Foyer;P:applause;;",
    "BEGIN:VCARD\nVERSION:3.0\nN:Hall\nTEL:000\nEND:VCARD",
    "4006381333931",
)
_ELSEWHERE_SECTION = frozenset({Role.WRONG_SECTION, Role.ANGRY_VIP})
_NO_TICKET = frozenset(
    {
        Role.YESTERDAY,
        Role.OTHER_EVENT,
        Role.PAYMENT_CODE,
        Role.OTHER_CODE,
        Role.FORGED,
        Role.FRESH_SALE,
    }
)


@dataclass(frozen=True, slots=True)
class HeldCode:
    """A patron's code: its payload, and its ticket's serial, owner and section, if it has one."""

    payload: str
    serial: str | None = None
    owner: str | None = None
    section: str | None = None


class Spoken(Code):
    """What a patron says at the gate."""

    WORDS = "training.spoken"


def spoken(patron: Patron, held: HeldCode) -> Fact:
    """Return what a patron says, and asks, with the values that the line needs."""
    line = Fact(patron.says, {"name": held.owner, "section": held.section})
    question = Fact(patron.question) if patron.question else None
    return Fact(Spoken.WORDS, {"line": line, "question": question})


def assign_codes(
    line: Sequence[Patron], tickets: Iterable[Ticket], permitted: frozenset[str], seed: int
) -> dict[int, HeldCode]:
    """Return each patron's code, by the patron's number.

    Args:
        line: the patrons.
        tickets: the training event's, all sections.
        permitted: URIs of the sections that the trainee's token permits.
        seed: decides the assignment.

    Raises:
        TrainingError: there are not enough tickets.
    """
    return _Assignment(tickets, permitted, seed).all_codes(line)


class _Assignment:
    def __init__(self, tickets: Iterable[Ticket], permitted: frozenset[str], seed: int) -> None:
        self._rng = random.Random(f"cast {seed}")  # noqa: S311 - a crowd, not a secret
        known = sorted(tickets, key=lambda each: each.serial)
        self._serials = {each.serial for each in known}
        self._ours = [each for each in known if each.section in permitted]
        self._others = [each for each in known if each.section not in permitted]
        self._rng.shuffle(self._ours)
        self._rng.shuffle(self._others)
        self._unmistakable = _unmistakable(self._ours)

    def all_codes(self, line: Sequence[Patron]) -> dict[int, HeldCode]:
        held_codes: dict[int, HeldCode] = {}
        # First those found by a search: name and section should lead to one ticket only.
        for patron in sorted(line, key=lambda each: each.role is not Role.DEAD_BATTERY):
            held_codes[patron.number] = self._code_of(patron, held_codes)
        return held_codes

    def _code_of(self, patron: Patron, held_codes: Mapping[int, HeldCode]) -> HeldCode:
        if patron.copy_of is not None:
            return held_codes[patron.copy_of]
        if patron.role in _NO_TICKET:
            return HeldCode(self._no_ticket(patron.role))
        if patron.role is Role.DEAD_BATTERY:
            ticket = self._take(self._unmistakable or self._ours)
            if ticket in self._ours:
                self._ours.remove(ticket)
            return _held(ticket, ticket.serial)
        ticket = self._take(self._others if patron.role in _ELSEWHERE_SECTION else self._ours)
        return _held(ticket, self._shown(ticket))

    def _take(self, tickets: list[Ticket]) -> Ticket:
        if not tickets:
            raise TrainingError(TrainingFault.TOO_FEW_TICKETS)
        return tickets.pop()

    def _no_ticket(self, role: Role) -> str:
        match role:
            case Role.PAYMENT_CODE:
                return self._rng.choice(_PAYMENTS)
            case Role.OTHER_CODE:
                return self._rng.choice(_OTHERS)
            case Role.FORGED | Role.FRESH_SALE:
                return forged(self._rng, next(iter(self._serials))[:6], self._serials)
            case _:
                return forged(self._rng, letters(self._rng, 6), self._serials)

    def _shown(self, ticket: Ticket) -> str:
        """Write a serial in one of the three forms of codes."""
        form = self._rng.choice(("plain", "address", "fingerprint"))
        owner = ticket.owner
        of = owner.identity if owner else None
        if form == "fingerprint" and of:
            return fingerprint(ticket.serial, of)
        return (
            f"https://example.org/t/{ticket.serial}?src=mail"
            if form == "address"
            else ticket.serial
        )


def _held(ticket: Ticket, payload: str) -> HeldCode:
    return HeldCode(payload, ticket.serial, _name(ticket), ticket.section_name)


def _unmistakable(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Return the tickets whose owner's name is unique in their section.

    Those whose owner's name is unique in the event come last, and are taken first.
    """
    named = [each for each in tickets if each.owner and each.owner.name]
    alike = Counter((_name(each), each.section) for each in named)
    namesakes = Counter(map(_name, named))
    return sorted(
        (each for each in named if alike[_name(each), each.section] == 1),
        key=lambda each: namesakes[_name(each)] == 1,
    )


def _name(ticket: Ticket) -> str | None:
    return ticket.owner.name if ticket.owner else None
