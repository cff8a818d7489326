"""What a verdict was based on, as JSON, so that it can be decided again from the journal alone."""

import json
from datetime import datetime
from typing import Any

from scanner.admission.rules import Override
from scanner.admission.scope import Closed, Scope
from scanner.admission.serial import Fingerprint, NotATicket, Reading, Serial
from scanner.admission.ticket import (
    CachedTicket,
    Knowledge,
    LocalAdmission,
    OtherAdmission,
    Section,
    TicketStatus,
)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class EvidenceError(ValueError):
    """Recorded evidence that can't be read back."""


def to_json(
    reading: Reading, scope: Scope, knowledge: Knowledge, override: Override | None = None
) -> str:
    """Write the inputs of one decision, compact.

    Of the scope, only the ticket's own section is kept: no rule asks about another.
    """
    found: dict[str, Any] = {"reading": _reading(reading)}
    if scope.closed:
        found["closed"] = scope.closed.name
    if knowledge.event_known:
        found["event_known"] = True
    if knowledge.ticket:
        found["ticket"] = _ticket(knowledge.ticket)
        found["permitted"] = knowledge.ticket.section.uri in scope.sections
    if knowledge.local:
        local = knowledge.local
        found["local"] = [local.at.isoformat(), local.redeemer, local.device]
    if knowledge.other:
        other = knowledge.other
        found["other"] = [_time(other.at), other.redeemer, other.device]
    if knowledge.refusal is not None:
        found["refusal"] = knowledge.refusal
    if override:
        found["override"] = override.reason
    return _encode(found)


def from_json(text: str) -> tuple[Reading, Scope, Knowledge]:
    """Read the inputs of one decision back.

    Raises:
        EvidenceError: where the text is no evidence.
    """
    try:
        found = json.loads(text)
        ticket = _read_ticket(found["ticket"]) if "ticket" in found else None
        permitted = frozenset([ticket.section.uri] if ticket and found["permitted"] else [])
        closed = Closed[found["closed"]] if "closed" in found else None
        knowledge = Knowledge(
            ticket,
            _read_local(found["local"]) if "local" in found else None,
            _read_other(found["other"]) if "other" in found else None,
            found.get("event_known", False),
            _text(found["refusal"]) if "refusal" in found else None,
        )
        return _read_reading(found["reading"]), Scope(permitted, closed), knowledge
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise EvidenceError(f"the recorded inputs can't be read: {error}") from error


def override_from_json(text: str) -> Override | None:
    """Read the supervisor's word back, where one was given.

    Raises:
        EvidenceError: where the text is no evidence.
    """
    try:
        found = json.loads(text)
        return Override(_text(found["override"])) if "override" in found else None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceError(f"the recorded override can't be read: {error}") from error


def _reading(reading: Reading) -> list[str]:
    match reading:
        case Serial(value):
            return ["serial", value]
        case Fingerprint(digest):
            return ["fingerprint", digest]
        case NotATicket(what):
            return ["nothing", what]


def _read_reading(found: list[str]) -> Reading:
    form, value = map(_text, found)
    forms: dict[str, type[Serial] | type[Fingerprint] | type[NotATicket]] = {
        "serial": Serial,
        "fingerprint": Fingerprint,
        "nothing": NotATicket,
    }
    return forms[form](value)


def _ticket(ticket: CachedTicket) -> dict[str, Any]:
    return {
        "serial": ticket.serial,
        "section": [ticket.section.uri, ticket.section.name],
        "status": ticket.status.value,
        "redeemed": _time(ticket.redeemed),
        "listed": ticket.listed,
        "former": ticket.former_code,
    }


def _read_ticket(found: dict[str, Any]) -> CachedTicket:
    return CachedTicket(
        _text(found["serial"]),
        Section(*map(_text, found["section"])),
        TicketStatus(found["status"]),
        _read_time(found["redeemed"]),
        found["listed"],
        found["former"],
    )


def _read_local(found: list[str]) -> LocalAdmission:
    at, redeemer, device = map(_text, found)
    return LocalAdmission(_read_aware(at), redeemer, device)


def _read_other(found: list[str | None]) -> OtherAdmission:
    at, redeemer, device = found
    return OtherAdmission(_read_time(at), redeemer, device)


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read_time(text: str | None) -> datetime | None:
    return _read_aware(text) if text else None


def _read_aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return at


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError(f"{found!r:.40} is no text")
    return found
