"""What must hold of a venue's evening: who was let in, who had the claim, and who was told."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from scanner.admission.claim import Claim, ClaimState, Entrant, Standing
from scanner.admission.names import tag_of, without_tag
from scanner.admission.ticket import Unclaimed
from scanner.admission.verdict import Kind, Reason
from scanner.judging import Judged
from scanner.store import journal, venue_dues
from scanner.store.journal import JournalNote
from scanner.store.venue_claims import claim_from_text
from tests.simulation.venue.opened import right_of, serial_of
from tests.simulation.venue.party import KEY, Party, Way

if TYPE_CHECKING:
    from tests.simulation.venue.evening import VenueEvening

_CHECKED = 3
_BY_WORD = (Reason.OVERRIDDEN, Reason.REENTRY)
_ENTRY = (
    "SELECT count(*) FROM journal WHERE at = ? AND kind IN ('admitted', 'reentry')"
    " AND substr(serial, -7) = ?"
)

_ANY_ENTRY = (
    "SELECT count(*) FROM journal WHERE kind IN ('admitted', 'reentry') AND substr(serial, -7) = ?"
)


class In(NamedTuple):
    """A patron who is in: let in by which installation and when, by a claim, or by a word."""

    tag: str
    at: datetime
    claimed: bool
    by_word: bool


class _Told(NamedTuple):
    """One verdict, as a failing evening tells it."""

    number: int
    second: float
    gate: str
    judged: Judged
    way: Way

    def __str__(self) -> str:
        asked = ", ".join(f"{each.wish.value} {each.us.nonce[:4]}" for each in self.way.asked)
        answer = self.way.answer
        said = f"{answer.standing.value} {answer.claim or ''}" if answer else ""
        verdict = self.judged.verdict
        when = f"{self.number} {self.second:8.3f} {self.gate}"
        return f"{when} {verdict.serial} {verdict.reason}: {asked} {said}"


class Books:
    """Who is in on each right, as the lights told; an exit lets the next one in."""

    def __init__(self, policy: Unclaimed) -> None:
        self._policy = policy
        self.inside: dict[int, list[In]] = defaultdict(list)
        self._story: list[_Told] = []

    def note(
        self, second: float, party: Party, number: int, judged: Judged, way: Way, *, lost: bool
    ) -> None:
        """Note a verdict, and check it against those before.

        `lost` tells whether the engine has forgotten what it had acknowledged of this right.
        """
        verdict = judged.verdict
        self._story.append(_Told(number, second, party.house.name, judged, way))
        claimed = way.standing is Standing.WON
        if not lost:
            assert verdict.admits or not claimed, f"a claim was won, and no light: {verdict.reason}"
        inside = self.inside[number]
        if verdict.kind is Kind.EXITED:
            inside.clear()
        if not verdict.admits or verdict.reason is Reason.REENTRY:
            return
        if verdict.reason is Reason.LET_IN and any(each.tag == party.tag for each in inside):
            return
        if verdict.reason not in (Reason.LET_IN, Reason.OVERRIDDEN) and not lost:
            before = any(each.tag == party.tag and each.claimed for each in inside)
            assert not before, "twice at one gate"
        at = verdict.first.at if verdict.reason is Reason.LET_IN and verdict.first else None
        new = In(party.tag, at or judged.at, claimed, verdict.reason in _BY_WORD)
        if not lost:
            self._check(new, [each for each in inside if each.tag != party.tag])
        inside.append(new)

    def _check(self, new: In, others: list[In]) -> None:
        both = [each for each in others if each.claimed and new.claimed]
        assert not both, f"two claimed greens: {both}, {new}"
        if others and self._policy is Unclaimed.REFUSE:
            words = any(each.by_word for each in (*others, new))
            assert words, f"a double entry though the house refuses: {others}, {new}"

    def __str__(self) -> str:
        """Tell what happened, ticket by ticket."""
        ordered = sorted(self._story, key=lambda each: (each.number, each.second))
        return "\n".join(map(str, ordered))


def claims_of(evening: "VenueEvening") -> dict[int, Claim]:
    """Return what the engine has of each right, by its number."""
    found = {number: _claim_of(evening, number) for number in range(evening.count)}
    return {number: claim for number, claim in found.items() if claim}


def _claim_of(evening: "VenueEvening", number: int) -> Claim | None:
    key = KEY.name(evening.right(number))
    entry = evening.venue.entries.get(key)
    return claim_from_text(KEY.open(entry.value, key).decode()) if entry else None


def check_settled(evening: "VenueEvening") -> None:
    """Check that the engine and each gate know the same, and that all that is owed is told."""
    revisions = {key: each.revision for key, each in evening.venue.entries.items()}
    for party in evening.present:
        conn, name = party.house.conn, party.house.name
        assert not (left := venue_dues.unclaimed(conn)), f"unclaimed at {name}: {left}"
        mirrored = dict(conn.execute("SELECT key, revision FROM venue_claim WHERE revision"))
        assert mirrored == revisions, f"the mirror at {name} differs from the engine"
    parties = {party.tag: party for party in evening.present}
    for number, claim in claims_of(evening).items():
        entrants = [(parties.get(_tag(each)), each) for each in claim.entrants]
        for gate, entrant in entrants:
            if gate:
                assert _is_entry(gate, number, entrant.at), f"an orphan: {entrant}, {claim}"
                others = [each for _, each in entrants if _tag(each) != gate.tag]
                _check_noted(gate, number, ((without_tag(e.device), e.at) for e in others))


def check_doubles(evening: "VenueEvening") -> None:
    """Check that each double entry is noted where it happened, once, and nothing else."""
    parties = {party.tag: party for party in evening.parties.values()}
    for number, inside in evening.books.inside.items():
        if serial_of(number) in evening.undone:
            continue  # a second admission after that may be taken for the first
        for each in inside:
            others = [other for other in inside if other.tag != each.tag]
            if (party := parties.get(each.tag)) in evening.present and not evening.is_lost(number):
                told = [e for e in others if parties.get(e.tag) in evening.present]
                names = ((parties[e.tag].device, e.at) for e in told)
                _check_noted(party, number, names)
    for party in evening.parties.values():
        for (number, gate, at), count in _noted(party).items():
            assert count == 1, f"noted {count} times: {number} at {gate}"
            named = [each for each in evening.parties.values() if each.device == gate]
            tried = any((number, at) in each.tries for each in named)  # its light may be lost
            assert tried, f"no double entry, and noted at {party.house.name}: {number} at {gate}"


def _check_noted(party: Party, number: int, others: Iterable[tuple[str, datetime]]) -> None:
    noted = _noted(party)
    for gate, at in others:
        assert (number, gate, at) in noted, (
            f"not noted at {party.device}: {number} at {gate} {at}, but {noted}"
        )


def _noted(party: Party) -> Counter[tuple[int, str, datetime]]:
    return Counter(
        (right_of(str(told["serial"])), str(told["gate"]), datetime.fromisoformat(str(told["at"])))
        for _, fact in journal.notes(party.house.conn, JournalNote.DOUBLE_ENTRY)
        if (told := fact.params)
    )


def _is_entry(party: Party, number: int, at: datetime) -> bool:
    """Tell whether a gate's journal has an entry on a right at a moment."""
    found = party.house.conn.execute(_ENTRY, (at.isoformat(), serial_of(number)[-7:]))
    return bool(found.fetchone()[0])


def _tag(entrant: Entrant) -> str:
    return tag_of(entrant.device) or ""


async def check_tickets(evening: "VenueEvening") -> None:
    """Check at random gates that who never came in can, and that who is in can't again.

    Of some rights: each takes as long as a patron.
    """
    for number in evening.rng.sample(range(evening.count), min(evening.count, _CHECKED)):
        edition = evening.editions[number]
        party = evening.rng.choice(evening.present)
        claim, inside = _claim_of(evening, number), bool(evening.books.inside[number])
        never = not any(_has_entry(each, number) for each in evening.parties.values())
        known = {each.tag for each in evening.present}
        if claim and not all(_tag(each) in known for each in claim.everyone):
            continue  # a gate that is gone, or a former ledger, may have it for nothing
        if (
            edition
            or serial_of(number) in evening.undone
            or evening.is_lost(number)
            or party.house.restored
        ):
            continue
        assert party.house.gate
        at = evening.now() + party.house.clock_off
        judging = party.house.gate.present(serial_of(number, edition), at, "the last")
        party.tries.add((number, at))
        await asyncio.sleep(0.1)
        verdict = judging.result().verdict
        if never:
            assert verdict.reason is Reason.VALID, f"kept out: {number}, {verdict}"
        elif claim and (claim.twice or any(each.by_word for each in evening.books.inside[number])):
            continue  # of two who are in, nobody knows who left; a word may not be told
        elif claim and claim.entered and claim.state is ClaimState.LEFT and evening.back:
            assert verdict.reason is Reason.BACK_AFTER_EXIT, f"not back: {number}, {verdict}"
        elif inside and claim:
            assert not verdict.admits, f"in again: {number}, {verdict}"


def _has_entry(party: Party, number: int) -> bool:
    return bool(party.house.conn.execute(_ANY_ENTRY, (serial_of(number)[-7:],)).fetchone()[0])
