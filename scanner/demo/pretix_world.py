"""What an evening is played in at a pretix: an event of its own, sold, and devices of its own."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from scanner.app.platforms import provider_of
from scanner.demo.cable import Cable
from scanner.demo.crowd import CrowdTicket, SecretCrowd
from scanner.demo.world import (
    DEVICE,
    GUARD,
    OTHER_GATE,
    DemoError,
    DemoFault,
    some_elsewhere,
)
from scanner.facts import Code, Fact
from scanner.keystore import KeyStore
from scanner.paths import database_file
from scanner.platform.access import PRETIX, Request
from scanner.platform.errors import Forbidden, NotFound, Unauthenticated
from scanner.pretix.client import Pretix
from scanner.pretix.organiser import LARGEST_ORDER, Organiser, SoldTicket
from scanner.pretix.resources import Device, ListPath
from scanner.pretix.setup import NewDevice, initialize
from scanner.store.writer import Writer
from scanner.sync.clock import utc_now
from scanner.sync.opening import Opened, open_gate

TOKEN_VARIABLE = "SCANNER_PRETIX_TOKEN"  # noqa: S105 - the name of a variable
"""The environment variable with the token of a team of the organiser's."""

SECTIONS = ("Floor", "Balcony", "Lounge")
"""The products; the gate's check-in list has all but the last."""

_ADDRESS = re.compile(r"(?P<url>https?://.+)/(?P<organiser>[\w.-]+)/?", re.ASCII | re.IGNORECASE)
_OWN_COMPUTER = ("127.0.0.1", "localhost")


class Making(Code):
    """What is made at pretix."""

    EVENT = "demo.making_event"
    PRODUCTS = "demo.making_products"
    DEVICES = "demo.making_devices"
    ORDERS = "demo.making_orders"


@dataclass(frozen=True, slots=True)
class PretixAccess:
    """A pretix, one of its organisers by short name, and a token of a team of that one's."""

    url: str
    organiser: str
    token: str = field(repr=False)

    @classmethod
    def read(cls, address: str, token: str | None) -> "PretixAccess":
        """Read what a person gave.

        Raises:
            DemoError: the token is missing, or the address is not `http://HOST:PORT/ORGANISER`.
        """
        found = _ADDRESS.fullmatch(address.strip())
        if found is None:
            raise DemoError(DemoFault.PRETIX_ADDRESS)
        if not token:
            raise DemoError(DemoFault.PRETIX_TOKEN_MISSING, variable=TOKEN_VARIABLE)
        return cls(found["url"], found["organiser"], token.strip())

    def own_port(self) -> int:
        """Return the port of a pretix on this computer.

        Raises:
            DemoError: it is on another one, or behind TLS.
        """
        from urllib.parse import urlsplit

        parts = urlsplit(self.url)
        if parts.scheme != "http" or parts.hostname not in _OWN_COMPUTER:
            raise DemoError(DemoFault.PRETIX_ELSEWHERE)
        return parts.port or 80


@dataclass(frozen=True, slots=True)
class PretixWorld:
    """An event that was made for one evening, and two devices.

    Attributes:
        path: the gate's check-in list.
        sold: all tickets.
        permitted: the numbers of the products on the list.
        gate: the device that patrons come to.
        other: another one.
    """

    access: PretixAccess
    path: ListPath
    sold: tuple[SoldTicket, ...]
    permitted: frozenset[int]
    gate: Device
    other: Device

    @property
    def on_the_list(self) -> list[str]:
        """The secrets of the tickets that the gate lets in."""
        return sorted(each.secret for each in self.sold if each.product in self.permitted)

    def admitted(self, home: Path) -> set[str]:  # noqa: ARG002 - the device is the gate's alone
        """Return the secrets that pretix has of the gate's device."""
        return asyncio.run(self._admitted())

    def go_astray(self, strays: int) -> None:
        """Do nothing: a real server is not told to fail."""

    def strays_left(self) -> int:
        """Return none."""
        return 0

    async def _admitted(self) -> set[str]:
        async with _organiser(self.access) as organiser:
            entries = await organiser.entries(self.path)
        return {each.secret for each in entries if each.device == self.gate.number}

    def crowd(self, elsewhere: Sequence[str], seed: int) -> SecretCrowd:
        """Return patrons with this event's tickets."""
        tickets = [CrowdTicket(each.secret, str(each.product)) for each in self.sold]
        return SecretCrowd(tickets, frozenset(map(str, self.permitted)), elsewhere, seed)

    def admit_elsewhere(self, seed: int) -> list[str]:
        """Have the other device admit a few; returns their secrets."""
        secrets = some_elsewhere(self.on_the_list, seed)
        asyncio.run(self._redeem(secrets))
        return secrets

    async def _redeem(self, secrets: Sequence[str]) -> None:
        async with Pretix(self.other.url, self.other.key) as api:
            for each in secrets:
                body = {"secret": each, "lists": [self.path.number], "nonce": uuid4().hex}
                await api.redeem(self.path.organizer, {**body, "type": "entry"})

    def open_home(self, home: Path, cable: Cable) -> Opened:
        """Open a session in a data folder, through the network cable."""
        url = self.access.url.replace(f":{self.access.own_port()}", "")
        api = f"{url}:{cable.port}/"
        request = Request(
            api=api,
            code="",
            name=GUARD,
            device=DEVICE,
            key=self.gate.key,
            event=self.path.at(api),
        )
        with Writer(database_file(home)) as writer:
            keys = KeyStore(home, file_only=True)
            return asyncio.run(open_gate(request, provider_of(PRETIX), writer, keys, utc_now))

    def end(self) -> None:
        """Have pretix take the devices' access away; the event stays."""
        asyncio.run(self._end())

    async def _end(self) -> None:
        for each in (self.gate, self.other):
            async with Pretix(each.url, each.key) as api:
                await api.post("device/revoke", {})


def make_world(access: PretixAccess, tickets: int, *, order: int = LARGEST_ORDER) -> PretixWorld:
    """Make an event at a pretix, sell its tickets, so many in an order, and set two devices up.

    Raises:
        DemoError: pretix does not let the token do that.
        TicketingError: pretix doesn't answer as it should.
    """
    return asyncio.run(_make(access, tickets, order))


async def _make(access: PretixAccess, tickets: int, order: int) -> PretixWorld:
    now = datetime.now(UTC)
    slug = f"demo-{now:%Y%m%d-%H%M%S}-{uuid4().hex[:4]}"
    async with _organiser(access) as organiser:
        async with _making(Making.EVENT):
            await organiser.make_event(slug, "Demo", now)
        async with _making(Making.PRODUCTS):
            products = [await organiser.make_product(slug, name) for name in SECTIONS]
            path = await organiser.make_list(slug, "Demo", products[:-1])
        async with _making(Making.DEVICES):
            gate, other = [
                await initialize(NewDevice(access.url, await organiser.make_device(name)))
                for name in (DEVICE, OTHER_GATE)
            ]
        async with _making(Making.ORDERS):
            shares = [len(range(n, tickets, len(products))) for n in range(len(products))]
            sold = [
                each
                for product, share in zip(products, shares, strict=True)
                for each in await organiser.sell(slug, product, share, order=order)
            ]
    return PretixWorld(access, path, tuple(sold), frozenset(products[:-1]), gate, other)


@asynccontextmanager
async def _organiser(access: PretixAccess) -> AsyncIterator[Organiser]:
    async with Organiser(access.url, access.organiser, access.token) as organiser:
        try:
            await organiser.check()
        except Unauthenticated as error:
            raise DemoError(DemoFault.PRETIX_TOKEN_REFUSED) from error
        except (Forbidden, NotFound) as error:
            raise DemoError(DemoFault.PRETIX_NO_ORGANISER, name=access.organiser) from error
        yield organiser


@asynccontextmanager
async def _making(what: Making) -> AsyncIterator[None]:
    """Say in words what the token's team would have to be allowed.

    Raises:
        DemoError: pretix does not let it.
    """
    try:
        yield
    except (Forbidden, Unauthenticated) as error:
        raise DemoError(DemoFault.PRETIX_NOT_ALLOWED, what=Fact(what)) from error
