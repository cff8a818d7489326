from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.admission.rules import Override, decide
from scanner.admission.serial import LooksLike, ParsedPayload
from scanner.admission.ticket import EarlierAdmission, Knowledge
from scanner.admission.verdict import LIGHTS, Closed, Kind, Reason, Verdict
from scanner.wording import kiosk
from scanner.wording.catalogue import LANGUAGES, choose_language
from scanner.wording.plain import clock_time, moment
from scanner.wording.sentences import in_english
from scanner.wording.verdict import advice, reason, title
from tests.admission.worlds import NOW, SERIAL, closings, knowledge, payloads, said

BEFORE = NOW - timedelta(minutes=12)
THERE = EarlierAdmission(BEFORE, "Sam", "door-2")


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    choose_language("en")


def verdict(why: Reason, **facts: object) -> Verdict:
    return Verdict(why, SERIAL, **{"section": "VIP Lounge", **facts})  # type: ignore[arg-type] # any


def already(*first: object) -> Verdict:
    return verdict(Reason.ADMITTED_ELSEWHERE, first=EarlierAdmission(*first))  # type: ignore[arg-type] # any


SAID = [
    (
        verdict(Reason.VALID),
        "Valid ticket",
        "Let the patron in.",
        "Gültiges Ticket",
    ),
    (
        verdict(Reason.OVERRIDDEN, note="torn"),
        "Let in by the supervisor: torn",
        "Let the patron in.",
        "Von der Aufsicht eingelassen: torn",
    ),
    (
        verdict(Reason.REENTRY, first=THERE, note="smoke"),
        "Let in again by the supervisor: smoke",
        "Let the patron in.",
        "Von der Aufsicht wieder eingelassen: smoke",
    ),
    (
        verdict(Reason.LIGHT_NOT_SHOWN, first=THERE),
        f"Recorded at {clock_time(BEFORE)}, its light was never shown",
        "Let the patron in with l, unless they are in already.",
        f"Erfasst um {clock_time(BEFORE)}, das Licht wurde nie gezeigt",
    ),
    (
        verdict(Reason.LET_IN, first=THERE),
        "Let in on the earlier record, whose light was never shown",
        "Let the patron in.",
        "Auf den früheren Eintrag hin eingelassen, dessen Licht nie gezeigt wurde",
    ),
    (
        Verdict(Reason.ADMITTED_HERE, SERIAL, first=THERE),
        "Already admitted at this gate",
        "Ask for another ticket.",
        "An diesem Tor schon eingelassen",
    ),
    (
        verdict(Reason.ADMITTED_HERE, first=THERE),
        "Already admitted here 12 min ago",
        "Ask for another ticket.",
        "Schon eingelassen hier vor 12 min",
    ),
    (
        already(BEFORE, "Sam", "door-2"),
        "Already admitted at door-2 by Sam 12 min ago",
        "Ask for another ticket.",
        "Schon eingelassen an door-2 von Sam vor 12 min",
    ),
    (
        already(BEFORE, None, "door-2"),
        "Already admitted at door-2 12 min ago",
        "Ask for another ticket.",
        "Schon eingelassen an door-2 vor 12 min",
    ),
    (
        already(None, "Sam", None),
        "Already admitted by Sam",
        "Ask for another ticket.",
        "Schon eingelassen von Sam",
    ),
    (
        already(BEFORE),
        "Already admitted at another gate 12 min ago",
        "Ask for another ticket.",
        "Schon eingelassen an einem anderen Tor vor 12 min",
    ),
    (
        verdict(Reason.OTHER_SECTION),
        "This ticket is for VIP Lounge",
        "Send the patron to VIP Lounge.",
        "Dieses Ticket ist für VIP Lounge",
    ),
    (
        verdict(Reason.OTHER_EVENT),
        "This ticket is for another event",
        "Ask for a ticket to this event.",
        "Dieses Ticket ist für eine andere Veranstaltung",
    ),
    (
        verdict(Reason.TRAINING),
        "This is training: real tickets are not checked here",
        "Send the patron to a real gate.",
        "Das ist Training: Echte Tickets werden hier nicht geprüft",
    ),
    (
        verdict(Reason.NOT_ON_LIST),
        "This ticket is not on the list",
        "Ask for another ticket, or call the supervisor.",
        "Dieses Ticket steht nicht auf der Liste",
    ),
    (
        verdict(Reason.FORMER_CODE),
        "This code belonged to an earlier owner of the ticket",
        "Ask for the new ticket, or call the supervisor.",
        "Dieser Code gehörte einem früheren Besitzer des Tickets",
    ),
    (
        verdict(Reason.REFUSED_BY_API, refusal=said("it was sold twice")),
        "The server refused it: it was sold twice",
        "Ask for the new ticket, or call the supervisor.",
        "Der Server hat es abgelehnt: it was sold twice",
    ),
    (
        verdict(Reason.CANCELLED),
        "This ticket was cancelled",
        "Ask for the new ticket, or call the supervisor.",
        "Dieses Ticket wurde storniert",
    ),
    (
        verdict(Reason.TRANSFERRED),
        "This ticket was transferred to somebody else",
        "Ask for the new ticket, or call the supervisor.",
        "Dieses Ticket wurde jemand anderem übertragen",
    ),
    (
        verdict(Reason.NOT_VALID),
        "This ticket is no longer valid",
        "Ask for the new ticket, or call the supervisor.",
        "Dieses Ticket ist nicht mehr gültig",
    ),
    (
        verdict(Reason.TAKEN_OFF_LIST),
        "This ticket was taken off the list",
        "Ask for the new ticket, or call the supervisor.",
        "Dieses Ticket wurde von der Liste genommen",
    ),
    (
        Verdict(Reason.NOT_A_TICKET, looks_like=LooksLike.WEB_ADDRESS),
        "This is a web address",
        "Ask for the ticket's code.",
        "Das ist eine Internetadresse",
    ),
    (
        Verdict(Reason.NOT_A_TICKET, looks_like=LooksLike.NUMBER),
        "This is a number, such as a product's bar code",
        "Ask for the ticket's code.",
        "Das ist eine Nummer, etwa der Strichcode einer Ware",
    ),
    (
        Verdict(Reason.NO_SESSION),
        "No session is open on this gate",
        "Call the supervisor: key k opens the gate.",
        "An diesem Tor ist keine Sitzung offen",
    ),
    (
        Verdict(Reason.TOKEN_INVALID),
        "This gate's token or device is no longer valid",
        "Call the supervisor: key k opens the gate again.",
        "Token oder Gerät dieses Tors gilt nicht mehr",
    ),
    (
        Verdict(Reason.NEVER_SYNCED),
        "This gate has no ticket list yet",
        "Wait for the first sync, or call the supervisor.",
        "Dieses Tor hat noch keine Ticketliste",
    ),
    (
        Verdict(Reason.PUT_BACK),
        "This gate's records are an old copy that must be synced",
        "Wait for the next sync, or call the supervisor.",
        "Die Aufzeichnungen dieses Tors sind eine alte Kopie, noch nicht abgeglichen",
    ),
    (
        verdict(Reason.UNPAID),
        "This ticket has not been paid",
        "Call the supervisor: the ticket must be paid first.",
        "Dieses Ticket ist nicht bezahlt",
    ),
    (
        verdict(Reason.BLOCKED),
        "This ticket was blocked by the organiser",
        "Call the supervisor: the organiser blocked this ticket.",
        "Dieses Ticket wurde vom Veranstalter gesperrt",
    ),
    (
        verdict(Reason.REVOKED),
        "The code of this ticket was revoked",
        "Ask for the new ticket, or call the supervisor.",
        "Der Code dieses Tickets wurde zurückgezogen",
    ),
    (
        verdict(Reason.UNAPPROVED),
        "The order of this ticket is not approved yet",
        "Call the supervisor: the order must be approved first.",
        "Die Bestellung dieses Tickets ist noch nicht genehmigt",
    ),
    (
        verdict(Reason.NOT_YET_VALID, bound=NOW + timedelta(hours=2)),
        f"This ticket is valid from {moment(NOW + timedelta(hours=2), NOW)}",
        "Ask the patron to come back then, or call the supervisor.",
        f"Dieses Ticket gilt ab {moment(NOW + timedelta(hours=2), NOW)}",
    ),
    (
        verdict(Reason.NOT_YET_VALID),
        "Not valid yet",
        "Ask the patron to come back then, or call the supervisor.",
        "Noch nicht gültig",
    ),
    (
        verdict(Reason.NO_LONGER_VALID, bound=BEFORE - timedelta(days=1)),
        f"This ticket was valid until 2026-06-11 {clock_time(BEFORE)}",
        "Ask for another ticket, or call the supervisor.",
        f"Dieses Ticket galt bis 2026-06-11 {clock_time(BEFORE)}",
    ),
    (
        verdict(Reason.NO_LONGER_VALID),
        "Expired",
        "Ask for another ticket, or call the supervisor.",
        "Abgelaufen",
    ),
    (
        verdict(Reason.BACK_AFTER_EXIT, first=THERE),
        "Left before, and may come in again",
        "Let the patron in.",
        "War draußen und darf wieder hinein",
    ),
    (
        verdict(Reason.SEVERAL_ENTRIES, first=THERE),
        "Was in before, and may come in again",
        "Let the patron in.",
        "War schon drin und darf noch einmal hinein",
    ),
    (
        verdict(Reason.OTHER_DOOR, first=THERE),
        "Let in at another door before, and here for the first time",
        "Let the patron in.",
        "Kam zuvor durch eine andere Tür, hier zum ersten Mal",
    ),
    (
        verdict(Reason.OTHER_DOOR, first=THERE, note="guest", by="Kim"),
        "Let in by Kim: guest",
        "Let the patron in.",
        "Eingelassen von Kim: guest",
    ),
    (
        verdict(Reason.EXITED),
        "Leaves the event",
        "Let the patron out.",
        "Verlässt die Veranstaltung",
    ),
    (
        verdict(Reason.NOT_CLAIMED),
        "The venue's other gates can't be asked now",
        "Wait a moment and scan again, or call the supervisor.",
        "Die anderen Tore des Hauses sind gerade nicht zu fragen",
    ),
]


def test_every_reason_is_said_here() -> None:
    assert {given.reason for given, *_ in SAID} == set(Reason)


@pytest.mark.parametrize(("given_", "why", "what", "german"), SAID)
def test_a_verdict_is_said(given_: Verdict, why: str, what: str, german: str) -> None:
    assert (reason(given_, NOW), advice(given_)) == (why, what)
    choose_language("de")
    assert reason(given_, NOW) == german
    assert advice(given_) != what
    assert in_english(given_.fact_at(NOW)) == why


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(0), "0 s ago"),
        (timedelta(seconds=59.9), "59 s ago"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(hours=24), "on 2026-06-11"),
        (timedelta(seconds=-1), "at 21:04"),
    ],
)
def test_how_long_ago_is_said_in_one_unit_and_a_clock_set_back_in_none(
    passed: timedelta, words: str
) -> None:
    told = verdict(Reason.ADMITTED_HERE, first=EarlierAdmission(NOW - passed, "Ana", "door-1"))
    assert reason(told, NOW) == f"Already admitted here {words}"


@pytest.mark.parametrize(("given_", "why", "what", "_german"), SAID)
def test_a_reason_is_one_phrase_and_an_advice_one_sentence(
    given_: Verdict, why: str, what: str, _german: str
) -> None:
    assert why[0].isupper()
    assert not why.endswith((".", "!", ":"))
    assert len(why) <= 60
    assert what.split(maxsplit=1)[0] in {"Let", "Ask", "Call", "Send", "Wait"}
    assert what.endswith(".")
    assert what.count(".") == 1


@given(payloads(), closings(), knowledge(), st.none() | st.just(Override("torn")))
def test_every_verdict_has_words_in_german(
    parsed: ParsedPayload, closed: Closed | None, known: Knowledge, override: Override | None
) -> None:
    decided = decide(parsed, closed, known, override, at=NOW)
    choose_language("en")
    english = reason(decided, NOW), advice(decided)
    choose_language("de")
    german = reason(decided, NOW), advice(decided)
    assert all(one != other for one, other in zip(english, german, strict=True))
    assert all(text.isprintable() and "None" not in text for text in (*english, *german))


@pytest.mark.parametrize("code", LANGUAGES)
def test_titles_differ_from_one_kind_to_the_next(code: str) -> None:
    choose_language(code)
    assert len({title(kind) for kind in Kind}) == len(Kind)
    assert len({kiosk.patron_words(kind).title for kind in LIGHTS}) == len(LIGHTS)
