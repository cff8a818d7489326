"""One presentation judged and recorded, in one transaction; `gate` publishes it."""

from datetime import datetime
from typing import NamedTuple

from scanner.admission.claim import Asked, Claim, ClaimState, Entrant, new_nonce, wish_of
from scanner.admission.cleaning import CLEANING
from scanner.admission.code_form import parse, unlisted
from scanner.admission.door import Notice
from scanner.admission.evidence import Evidence, from_json, to_json
from scanner.admission.rules import Exit, Remedy, Word, decide, remedy
from scanner.admission.serial import LONGEST_PAYLOAD, blinded, is_verbatim
from scanner.admission.ticket import Knowledge, Unclaimed
from scanner.admission.verdict import Reason, Verdict
from scanner.facts import Fact
from scanner.store import journal, ledger, sessions, tickets
from scanner.store.database import SqlConnection, transaction
from scanner.store.journal import key_of
from scanner.store.sessions import Standing


class Judged(NamedTuple):
    """A recorded verdict: what was presented, when (aware, UTC), and the journal's row.

    `remedy` is what a supervisor can do about it, if anything; `notice` is what the guard is told
    beside it.
    """

    scan: int
    payload: str
    source: str
    at: datetime
    verdict: Verdict
    remedy: Remedy | None = None
    notice: Notice | None = None

    @property
    def fact(self) -> Fact:
        """The verdict's reason, to be worded as at its own moment."""
        return self.verdict.fact_at(self.at)


class Presented(NamedTuple):
    """What came to the gate.

    Attributes:
        payload: the text.
        at: when; aware.
        source: which reader it came from.
        word: a person's, if it was given.
    """

    payload: str
    at: datetime
    source: str
    word: Word | None = None


class VenueWord(NamedTuple):
    """What the venue's other gates say of a ticket, as far as they were asked.

    Attributes:
        claim: as the venue holds it, which may be news to this gate's cache.
        unclaimed: what stands where they did not answer.
    """

    claim: Claim | None = None
    unclaimed: Unclaimed | None = None


NOT_ASKED = VenueWord()

_UNCLAIMED = '"unclaimed":'
"""In the recorded inputs of few presentations: of the others, they need not be read for it."""


def weigh(conn: SqlConnection, presented: Presented, said: VenueWord = NOT_ASKED) -> Asked | None:
    """Say what the venue is to be asked for this presentation, if anything; records nothing."""
    weighed = _weighed(conn, presented, said)
    verdict, standing = weighed.verdict, weighed.standing
    wish = wish_of(verdict)
    if wish is None or not verdict.serial or not standing.event:
        return None
    right = tickets.right_of(conn, verdict.serial)
    us = Entrant(standing.device or "", standing.redeemer or "", presented.at, new_nonce())
    return Asked(standing.event, verdict.serial, right, wish, us)


def judge(conn: SqlConnection, presented: Presented, said: VenueWord = NOT_ASKED) -> Judged:
    """Look up, decide and record one presentation; call inside a transaction."""
    payload, at, source, word = presented
    standing, evidence, verdict, notice = _weighed(conn, presented, said)
    known = evidence.known
    if verdict.reason is Reason.OVERRIDDEN and verdict.serial and known.refusal:
        # The gate ended between the API's no and its record, or the light was never shown.
        ledger.undo_withheld(conn, verdict.serial, at, known.refusal)
    scan = journal.Scan(
        at=at,
        event=standing.event,
        redeemer=standing.redeemer,
        device=standing.device,
        source=source,
        payload=_recorded(conn, payload, evidence),
        serial=verdict.serial,
        kind=verdict.kind.value,
        reason=verdict.reason.value,
        evidence=to_json(evidence, CLEANING, standing.form),
        params=journal.params_to_text(verdict.fact),
    )
    row = journal.append(conn, scan)
    offered = None if isinstance(word, Exit) else remedy(verdict, known)
    return Judged(row, payload, source, at, verdict, offered, notice)


class _Weighed(NamedTuple):
    standing: Standing
    evidence: Evidence
    verdict: Verdict
    notice: Notice | None


def _weighed(conn: SqlConnection, presented: Presented, said: VenueWord) -> _Weighed:
    standing = sessions.read_standing(conn)
    parsed = parse(standing.form, presented.payload)
    known, notice = tickets.look_up_with_notice(conn, parsed)
    parsed = parsed if known.ticket else unlisted(parsed)
    known = _with_venue(known, said)
    evidence = Evidence(parsed, standing.closed, known, presented.word)
    verdict = decide(*evidence, at=presented.at)
    if said.unclaimed and verdict.admits and wish_of(verdict):
        notice = (notice or Notice())._replace(unclaimed=True)
    return _Weighed(standing, evidence, verdict, notice)


def _with_venue(known: Knowledge, said: VenueWord) -> Knowledge:
    """Add what the venue said to what the cache knows."""
    if claim := said.claim:
        other = claim.entered.as_admission if claim.entered else known.other
        left = claim.left.as_admission if claim.left else None
        known = known._replace(
            other=None if claim.state is ClaimState.RELEASED else other,
            left=left if claim.state is ClaimState.LEFT else None,
        )
    return known._replace(unclaimed=said.unclaimed)


def recorded(row: int, scan: journal.Scan) -> Judged | None:
    """Return a presentation as it was judged, from its row of the journal.

    Nothing where it can't be read: it may be of a newer version. A row without parameters is of an
    earlier one, and is decided again.
    """
    try:
        if scan.params is None:
            verdict = decide(*from_json(scan.evidence), at=scan.at)
        else:
            verdict = Verdict.of(journal.params_from_text(scan.reason, scan.params), scan.serial)
    except ValueError:
        return None
    notice = Notice(unclaimed=True) if _was_unclaimed(scan.evidence, verdict) else None
    return Judged(row, scan.payload, scan.source, scan.at, verdict, notice=notice)


def _was_unclaimed(evidence: str, verdict: Verdict) -> bool:
    """Tell whether a recorded green light came without an answer of the venue's other gates."""
    if _UNCLAIMED not in evidence or not (verdict.admits and wish_of(verdict)):
        return False
    try:
        return from_json(evidence).known.unclaimed is not None
    except ValueError:  # of a newer version: what was shown is known by the rest of the row
        return False


def _recorded(conn: SqlConnection, payload: str, evidence: Evidence) -> str:
    """Return a payload as the journal keeps it: what is no ticket of this list, blinded."""
    kept = payload[:LONGEST_PAYLOAD].encode("utf-8", "replace").decode()
    if is_verbatim(kept, evidence.parsed, ticket_known=evidence.known.ticket is not None):
        return kept
    key = key_of(conn)
    return blinded(evidence.parsed, len(payload), key.blind(payload) if key else "")


def withhold(conn: SqlConnection, judged: Judged, refusal: Fact) -> Judged:
    """Judge again with the API's no, and record that; the green light is never shown.

    What the platform's own rules refuse now they may let in later, so the ticket is free again.
    """
    serial, may_change = judged.verdict.serial, judged.notice and judged.notice.unjudged
    with transaction(conn):
        if serial:
            ledger.withhold(conn, serial, refusal)
        again = judge(conn, Presented(judged.payload, judged.at, judged.source))
        if serial and may_change:
            ledger.undo_withheld(conn, serial, judged.at, refusal)
        return again
