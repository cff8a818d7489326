"""What a verdict was based on, as JSON: the journal alone is enough to decide again.

The form has stayed the same since the first version, save that a payload that is not a ticket's
is named by a code; earlier versions wrote the English words. `cleaning` came later: the version of
the table that took off what was no part of the code (`scanner.admission.cleaning`). So did `form`:
the form that the payload was parsed by, where that is not a serial's.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple

from scanner.admission.cleaning import CLEANING
from scanner.admission.code_form import CodeForm
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

_FORMER_WORDS = {
    "a payment code": LooksLike.PAYMENT_CODE,
    "a web address": LooksLike.WEB_ADDRESS,
    "a Wi-Fi code": LooksLike.WIFI_CODE,
    "a business card": LooksLike.BUSINESS_CARD,
    "a number, such as a product's bar code": LooksLike.NUMBER,
    "some other text": LooksLike.OTHER_TEXT,
    "an empty code": LooksLike.EMPTY,
    "a text too long for a ticket": LooksLike.TOO_LONG,
    "more than one ticket in one code": LooksLike.SEVERAL_TICKETS,
}
"""What the ledger's versions 1 to 3 recorded; no one is shown these."""


_FIRST_CLEANING = 1
"""What a row that names none was parsed by."""


class EvidenceError(ValueError):
    """Recorded evidence that can't be read back."""


class Evidence(NamedTuple):
    """The inputs of one decision, in the order in which `decide` takes them."""

    parsed: ParsedPayload
    closed: Closed | None
    known: Knowledge
    word: Word | None = None


def to_json(
    evidence: Evidence, cleaning: int = _FIRST_CLEANING, form: CodeForm = CodeForm.SERIAL
) -> str:
    """Write the inputs of one decision, compact; what is not known is left out.

    `cleaning` is the version by which the payload was parsed, where that matters, and `form` what
    it was parsed as.
    """
    parsed, closed, known, word = evidence
    found: dict[str, Any] = {"reading": _parsed(parsed)}
    if cleaning != _FIRST_CLEANING:
        found["cleaning"] = cleaning
    if form is not CodeForm.SERIAL:
        found["form"] = form
    if closed:
        found["closed"] = closed.name
    if known.event_known:
        found["event_known"] = True
    if known.ticket:
        found["ticket"] = _ticket(known.ticket)
        found["permitted"] = known.ticket.permitted
    found |= _admissions(known, "local", "other")
    if known.refusal:
        found["refusal"] = known.refusal.as_json()
    if known.unshown:
        found["unshown"] = True
    if any(known.door):
        found["door"] = [name for name, allows in known.door._asdict().items() if allows]
    found |= _admissions(known, "left", "other_door")
    if known.unclaimed:
        found["unclaimed"] = known.unclaimed
    found |= _word(word)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _admissions(known: Knowledge, *names: str) -> dict[str, Any]:
    found = ((name, getattr(known, name)) for name in names)
    return {name: _admission(admission) for name, admission in found if admission}


def _word(word: Word | None) -> dict[str, Any]:
    match word:
        case Override(note, by):
            given = {"override": note}
        case Reentry(note, by):
            given = {"reentry": note}
        case LetIn():
            return {"let_in": True}
        case Exit():
            return {"exit": True}
        case None:
            return {}
    return {**given, "by": by} if by else given


def from_json(text: str) -> Evidence:
    """Read the inputs of one decision back, whichever version wrote them.

    Raises:
        EvidenceError: where the text is no evidence.
    """
    try:
        found = json.loads(text)
        known = Knowledge(
            _read_ticket(found["ticket"], found["permitted"]) if "ticket" in found else None,
            _read_admission(found["local"]) if "local" in found else None,
            _read_admission(found["other"]) if "other" in found else None,
            found.get("event_known", False),
            _read_refusal(found["refusal"]) if "refusal" in found else None,
            found.get("unshown", False),
            _read_door(found.get("door", [])),
            _read_admission(found["left"]) if "left" in found else None,
            _read_admission(found["other_door"]) if "other_door" in found else None,
            Unclaimed(found["unclaimed"]) if "unclaimed" in found else None,
        )
        return Evidence(
            _read_parsed(found["reading"]),
            Closed[found["closed"]] if "closed" in found else None,
            known,
            _read_word(found),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceError(f"the recorded inputs can't be read: {error}") from error


def cleaning_of(text: str) -> int:
    """Return the version by which the payload of a row with these inputs was parsed.

    Raises:
        EvidenceError: it names none that this program knows.
    """
    found = json.loads(text).get("cleaning", _FIRST_CLEANING)
    if found not in range(_FIRST_CLEANING, CLEANING + 1) or isinstance(found, bool):
        raise EvidenceError(f"{found!r:.40} is no version of the cleaning")
    return int(found)


def form_of(text: str) -> CodeForm:
    """Return the form that the payload of a row with these inputs was parsed by.

    Raises:
        EvidenceError: it names none that this program knows.
    """
    found = json.loads(text).get("form", CodeForm.SERIAL)
    if not isinstance(found, str) or found not in set(CodeForm):
        raise EvidenceError(f"{found!r:.40} is no form of a code")
    return CodeForm(found)


def _read_word(found: dict[str, Any]) -> Word | None:
    if "override" in found:
        return Override(_text(found["override"]), _text(found.get("by", "")))
    if "reentry" in found:
        return Reentry(_text(found["reentry"]), _text(found.get("by", "")))
    if "exit" in found:
        return Exit()
    return LetIn() if "let_in" in found else None


def _parsed(parsed: ParsedPayload) -> tuple[str, str]:
    match parsed:
        case Serial(value):
            return "serial", value
        case Fingerprint(digest):
            return "fingerprint", digest
        case Secret(value):
            return "secret", value
        case NotATicket(looks_like):
            return "nothing", looks_like


def _read_parsed(found: list[str]) -> ParsedPayload:
    form, value = map(_text, found)
    match form:
        case "serial":
            return Serial(value)
        case "fingerprint":
            return Fingerprint(value)
        case "secret":
            return Secret(value)
        case "nothing":
            return NotATicket(_FORMER_WORDS.get(value) or LooksLike(value))
    raise ValueError(f"{form} is no form of a payload")


def _ticket(ticket: CachedTicket) -> dict[str, Any]:
    found = {
        "serial": ticket.serial,
        "section": [ticket.section.uri, ticket.section.name],
        "status": ticket.status,
        "redeemed": _time(ticket.redeemed),
        "listed": ticket.listed,
        "former": ticket.former_code,
    }
    if ticket.valid_from:
        found["from"] = _time(ticket.valid_from)
    if ticket.valid_until:
        found["until"] = _time(ticket.valid_until)
    if ticket.unjudged:
        found["unjudged"] = sorted(ticket.unjudged)
    return found


def _read_ticket(found: dict[str, Any], permitted: object) -> CachedTicket:
    return CachedTicket(
        _text(found["serial"]),
        Section(*map(_text, found["section"])),
        TicketStatus(found["status"]),
        _read_time(found["redeemed"]),
        found["listed"],
        bool(permitted),
        found["former"],
        _read_time(found.get("from")),
        _read_time(found.get("until")),
        frozenset(map(Unjudged, found.get("unjudged", ()))),
    )


def _read_door(names: list[str]) -> DoorRules:
    return DoorRules(**dict.fromkeys(map(_text, names), True))


def _admission(earlier: EarlierAdmission) -> tuple[str | None, str | None, str | None]:
    return _time(earlier.at), earlier.redeemer, earlier.device


def _read_admission(found: list[str | None]) -> EarlierAdmission:
    at, redeemer, device = found
    return EarlierAdmission(_read_time(at), redeemer, device)


def _read_refusal(found: str | dict[str, Any]) -> Fact:
    """Read why the API refused; earlier versions wrote a sentence."""
    return (
        Fact.from_json(found) if isinstance(found, dict) else Fact("text", {"text": _text(found)})
    )


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read_time(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return at


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError(f"{found!r:.40} is no text")
    return found
