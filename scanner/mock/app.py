"""The ASGI application: routes, headers, a transaction for each handler, and errors."""

import json
import logging
import random
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from scanner.mock import errors
from scanner.mock.call import Call, Caller, Faults, JsonResponse, Stranger, caller_of, dump
from scanner.mock.errors import ApiError
from scanner.mock.resources import accounts, admissions, events, sections, tickets, tokens
from scanner.mock.resources.catalogue import KINDS, Catalogue, add_host_administrator

Handler = Callable[[Call], JsonResponse]


def _catalogue_routes(path: str) -> dict[str, dict[str, Handler]]:
    kind = Catalogue(path)
    return {
        f"/{path}": {"GET": kind.list, "POST": kind.create},
        f"/{path}/{{id}}": {"GET": kind.show, "PUT": kind.change, "DELETE": kind.delete},
    }


ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/sessions": {"POST": accounts.start_session},
    "/sessions/active": {"GET": accounts.show_session, "DELETE": accounts.end_session},
    "/tokens/{code}": {"GET": tokens.authenticate},
    "/accounts": {"GET": accounts.list_accounts, "POST": accounts.create_account},
    "/accounts/{number}": {
        "GET": accounts.show_account,
        "PUT": accounts.change_account,
        "DELETE": accounts.delete_account,
    },
    "/accounts/{number}/preferences": {
        "GET": accounts.show_preferences,
        "PUT": accounts.change_preferences,
    },
    "/accounts/{number}/hosts": {"GET": accounts.list_managed_hosts},
    **{route: handlers for path in KINDS for route, handlers in _catalogue_routes(path).items()},
    "/hosts/{id}/administrators": {"POST": add_host_administrator},
    "/hosts/{id}/events": {"GET": events.list_hosted_events},
    "/events": {"GET": events.list_events, "POST": events.create_event},
    "/published-events": {"GET": events.list_published_events},
    "/events/{event}": {
        "GET": events.show_event,
        "PUT": events.change_event,
        "DELETE": events.delete_event,
    },
    "/events/{event}/sections": {"GET": sections.list_sections, "POST": sections.create_section},
    "/events/{event}/sections/{section}": {
        "GET": sections.show_section,
        "PUT": sections.change_section,
        "DELETE": sections.delete_section,
    },
    "/events/{event}/tokens": {"GET": tokens.list_tokens, "POST": tokens.issue_token},
    "/events/{event}/tokens/{token}": {
        "GET": tokens.show_token,
        "PUT": tokens.change_token,
        "DELETE": tokens.invalidate_token,
    },
    "/events/{event}/tickets": {"GET": tickets.list_tickets},
    "/events/{event}/admissions": {
        "GET": admissions.list_admissions,
        "POST": admissions.admit,
    },
    "/orders": {"GET": tickets.list_orders, "POST": tickets.place_order},
    "/orders/{order}": {
        "GET": tickets.show_order,
        "PUT": tickets.change_order,
        "DELETE": tickets.cancel_order,
    },
    "/_mock/admissions": {"GET": admissions.all_admissions},
    "/_mock/tickets/{serial}": {"POST": admissions.change_ticket},
    "/_mock/events/{event}": {"POST": admissions.change_event},
    "/_mock/faults": {"POST": admissions.arm_faults},
}


MINIMUM_VERSION = (3, 0, 0)
LARGEST_BODY_BYTES = 4 * 1024 * 1024
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WITH_BODY = ("POST", "PUT")

log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


class Server:
    """Answers requests from one database, in one thread and one at a time."""

    def __init__(self, world: sqlite3.Connection, base: str) -> None:
        self._world = world
        self._base = base
        self._rng = random.SystemRandom()
        self._faults = Faults()

    def app(self) -> Starlette:
        """Return the ASGI application."""
        known = [
            Route(path, self._endpoint(handlers), methods=METHODS)
            for path, handlers in ROUTES.items()
        ]
        unknown = Route("/{path:path}", self._endpoint({}), methods=METHODS)
        app = Starlette(
            routes=[*known, unknown], exception_handlers={HTTPException: _unknown_method}
        )
        app.router.redirect_slashes = False
        return app

    def _endpoint(self, handlers: Mapping[str, Handler]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                return _response(await self._answer(request, handlers))
            except ApiError as error:
                return _response(JsonResponse(error.status, dump(error.body)))
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception:
                log.exception(
                    "a fault while answering %s %s", request.method, request.scope["path"]
                )
                fault = errors.server_fault()
                return _response(JsonResponse(fault.status, dump(fault.body)))

        return endpoint

    async def _answer(self, request: Request, handlers: Mapping[str, Handler]) -> JsonResponse:
        key = request.headers.get("x-api-key", "").strip()
        path = str(request.scope["path"])
        caller = self._authenticated(key, path)
        if _version(request.headers.get("x-client-version", "")) < MINIMUM_VERSION:
            raise errors.outdated_client()
        handler = handlers.get(request.method)
        if handler is None:
            raise errors.no_endpoint(path)
        self._fail_if_asked(path)
        call = Call(
            world=self._world,
            rng=self._rng,
            caller=caller,
            key=key,
            path=request.path_params,
            query=self._faults.cut_page(request.query_params),
            body=await _body(request) if request.method in WITH_BODY else {},
            base=self._base,
            now=datetime.now(UTC),
            faults=self._faults,
        )
        return self._in_transaction(handler, call)

    def _authenticated(self, key: str, path: str) -> Caller:
        if not key:
            raise errors.unauthenticated()
        caller = caller_of(self._world, key)
        # For an ended key, this endpoint has an answer of its own.
        if isinstance(caller, Stranger) and path != "/sessions/active":
            raise errors.restricted()
        return caller

    def _fail_if_asked(self, path: str) -> None:
        if self._faults.armed and not path.startswith("/_mock/"):
            self._faults.armed -= 1
            raise RuntimeError("asked to fail by POST /_mock/faults")
        if self._faults.strays and path.startswith("/tokens/"):
            self._faults.strays -= 1
            raise errors.no_endpoint(path)

    def _in_transaction(self, handler: Handler, call: Call) -> JsonResponse:
        """Run the handler in a transaction: commit before the answer, roll back on an error."""
        self._world.execute("BEGIN")
        try:
            answer = handler(call)
        except BaseException:
            self._world.execute("ROLLBACK")
            raise
        self._world.execute("COMMIT")
        return answer


def _response(answer: JsonResponse) -> Response:
    media = "application/json" if answer.text else None
    return Response(answer.text.encode("utf-8"), answer.status, media_type=media)


def _unknown_method(request: Request, _: Exception) -> Response:
    error = errors.no_endpoint(request.scope["path"])
    return _response(JsonResponse(error.status, dump(error.body)))


def _version(text: str) -> tuple[int, int, int]:
    found = re.match(r"\s*(\d{1,6})(?:\.(\d{1,6}))?(?:\.(\d{1,6}))?(?!\d)", text, re.ASCII)
    if found is None:
        return (0, 0, 0)
    major, minor, patch = found.groups(default="0")
    return int(major), int(minor), int(patch)


async def _body(request: Request) -> Mapping[str, object]:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST_BODY_BYTES:
            raise errors.too_large()
    if not raw:
        return {}
    try:
        body = json.loads(raw)
        # A lone escaped surrogate is valid JSON, but not valid Unicode.
        dump(body).encode("utf-8")
    except (ValueError, RecursionError) as failure:
        raise errors.bad_request("The request body is not valid JSON.") from failure
    if not isinstance(body, dict):
        raise errors.bad_request("The request body must be a JSON object.")
    return body
