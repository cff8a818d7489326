"""Finds, issues, changes and revokes admission tokens, as a supervisor names them."""

import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from scanner.desk.errors import NameFault, Unclear
from scanner.facts import Code
from scanner.platform.paged_list import WholeList, pages_of, read_whole
from scanner.ticketing.client import TickeTing

if TYPE_CHECKING:
    from scanner.platform.resources import Page
    from scanner.ticketing.resources import Event, Token

_EVENT = re.compile(r"(?:.*/)?events/([0-9]{1,20})/?")
_TOKEN = re.compile(r"(?:.*/)?events/([0-9]{1,20})/tokens/([0-9]{1,20})/?")
_SECTION = re.compile(r"(?:.*/)?events/([0-9]{1,20})/sections/([0-9]{1,20})/?")
_RELATIVE_SECTION = re.compile(r"/?sections/([0-9]{1,20})/?")
_IDENTIFIER = re.compile(r"[0-9]{1,20}")
_CODE = re.compile(r"[0-9A-Z]{8}")  # API reference 3.0.0

log = structlog.get_logger("desk")


class TokenChange(Code):
    """What was done to a token."""

    UPDATED = "desk.token_updated"
    REVOKED = "desk.token_revoked"
    KEPT = "desk.token_kept"


class CardNote(Code):
    """What to know about a gate card."""

    SECRET = "desk.card_secret"  # noqa: S105 - a code, no secret
    WITHOUT_KEY = "desk.card_without_key"


def event_uri(named: str) -> str:
    """Return `/events/…` for an identifier, a URI, or a whole address that ends in one.

    Raises:
        Unclear: the text names no event.
    """
    text = named.strip()
    found = _EVENT.fullmatch(text)
    if found is None and _IDENTIFIER.fullmatch(text) is None:
        raise Unclear(NameFault.NO_EVENT, named=named)
    return f"/events/{found[1] if found else text}"


def section_uris(event: "Event", named: Sequence[str]) -> tuple[str, ...]:
    """Return the sections' URIs, each once, in the order in which they were named.

    A section is named by its name, in any case, by its identifier, or by its URI. The API decides
    whether a whole URI belongs to the event.

    Raises:
        Unclear: a name is unknown, or more than one section has it.
    """
    return tuple(dict.fromkeys(_section_uri(event, each) for each in named))


async def find(api: TickeTing, event: str, named: str) -> "Token":
    """Find a token of `event` (a URI) by its code, its identifier or its URI.

    A code is looked for in the whole list, before digits are taken for an identifier.

    Raises:
        Unclear: the text names no token of this event.
        TicketingError: the API refuses, or doesn't answer as it should.
    """
    text = named.strip()
    uri = _TOKEN.fullmatch(text)
    if uri is not None:
        if f"/events/{uri[1]}" != event:
            raise Unclear(NameFault.TOKEN_OF_ANOTHER_EVENT, event=f"/events/{uri[1]}", asked=event)
        return await api.token(event, uri[2])
    code = text.upper()
    if _CODE.fullmatch(code):
        token = await _by_code(api, event, code)
        if token is not None:
            return token
    if _IDENTIFIER.fullmatch(text):
        return await api.token(event, text)
    # What was given may be another event's code, so the sentence doesn't repeat it.
    raise Unclear(NameFault.NO_TOKEN, event=event, number=event.rsplit("/", 1)[-1])


async def every(api: TickeTing, event: str, *, is_global: bool | None = None) -> WholeList["Token"]:
    """Read all tokens of `event` (a URI); or the global one alone, or all others.

    Raises:
        TicketingError: the list could not be read to its end.
    """

    async def ask(page: int, records: int) -> "Page[Token]":
        return await api.tokens(event, page=page, records=records, is_global=is_global)

    return await read_whole(ask, _uri_of, api.page_size)


async def issue(api: TickeTing, event: "Event", sections: Sequence[str]) -> "Token":
    """Issue a token of the event for sections named as in `section_uris`."""
    token = await api.issue_token(event.uri, section_uris(event, sections))
    log.info("token issued", uri=token.uri, sections=len(token.sections))
    return token


async def update(
    api: TickeTing, event: "Event", token: "Token", sections: Sequence[str]
) -> "Token":
    """Give the token these sections and no others; returns it as it is now."""
    uris = section_uris(event, sections)
    await api.update_token(event.uri, token.identifier, uris)
    log.info("token updated", uri=token.uri, sections=len(uris))
    return replace(token, sections=uris)


async def revoke(api: TickeTing, event: str, token: "Token") -> None:
    """Invalidate the token: it admits nobody from now on."""
    await api.revoke_token(event, token.identifier)
    log.info("token revoked", uri=token.uri)


async def _by_code(api: TickeTing, event: str, code: str) -> "Token | None":
    async def ask(page: int, records: int) -> "Page[Token]":
        return await api.tokens(event, page=page, records=records)

    async with aclosing(pages_of(ask, _uri_of, api.page_size)) as pages:
        async for page in pages:
            for token in page.entries:
                if token.code == code:
                    return token
    return None


def _uri_of(token: "Token") -> str:
    return token.uri


def _section_uri(event: "Event", named: str) -> str:
    text = named.strip()
    whole = _SECTION.fullmatch(text)
    if whole is not None:
        return f"/events/{whole[1]}/sections/{whole[2]}"
    relative = _RELATIVE_SECTION.fullmatch(text)
    if relative is not None:
        return f"{event.uri}/sections/{relative[1]}"
    meant = {
        section.uri: section
        for section in event.sections
        if section.name.strip().casefold() == text.casefold()
        or section.uri.rsplit("/", 1)[-1] == text
    }
    if len(meant) == 1:
        return next(iter(meant))
    if meant:
        listed = ", ".join(f"{section.name!r}: {uri}" for uri, section in meant.items())
        raise Unclear(NameFault.SECTION_AMBIGUOUS, section=named, sections=listed)
    if not event.sections:
        raise Unclear(NameFault.NO_SECTIONS, event=event.title)
    listed = ", ".join(repr(section.name) for section in event.sections)
    raise Unclear(NameFault.NO_SECTION, event=event.title, section=named, sections=listed)
