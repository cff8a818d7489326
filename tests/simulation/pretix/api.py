"""pretix's API over an event: what the devices' requests are answered."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any, NamedTuple

from tests.simulation.pretix.orders import Event, Order, OrderStatus, Position, PrintLog
from tests.simulation.pretix.redeeming import note_failed, read_asked, redeem

ORGANISER, EVENT = "house", "evening"
_EVENT = f"organizers/{ORGANISER}/events/{EVENT}/"
_OK, _CREATED, _BAD, _UNAUTHENTICATED, _FORBIDDEN, _NOT_FOUND = 200, 201, 400, 401, 403, 404
_MOST_RECORDS = 50


class Asked(NamedTuple):
    """One request: the path below the API's address, the query and the body."""

    device: int
    path: str
    query: Mapping[str, str]
    body: Any


class Answer(NamedTuple):
    """A status, a body that is sent as JSON, and headers beside the usual ones."""

    status: int
    body: Any
    headers: Mapping[str, str] = {}


_Handler = Callable[..., Answer]


@dataclass
class Api:
    """The event's server.

    Attributes:
        page_size: entries on a page at most; pretix's is 50.
        profile_lost: the devices whose profile no longer permits orders.
    """

    event: Event
    page_size: int = _MOST_RECORDS

    def answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        """Answer one request; a GET changes nothing."""
        now = self.event.now()
        found = self._answer(method, path, query, headers, body)
        date = format_datetime(now.replace(microsecond=0), usegmt=True)
        return found._replace(headers={"Date": date, **found.headers})

    def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Answer:
        key = headers.get("authorization", "").removeprefix("Device ")
        device = self.event.devices.get(key)
        if device is None:
            return Answer(_UNAUTHENTICATED, {"detail": "Invalid token."})
        if device in self.event.revoked:
            return Answer(_UNAUTHENTICATED, {"detail": "Device access has been revoked."})
        asked = Asked(device, path, query, json.loads(body) if body else None)
        for known, pattern, handler in _WAYS:
            if known == method and (fits := pattern.fullmatch(path)):
                return handler(self, asked, *fits.groups())
        if path.startswith(f"organizers/{ORGANISER}/"):
            return Answer(_FORBIDDEN, {"detail": "Request denied by device security profile."})
        return Answer(_NOT_FOUND, {"detail": "Not found."})

    def info(self, asked: Asked) -> Answer:
        device = {
            "organizer": ORGANISER,
            "device_id": asked.device,
            "unique_serial": f"SERIAL{asked.device}",
            "api_token": next(k for k, n in self.event.devices.items() if n == asked.device),
            "name": f"gate {asked.device}",
            "security_profile": "pretixscan",
            "gate": None,
        }
        version = {"pretix": "2026.8.0", "pretix_numeric": 20260080005000}
        told = {"device": device, "server": {"version": version}, "medium_key_sets": []}
        return Answer(_OK, told)

    def details(self, _: Asked) -> Answer:
        named = {"slug": EVENT, "name": {"en": "Evening"}, "live": True, "testmode": False}
        dated = {"date_from": _text(self.event.now()), "date_to": None, "timezone": "UTC"}
        return Answer(_OK, {**named, **dated, "has_subevents": False})

    def settings(self, _: Asked) -> Answer:
        return Answer(_OK, {"locale": "en", "locales": ["en"]})

    def lists(self, asked: Asked) -> Answer:
        return self._page(asked, [self._list(number) for number in self.event.lists])

    def one_list(self, _: Asked, number: str) -> Answer:
        if int(number) not in self.event.lists:
            return Answer(_NOT_FOUND, {"detail": "No CheckinList matches the given query."})
        return Answer(_OK, self._list(int(number)))

    def items(self, asked: Asked) -> Answer:
        return self._page(
            asked,
            [
                {
                    "id": number,
                    "name": {"en": name},
                    "internal_name": None,
                    "active": True,
                    "admission": True,
                    "checkin_attention": False,
                    "checkin_text": None,
                    "has_variations": False,
                    "variations": [],
                    "category": None,
                }
                for number, name in self.event.items.items()
            ],
        )

    def revoked(self, asked: Asked) -> Answer:
        secrets = self.event.revoked_secrets
        at = _text(self.event.now())
        told = [{"id": n, "secret": each, "created": at} for n, each in enumerate(secrets)]
        return self._page(asked, told)

    def nothing(self, asked: Asked) -> Answer:
        return self._page(asked, [])

    def orders(self, asked: Asked) -> Answer:
        since = asked.query.get("modified_since")
        least = datetime.fromisoformat(since) if since else None
        found = [each for each in self.event.orders if least is None or each.modified >= least]
        cancelled = asked.query.get("include_canceled_positions") == "true"
        generated = {"X-Page-Generated": _text(self.event.now())}
        page = self._page(asked, [self._order(each, cancelled=cancelled) for each in found])
        return page._replace(headers=generated)

    def list_positions(self, asked: Asked, number: str) -> Answer:
        if int(number) not in self.event.lists:
            return Answer(_NOT_FOUND, {"detail": "No CheckinList matches the given query."})
        wanted, any_status = asked.query.get("secret"), "ignore_status" in asked.query
        items = self.event.lists[int(number)].items
        moved = "has_checkin" in asked.query
        found = [
            each
            for each in self.event.positions()
            if wanted in (None, each.secret)
            and not each.cancelled
            and (not items or each.item in items)
            and (any_status or self.event.order_of(each).status is OrderStatus.PAID)
            and (not moved or self.event.admitted(each, int(number)))
        ]
        if moved:  # in the order in which they were last checked in
            found.sort(
                key=lambda each: self.event.admitted(each, int(number))[0].at,
                reverse=asked.query.get("ordering", "").startswith("-"),
            )
        return self._page(asked, [self.position(each, int(number)) for each in found])

    def redeem(self, asked: Asked) -> Answer:
        request = read_asked(self.event, asked.device, asked.body, self.event.now())
        if request is None:
            missing = f'Invalid pk "{asked.body["lists"][0]}" - object does not exist.'
            return Answer(_BAD, {"lists": [missing]})
        before = request.position and self.position(request.position, asked.body["lists"][0])
        reason = redeem(self.event, request)
        told = {
            "require_attention": False,
            "checkin_texts": [],
            "list": self._list(request.check_in_list.number),
        }
        if request.position is None:
            unknown = {"detail": "Not found.", "status": "error", "reason": "invalid"}
            return Answer(_NOT_FOUND, {**unknown, "reason_explanation": None, **told})
        if reason is None:
            return Answer(_CREATED, {"status": "ok", "position": before, **told})
        error = {"status": "error", "reason": reason, "position": before}
        return Answer(_BAD, {**error, "reason_explanation": None, **told})

    def failed(self, asked: Asked, number: str) -> Answer:
        body = asked.body
        secret, reason = body["raw_barcode"], body["error_reason"]
        if int(number) not in self.event.lists:
            return Answer(_NOT_FOUND, {"detail": "No CheckinList matches the given query."})
        note_failed(self.event, secret, reason, body.get("nonce"), asked.device)
        return Answer(_CREATED, body)

    def print_log(self, asked: Asked, number: str) -> Answer:
        position = self.event.by_number(int(number))
        if position is None or position.cancelled:
            return Answer(_NOT_FOUND, {"detail": "No OrderPosition matches the given query."})
        body = asked.body
        at = datetime.fromisoformat(body["datetime"])
        told = body["type"], body["successful"], body.get("info", {})
        position.print_logs.append(PrintLog(self.event.number(), at, asked.device, *told))
        self.event.touch(position)
        return Answer(_CREATED, body)

    def position(self, each: Position, check_in_list: int | None = None) -> dict[str, Any]:
        """Return a ticket as pretix writes it, with its check-ins of one list or of all."""
        order = self.event.order_of(each)
        return {
            "id": each.number,
            "order": each.order,
            "positionid": order.positions.index(each) + 1,
            "item": each.item,
            "variation": None,
            "attendee_name": "Wilhelmina Linde",
            "attendee_name_parts": {"full_name": "Wilhelmina Linde"},
            "secret": each.secret,
            "addon_to": None,
            "subevent": None,
            "checkins": [
                {
                    "id": one.number,
                    "datetime": _text(one.at),
                    "list": one.check_in_list,
                    "auto_checked_in": False,
                    "gate": None,
                    "device": one.device and one.device + 100,
                    "device_id": one.device,
                    "type": one.movement.value,
                }
                for one in sorted(each.check_ins, key=lambda one: one.at, reverse=True)
                if check_in_list in (None, one.check_in_list)
            ],
            "print_logs": [
                {
                    "id": log.number,
                    "successful": log.successful,
                    "datetime": _text(log.at),
                    "source": "scanner",
                    "type": log.kind,
                    "device_id": log.device,
                    "info": log.info,
                }
                for log in sorted(each.print_logs, key=lambda log: log.at, reverse=True)
            ],
            "answers": [],
            "seat": None,
            "canceled": each.cancelled,
            "valid_from": each.valid_from and _text(each.valid_from),
            "valid_until": each.valid_until and _text(each.valid_until),
            "blocked": ["admin"] if each.blocked else None,
            "require_attention": False,
            "order__status": order.status.value,
            "order__valid_if_pending": order.valid_if_pending,
            "order__require_approval": order.require_approval,
        }

    def _order(self, each: Order, *, cancelled: bool) -> dict[str, Any]:
        shown = [one for one in each.positions if cancelled or not one.cancelled]
        return {
            "code": each.code,
            "status": each.status.value,
            "testmode": False,
            "datetime": _text(each.bought),
            "expires": _text(each.bought),
            "comment": "",
            "checkin_attention": False,
            "checkin_text": None,
            "last_modified": _text(each.modified),
            "require_approval": each.require_approval,
            "valid_if_pending": each.valid_if_pending,
            "positions": [self.position(one) for one in shown],
        }

    def _list(self, number: int) -> dict[str, Any]:
        found = self.event.lists[number]
        return {
            "id": number,
            "name": f"List {number}",
            "event": EVENT,
            "all_products": not found.items,
            "limit_products": sorted(found.items),
            "subevent": None,
            "checkin_count": 0,
            "position_count": 0,
            "include_pending": False,
            "allow_multiple_entries": found.multiple_entries,
            "allow_entry_after_exit": found.entry_after_exit,
            "rules": {"isBefore": []} if found.rules else {},
            "addon_match": False,
        }

    def _page(self, asked: Asked, found: list[dict[str, Any]]) -> Answer:
        size = min(int(asked.query.get("page_size", _MOST_RECORDS)), self.page_size)
        page = int(asked.query.get("page", 1))
        if page > 1 and (page - 1) * size >= len(found):
            return Answer(_NOT_FOUND, {"detail": "Invalid page."})
        more = f"http://pretix.example/api/v1/{asked.path}?page={page + 1}"
        told = found[(page - 1) * size : page * size]
        ends = {"next": more if page * size < len(found) else None, "previous": None}
        return Answer(_OK, {"count": len(found), **ends, "results": told})


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _way(method: str, path: str, handler: _Handler) -> tuple[str, re.Pattern[str], _Handler]:
    return method, re.compile(path), handler


_WAYS = (
    _way("GET", "device/info", Api.info),
    _way("GET", _EVENT, Api.details),
    _way("GET", f"{_EVENT}settings/", Api.settings),
    _way("GET", f"{_EVENT}checkinlists/", Api.lists),
    _way("GET", rf"{_EVENT}checkinlists/(\d+)/", Api.one_list),
    _way("GET", rf"{_EVENT}checkinlists/(\d+)/positions/", Api.list_positions),
    _way("POST", rf"{_EVENT}checkinlists/(\d+)/failed_checkins/", Api.failed),
    _way("GET", f"{_EVENT}items/", Api.items),
    _way("GET", f"{_EVENT}revokedsecrets/", Api.revoked),
    _way("GET", f"{_EVENT}(?:questions|categories|subevents)/", Api.nothing),
    _way("GET", f"{_EVENT}orders/", Api.orders),
    _way("POST", rf"{_EVENT}orderpositions/(\d+)/printlog/", Api.print_log),
    _way("POST", f"organizers/{ORGANISER}/checkinrpc/redeem/", Api.redeem),
)
