"""The documented forms as JSON, and the readers with the arguments that the client gives them."""

from typing import Any

from scanner.platform.resources import Admission, Owner, Page
from scanner.platform.tolerant_reader import Gaps
from scanner.ticketing import models
from scanner.ticketing.resources import Event, Ticket, Token, TokenGrant

EVENT = "/events/16993717817996"
ACCOUNT = {
    "self": "/accounts/AZ-4918SF92",
    "number": "AZ-4918SF92",
    "username": "jo",
    "email": "jo@example.com",
    "firstName": "Jo",
    "lastName": "Doe",
    "dateOfBirth": "1990-01-01",
}
OWNER = Owner("AZ-4918SF92", "/accounts/AZ-4918SF92", "jo", "Jo Doe")
TICKET = {
    "self": f"{EVENT}/tickets/1",
    "serial": "DAWIER-BACK75580348",
    "status": "Issued",
    "section": {"self": f"{EVENT}/sections/2", "name": "Floor"},
    "owner": ACCOUNT,
    "issued": "2024-02-20T14:59:18+00:00",
    "redeemed": "N/A",
}
ADMISSION = {
    "self": f"{EVENT}/admissions/1",
    "redeemer": "Ana",
    "device": "door-1",
    "ticket": "DAWIER-BACK75580348",
    "patron": ACCOUNT,
    "section": {"self": f"{EVENT}/sections/2", "name": "Floor"},
    "admitted": "2024-02-21T14:59:18+00:00",
}
TOKEN = {
    "self": f"{EVENT}/tokens/5",
    "code": "A0F9GG8D",
    "global": False,
    "sections": ["/sections/1"],
}
GRANT = {"key": "ab" * 16, "event": EVENT, "sections": [f"{EVENT}/sections/2"]}
SESSION = {"key": "ab" * 16, "started": "2024-02-21 14:59:18", "account": ACCOUNT}
WHOLE_EVENT = {
    "self": EVENT,
    "title": "Night",
    "status": "Published",
    "start": "2034-06-07T20:00",
    "end": None,
    "sections": [{"self": "/sections/2", "name": "Floor", "capacity": 50}, {"self": "/sections/3"}],
}
PAGE = {"total": "2", "page": 1, "records": "500", "entries": [TICKET, TICKET]}


def read_event(found: Any) -> Event:
    return models.read_event(found, "/v3/")


def read_grant(found: Any) -> TokenGrant:
    return models.read_grant(found, "/v3/")


def read_token(found: Any) -> Token:
    return models.read_token(found, EVENT)


def read_ticket(found: Any, gaps: Gaps | None = None) -> Ticket:
    return models.read_ticket(found, EVENT, gaps)


def read_admission(found: Any) -> Admission:
    return models.read_admission(found, EVENT)


def read_page(found: Any) -> Page[Ticket]:
    return models.to_its_end(models.read_page_in_pieces(found, read_ticket, None))
