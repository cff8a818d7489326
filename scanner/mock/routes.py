"""The handlers by path and method."""

from collections.abc import Callable, Mapping

from scanner.mock.call import Call, JsonResponse
from scanner.mock.resources import (
    accounts,
    admissions,
    events,
    orders,
    referee,
    sections,
    sessions,
    tickets,
    tokens,
)
from scanner.mock.resources.catalogue import KINDS, Catalogue, add_host_administrator

Handler = Callable[[Call], JsonResponse]


def _catalogue_routes(path: str) -> dict[str, dict[str, Handler]]:
    kind = Catalogue(path)
    return {
        f"/{path}": {"GET": kind.list, "POST": kind.create},
        f"/{path}/{{id}}": {"GET": kind.show, "PUT": kind.change, "DELETE": kind.delete},
    }


ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/sessions": {"POST": sessions.start_session},
    "/sessions/active": {"GET": sessions.show_session, "DELETE": sessions.end_session},
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
    "/orders": {"GET": orders.list_orders, "POST": orders.place_order},
    "/orders/{order}": {
        "GET": orders.show_order,
        "PUT": orders.change_order,
        "DELETE": orders.cancel_order,
    },
    "/_mock/admissions": {"GET": referee.all_admissions},
    "/_mock/tickets/{serial}": {"POST": referee.change_ticket},
    "/_mock/events/{event}": {"POST": referee.change_event},
    "/_mock/faults": {"POST": referee.arm_faults},
}
