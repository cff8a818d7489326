"""A seeded line of patrons, each with the expected verdict."""

import hashlib
import random
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from scanner.admission.serial import fingerprint
from scanner.admission.verdict import Kind

_SHARES = {
    Kind.ADMITTED: 60,
    Kind.ALREADY_ADMITTED: 15,
    Kind.WRONG_SECTION: 10,
    Kind.UNKNOWN: 5,
    Kind.OTHER_EVENT: 3,
    Kind.NOT_A_TICKET: 7,
}
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ELSEWHERE_SHARE = 0.3
_MARKED = 4
"""So many of the texts below say by their beginning what they are."""

_SECRET_LENGTH = 32
_NO_TICKETS = (
    "https://example.org/menu?table=7",
    "WIFI:T:WPA;S:Foyer;P:applause;;",
    "BEGIN:VCARD\nVERSION:3.0\nN:Hall\nTEL:000\nEND:VCARD",
    "BCD\n002\n1\nSCT\n\nPromoter\nXX00\nEUR12.50",
    "4006381333931",
    "Happy birthday!",
)


class CrowdTicket(NamedTuple):
    """A ticket of the crowd's: its section, and what names its owner in a fingerprint, if any."""

    serial: str
    section: str
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Patron:
    """The payload that a patron shows, the expected verdict, and the ticket's serial, if any."""

    payload: str
    due: Kind
    serial: str | None = None


class Crowd:
    """Draws patrons; the same seed and tickets give the same line.

    Args:
        tickets: the event's, all sections.
        permitted: URIs of the sections that the gate's token permits.
        elsewhere: serials that another gate has already admitted.
        seed: of the random draws.
    """

    shares: ClassVar[Mapping[Kind, int]] = _SHARES
    no_tickets: ClassVar[Sequence[str]] = _NO_TICKETS

    def __init__(
        self,
        tickets: Sequence[CrowdTicket],
        permitted: frozenset[str],
        elsewhere: Sequence[str],
        seed: int,
    ) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - a crowd, not a secret
        gone = set(elsewhere)
        self._owners = {each.serial: each.owner for each in tickets}
        ours = [each.serial for each in tickets if each.section in permitted]
        self._valid = [serial for serial in sorted(ours) if serial not in gone]
        self._foreign = sorted(t.serial for t in tickets if t.section not in permitted)
        self._elsewhere = sorted(serial for serial in ours if serial in gone)
        self._admitted: list[str] = []
        self._rng.shuffle(self._valid)

    def line(self, count: int) -> list[Patron]:
        """Return `count` patrons; a line that is long enough has every kind."""
        kinds = self._rng.choices(list(self.shares), list(self.shares.values()), k=count)
        every = [Kind.ADMITTED, *self.shares]
        if count >= 2 * len(every):
            places = sorted(self._rng.sample(range(count), len(every)))
            for place, kind in zip(places, every, strict=True):
                kinds[place] = kind
        return [self._patron(kind) for kind in kinds]

    def endless(self) -> Iterator[Patron]:
        """Yield patrons without end; when all are admitted, they come again."""
        while True:
            yield from self.line(1)

    def _patron(self, kind: Kind) -> Patron:
        match kind:
            case Kind.ALREADY_ADMITTED if known := self._already():
                return Patron(self._shown(known), kind, known)
            case Kind.WRONG_SECTION if self._foreign:
                serial = self._rng.choice(self._foreign)
                return Patron(self._shown(serial), kind, serial)
            case Kind.UNKNOWN:
                return self._unknown()
            case Kind.OTHER_EVENT:
                return Patron(forged(self._rng, letters(self._rng, 6), self._owners), kind)
            case Kind.NOT_A_TICKET:
                return Patron(self._rng.choice(self.no_tickets), kind)
            case _:
                return self._admissible()

    def _admissible(self) -> Patron:
        if not self._valid:
            known = self._rng.choice(self._admitted)
            return Patron(self._shown(known), Kind.ALREADY_ADMITTED, known)
        serial = self._valid.pop()
        self._admitted.append(serial)
        return Patron(self._shown(serial), Kind.ADMITTED, serial)

    def _already(self) -> str | None:
        from_elsewhere = self._elsewhere and self._rng.random() < _ELSEWHERE_SHARE
        known = self._elsewhere if from_elsewhere or not self._admitted else self._admitted
        return self._rng.choice(known) if known else None

    def _unknown(self) -> Patron:
        if self._rng.random() < 0.5:  # noqa: PLR2004 - heads or tails
            digest = hashlib.sha256(letters(self._rng, 12).encode()).hexdigest()
            return Patron(digest, Kind.UNKNOWN)
        return Patron(forged(self._rng, next(iter(self._owners))[:6], self._owners), Kind.UNKNOWN)

    def _shown(self, serial: str) -> str:
        """Write a serial in one of the three forms of codes."""
        owner = self._owners[serial]
        form = self._rng.choice(("plain", "address", "fingerprint"))
        if form == "fingerprint" and owner:
            ending = self._rng.choice(("", ":", ":2"))
            return fingerprint(serial, owner) + ending
        return f"https://example.org/t/{serial}?src=mail" if form == "address" else serial


class SecretCrowd(Crowd):
    """The same where a ticket is an opaque secret, which nothing tells from another event's."""

    shares: ClassVar[Mapping[Kind, int]] = {
        kind: share for kind, share in _SHARES.items() if kind is not Kind.OTHER_EVENT
    }
    no_tickets = _NO_TICKETS[:_MARKED]

    def _unknown(self) -> Patron:
        """Show what is no ticket of the list: of another event, or whatever text."""
        texts = [*_NO_TICKETS[_MARKED:], letters(self._rng, _SECRET_LENGTH).lower()]
        return Patron(self._rng.choice(texts), Kind.UNKNOWN)

    def _shown(self, serial: str) -> str:
        return serial


def letters(rng: random.Random, count: int) -> str:
    """Return `count` random characters of the serials' alphabet."""
    return "".join(rng.choices(_ALPHABET, k=count))


def forged(rng: random.Random, event_part: str, known: Container[str]) -> str:
    """Return a serial of an event that is in none of the known ones."""
    while (serial := f"{event_part}-{letters(rng, 12)}") in known:
        pass
    return serial
