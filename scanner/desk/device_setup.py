"""This computer as a device of a pretix: kept in the key store, and what its gate is opened for.

The one-time token of a new device gives its key once. So the key is kept before anything else can
fail, and the same token goes on with what is kept.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple, TypeVar

from scanner.admission.door import Unjudged
from scanner.config import Config
from scanner.desk.errors import ChoiceFault, NoDevice, Unclear
from scanner.facts import Code, Fact
from scanner.platform.access import Request
from scanner.pretix.choices import Choices, EventChoice, ListChoice
from scanner.pretix.resources import Device
from scanner.pretix.setup import NewDevice, device_from_text, device_to_text, initialize
from scanner.sync.credentials import Keys

DEVICE = "pretix device"
"""The secret's name in the key store."""

MOST_EVENTS = 20
"""Among so many events a list is looked for by its name alone; each takes two requests."""

T = TypeVar("T")


class Caution(Code):
    """What a gate can't judge at a check-in list, or not without a network."""

    RULES = "desk.list_rules"
    QUESTIONS = "desk.list_questions"
    ADDONS = "desk.list_addons"


class Which(StrEnum):
    """What a person is asked to choose."""

    EVENT = "event"
    LIST = "list"


Ask = Callable[[Which, Sequence[str]], int]
"""Has a person choose one of several, by their names; returns its index."""


class Wanted(NamedTuple):
    """What a gate is to be opened for, by name or id; nothing where it was not said.

    Attributes:
        event: its title or short name.
        list: the check-in list's name, number, or both ids as `event/number`.
        here: the short name of the event that the gate is open for, which goes first.
    """

    event: str | None = None
    list: str | None = None
    here: str | None = None


class EventsFound(NamedTuple):
    """The events that a device may be used at, and what keeps it from working well there."""

    events: Sequence[EventChoice]
    warning: Fact | None = None


class _Kept(NamedTuple):
    token: str = ""
    device: Device | None = None


def kept_device(keys: Keys) -> Device:
    """Return the device that this computer is.

    Raises:
        NoDevice: it is none.
        KeyStoreError: the key store can't be read.
    """
    found = _kept(keys).device
    if found is None:
        raise NoDevice
    return found


async def set_up(new: NewDevice, keys: Keys, *, timeout_seconds: float = 10.0) -> Device:
    """Use a new device's one-time token and keep the device; a token that was used goes on.

    Raises:
        SetupError: pretix does not take the token.
        TicketingError: pretix was not reached, and the token is as it was.
        KeyStoreError: the key store can't be written; the token was not used then.
    """
    kept = _kept(keys)
    token = hashlib.sha256(f"{new.url} {new.token}".encode()).hexdigest()
    if kept.device and kept.token == token:
        return kept.device
    _keep(keys, kept)  # a key store that takes nothing must not cost the token
    device = await initialize(new, timeout_seconds=timeout_seconds)
    _keep(keys, _Kept(token, device))
    return device


def request_at(device: Device, uri: str, config: Config, *, name: str, own_name: str) -> Request:
    """Return what opens a gate of a device.

    Args:
        device: the gate's.
        uri: the check-in list's.
        config: the settings.
        name: the guard's.
        own_name: the gate's own.
    """
    return Request(
        api=device.url,
        code=uri,
        name=name,
        device=own_name,
        key=device.key,
        timeout=config.timeout_seconds,
        records=config.page_records,
        names=config.names,
        event=uri,
    )


async def choose(choices: Choices, wanted: Wanted, ask: Ask | None = None) -> ListChoice:
    """Return the one check-in list that is meant; a person is asked where there are several.

    Raises:
        Unclear: none is meant, or several where nobody can be asked.
        TicketingError: pretix does not answer as it should.
    """
    if wanted.list and "/" in wanted.list and (found := await choices.named(wanted.list)):
        return found
    events = await choices.events()
    if not events:
        raise Unclear(ChoiceFault.NO_EVENTS)
    some = _narrowed(events, wanted.event, _event_ids)
    if not some:
        known = _joined(event_label(each) for each in events)
        raise Unclear(ChoiceFault.NO_SUCH_EVENT, event=wanted.event, known=known)
    if len(some) > 1 and wanted.list:
        return await _by_name(choices, some, wanted, ask)
    event = _one(some, event_label, ChoiceFault.SEVERAL_EVENTS, Which.EVENT, ask)
    lists = (await choices.lists_of(event)).lists
    if not lists:
        raise Unclear(ChoiceFault.NO_LISTS, event=event.title)
    return _of_lists(lists, wanted.list, ask)


def cautions(found: ListChoice) -> list[Fact]:
    """Return what a gate can't judge at a list, or not without a network."""
    by = {Unjudged.RULES: Caution.RULES, Unjudged.QUESTIONS: Caution.QUESTIONS}
    told = [Fact(caution) for each, caution in by.items() if each in found.unjudged]
    return [*told, Fact(Caution.ADDONS)] if found.takes_addons else told


def event_label(event: EventChoice) -> str:
    """Return an event's title, with its short name where they differ."""
    if event.title.casefold() == event.slug.casefold():
        return event.title
    return f"{event.title} ({event.slug})"


def list_label(found: ListChoice) -> str:
    """Return a list's name, with both ids."""
    return f"{found.name} ({found.path.event}/{found.path.number})"


async def _by_name(
    choices: Choices, events: Sequence[EventChoice], wanted: Wanted, ask: Ask | None
) -> ListChoice:
    """Look for a list by its name, in the open gate's event before the others."""
    met: list[ListChoice] = []
    found: list[ListChoice] = []
    here = [each for each in events if each.slug == wanted.here]
    others = [each for each in events if each.slug != wanted.here]
    for event in [*here, *others][:MOST_EVENTS]:
        lists = (await choices.lists_of(event)).lists
        met += lists
        found += _narrowed(lists, wanted.list, _list_ids)
        if found and event.slug == wanted.here:
            break
    return _of_lists(found or met, None if found else wanted.list, ask)


def _of_lists(lists: Sequence[ListChoice], wanted: str | None, ask: Ask | None) -> ListChoice:
    some = _narrowed(lists, wanted, _list_ids)
    if not some:
        known = _joined(map(list_label, lists))
        raise Unclear(ChoiceFault.NO_SUCH_LIST, list=wanted, known=known)
    return _one(some, list_label, ChoiceFault.SEVERAL_LISTS, Which.LIST, ask)


def _one(
    some: Sequence[T], label: Callable[[T], str], fault: ChoiceFault, which: Which, ask: Ask | None
) -> T:
    if len(some) == 1:
        return some[0]
    if ask is None:
        raise Unclear(fault, known=_joined(map(label, some)))
    return some[ask(which, list(map(label, some)))]


def _narrowed(
    entries: Sequence[T], given: str | None, ids: Callable[[T], tuple[str, ...]]
) -> Sequence[T]:
    """Return those that a text names: by an id, else by the name, else by a part of it."""
    if given is None:
        return entries
    wanted = given.strip().casefold()
    for position in range(len(ids(entries[0])) if entries else 0):
        exact = [each for each in entries if ids(each)[position].casefold() == wanted]
        if exact:
            return exact
    return [each for each in entries if wanted and wanted in ids(each)[-1].casefold()]


def _event_ids(event: EventChoice) -> tuple[str, ...]:
    return event.slug, event.title


def _list_ids(found: ListChoice) -> tuple[str, ...]:
    number = str(found.path.number)
    return f"{found.path.event}/{number}", number, found.name


def _joined(labels: Iterable[str]) -> str:
    return ", ".join(islice(labels, MOST_EVENTS))


def _kept(keys: Keys) -> _Kept:
    try:
        found = json.loads(keys.get(DEVICE) or "{}")
        return _Kept(str(found.get("token") or ""), device_from_text(found.get("device") or ""))
    except (ValueError, AttributeError, TypeError):
        return _Kept()


def _keep(keys: Keys, kept: _Kept) -> None:
    device = device_to_text(kept.device) if kept.device else ""
    keys.set(DEVICE, json.dumps({"token": kept.token, "device": device}))
