"""Values that tests of the rules are made of, and strategies that give any of them."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from scanner.admission.door import DoorRules, Unjudged
from scanner.admission.rules import Exit, LetIn, Override, Reentry, Word
from scanner.admission.serial import (
    Fingerprint,
    LooksLike,
    NotATicket,
    ParsedPayload,
    Secret,
    Serial,
)
from scanner.admission.ticket import (
    CachedTicket,
    EarlierAdmission,
    Knowledge,
    Section,
    TicketStatus,
    Unclaimed,
)
from scanner.admission.verdict import Closed
from scanner.facts import Fact

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)
SERIAL = "DAWIER-BACK75580348"
FLOOR = Section("/events/1/sections/2", "Floor")
BALCONY = Section("/events/1/sections/3", "Balcony")
TICKET = CachedTicket(SERIAL, FLOOR, TicketStatus.ISSUED, permitted=True)
BARRED = TICKET._replace(section=BALCONY, permitted=False)
"""A ticket of a section that the token doesn't permit."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def serials() -> st.SearchStrategy[str]:
    """Any serial in the API's form."""
    six, twelve = (st.text(ALPHABET, min_size=n, max_size=n) for n in (6, 12))
    return st.builds("{}-{}".format, six, twelve)


def times() -> st.SearchStrategy[datetime]:
    """Any aware time in which an event can be."""
    zones = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
    return st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - the strategy adds the zone


def payloads() -> st.SearchStrategy[ParsedPayload]:
    """What any payload may mean."""
    digests = st.text("0123456789abcdef", min_size=64, max_size=64)
    return st.one_of(
        serials().map(Serial),
        digests.map(Fingerprint),
        st.sampled_from(LooksLike).map(NotATicket),
        secrets().map(Secret),
    )


def sections() -> st.SearchStrategy[Section]:
    """One of two sections, or any other."""
    any_other = st.builds(Section, st.text(min_size=1, max_size=20), st.text(max_size=20))
    return st.one_of(st.just(FLOOR), st.just(BALCONY), any_other)


def tickets() -> st.SearchStrategy[CachedTicket]:
    """Any cached ticket; admissible ones are common."""
    return st.builds(
        CachedTicket,
        serials(),
        sections(),
        st.one_of(st.just(TicketStatus.ISSUED), st.sampled_from(TicketStatus)),
        st.none() | times(),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.none() | times(),
        st.none() | times(),
        st.frozensets(st.sampled_from(Unjudged)),
    )


def knowledge() -> st.SearchStrategy[Knowledge]:
    """Anything that cache and ledger may know."""
    words = st.text(max_size=10)
    others = st.builds(EarlierAdmission, st.none() | times(), st.none() | words, st.none() | words)
    return st.builds(
        Knowledge,
        st.none() | tickets(),
        st.none() | st.builds(EarlierAdmission, times(), words, words),
        st.none() | others,
        st.booleans(),
        st.none() | words.map(said),
        st.booleans(),
        doors(),
        st.none() | others,
        st.none() | others,
        st.none() | st.sampled_from(Unclaimed),
    )


def doors() -> st.SearchStrategy[DoorRules]:
    """What any platform may allow; one entry a ticket is common."""
    return st.just(DoorRules()) | st.builds(DoorRules, *[st.booleans()] * 3)


def words() -> st.SearchStrategy[Word | None]:
    """Anything that a person may say to a verdict, or nothing."""
    notes = st.text(max_size=20)
    return st.one_of(
        st.none(),
        st.builds(Override, notes, notes),
        st.builds(Reentry, notes, notes),
        st.sampled_from([LetIn(), Exit()]),
    )


def secrets() -> st.SearchStrategy[str]:
    """Opaque codes as platforms make them: random, signed, or whatever a house has printed."""
    random = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=8, max_size=40)
    signed = st.text(ALPHABET + ALPHABET.lower() + "+/=.-_", min_size=20, max_size=140)
    printed = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)
    return st.one_of(random, signed, printed)


def closings() -> st.SearchStrategy[Closed | None]:
    """Why a gate is closed, if it is; open ones are common."""
    return st.none() | st.sampled_from(Closed)


def said(text: str) -> Fact:
    """Make a fact of a text that somebody else wrote."""
    return Fact("text", {"text": text})
