"""Gives each patron a ticket, or something that is none. Pure: the same seed casts alike."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.admission.serial import fingerprint
from scanner.demo.codes import forged, letters
from scanner.facts import Code, Fact
from scanner.ticketing.resources import Ticket
from scanner.training.crowd import Patron
from scanner.training.errors import TrainingError, TrainingFault
from scanner.training.role import Role

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
class Prop:
    """What a patron holds: the code's text; the ticket behind it, its owner, its section."""

    payload: str
    serial: str | None = None
    owner: str | None = None
    section: str | None = None


class Spoken(Code):
    """What a patron says at the gate."""

    WORDS = "training.spoken"


def spoken(patron: Patron, prop: Prop) -> Fact:
    """Return what a patron says, and asks, with the values that the line needs."""
    line = Fact(patron.says, {"name": prop.owner, "section": prop.section})
    question = Fact(patron.question) if patron.question else None
    return Fact(Spoken.WORDS, {"line": line, "question": question})


def cast(
    line: Sequence[Patron], tickets: Iterable[Ticket], permitted: frozenset[str], seed: int
) -> dict[int, Prop]:
    """Return what each patron, by number, holds.

    Args:
        line: the patrons.
        tickets: the training event's, all sections.
        permitted: URIs of the sections that the trainee's token permits.
        seed: decides who gets which.

    Raises:
        TrainingError: there are not enough tickets.
    """
    return _Casting(tickets, permitted, seed).whole(line)


class _Casting:
    def __init__(self, tickets: Iterable[Ticket], permitted: frozenset[str], seed: int) -> None:
        self._rng = random.Random(f"cast {seed}")  # noqa: S311 - a crowd, not a secret
        known = sorted(tickets, key=lambda each: each.serial)
        self._serials = {each.serial for each in known}
        self._ours = [each for each in known if each.section in permitted]
        self._others = [each for each in known if each.section not in permitted]
        self._rng.shuffle(self._ours)
        self._rng.shuffle(self._others)
        self._unmistakable = _unmistakable(self._ours)

    def whole(self, line: Sequence[Patron]) -> dict[int, Prop]:
        props: dict[int, Prop] = {}
        # Those who are searched by name first: name and section should lead to one ticket only.
        for patron in sorted(line, key=lambda each: each.role is not Role.DEAD_BATTERY):
            props[patron.number] = self._prop(patron, props)
        return props

    def _prop(self, patron: Patron, props: Mapping[int, Prop]) -> Prop:
        if patron.copy_of is not None:
            return props[patron.copy_of]
        if patron.role in _NO_TICKET:
            return Prop(self._no_ticket(patron.role))
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
        """Put a serial into one of the three forms that codes come in."""
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


def _held(ticket: Ticket, payload: str) -> Prop:
    return Prop(payload, ticket.serial, _name(ticket), ticket.section_name)


def _unmistakable(tickets: Sequence[Ticket]) -> list[Ticket]:
    """Return the tickets whose owner's name no other ticket of their section has.

    Those whose owner's name is nobody else's at all come last, to be taken first.
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
