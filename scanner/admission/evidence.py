"""What a verdict was based on, as JSON, so that it can be decided again from the journal alone."""

import json
from datetime import datetime
from typing import Any

from scanner.admission.rules import Override
from scanner.admission.scope import Closed, Scope
from scanner.admission.serial import Fingerprint, NotATicket, ParsedPayload, Serial
from scanner.admission.ticket import (
    CachedTicket,
    Knowledge,
    LocalAdmission,
    OtherAdmission,
    Section,
    TicketStatus,
)

_quoted = json.encoder.encode_basestring
"""Writes a text as JSON. Put together by hand, a verdict's inputs take half as long."""


class EvidenceError(ValueError):
    """Recorded evidence that can't be read back."""


def to_json(
    reading: ParsedPayload, scope: Scope, knowledge: Knowledge, override: Override | None = None
) -> str:
    """Write the inputs of one decision, compact.

    Of the scope, only the ticket's own section is kept: no rule asks about another.
    """
    found = [f'"reading":{_reading(reading)}']
    if scope.closed:
        found.append(f'"closed":{_quoted(scope.closed.name)}')
    if knowledge.event_known:
        found.append('"event_known":true')
    if knowledge.ticket:
        permitted = knowledge.ticket.section.uri in scope.sections
        found.append(f'"ticket":{_ticket(knowledge.ticket)},"permitted":{_truth(permitted)}')
    if knowledge.local:
        local = knowledge.local
        found.append(f'"local":{_list(local.at.isoformat(), local.redeemer, local.device)}')
    if knowledge.other:
        other = knowledge.other
        found.append(f'"other":{_list(_time(other.at), other.redeemer, other.device)}')
    if knowledge.refusal is not None:
        found.append(f'"refusal":{_quoted(knowledge.refusal)}')
    if override:
        found.append(f'"override":{_quoted(override.reason)}')
    return f"{{{','.join(found)}}}"


def from_json(text: str) -> tuple[ParsedPayload, Scope, Knowledge]:
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


def _reading(reading: ParsedPayload) -> str:
    match reading:
        case Serial(value):
            return f'["serial",{_quoted(value)}]'
        case Fingerprint(digest):
            return f'["fingerprint",{_quoted(digest)}]'
        case NotATicket(what):
            return f'["nothing",{_quoted(what)}]'


def _read_reading(found: list[str]) -> ParsedPayload:
    form, value = map(_text, found)
    forms: dict[str, type[Serial] | type[Fingerprint] | type[NotATicket]] = {
        "serial": Serial,
        "fingerprint": Fingerprint,
        "nothing": NotATicket,
    }
    return forms[form](value)


def _ticket(ticket: CachedTicket) -> str:
    section = ticket.section
    return (
        f'{{"serial":{_quoted(ticket.serial)},'
        f'"section":[{_quoted(section.uri)},{_quoted(section.name)}],'
        f'"status":{_quoted(ticket.status)},"redeemed":{_text_or_null(_time(ticket.redeemed))},'
        f'"listed":{_truth(ticket.listed)},"former":{_truth(ticket.former_code)}}}'
    )


def _list(*texts: str | None) -> str:
    return f"[{','.join(map(_text_or_null, texts))}]"


def _text_or_null(text: str | None) -> str:
    return "null" if text is None else _quoted(text)


def _truth(value: bool) -> str:
    return "true" if value else "false"


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
