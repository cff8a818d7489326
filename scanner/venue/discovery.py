"""Nodes found on the LAN, and found by it, by mDNS and DNS-SD (RFC 6762, 6763).

What is announced is no secret: the venue's name and id, the node's name and its ports. A node that
lies gains nothing: its certificate is not of the venue's authority.
"""

import asyncio
import ipaddress
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

SERVICE = "_scanner-venue._tcp.local."

SEARCH_SECONDS = 3.0
"""Time for three questions: at once, after one second, after two more (RFC 6762, 5.2)."""

INTERFACES = "SCANNER_MDNS"
"""The variable that names the addresses to look and announce at, with commas; or `none`."""

_DETAIL_MILLISECONDS = 1500
_ANNOUNCED_SECONDS = 5.0

_log = structlog.get_logger("venue")


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a node says of itself.

    Attributes:
        name: the venue's, as people call it.
        venue: its id.
        node: the node's name.
        hosts: its addresses, as numbers.
        client_port: where gates connect.
        route_port: where its fellows connect.
    """

    name: str
    venue: str
    node: str
    hosts: tuple[str, ...]
    client_port: int
    route_port: int


@dataclass(frozen=True, slots=True)
class Found:
    """A venue on this network.

    Attributes:
        name: as people call it.
        venue: its id.
        addresses: where its nodes take gates: "host:port" each.
    """

    name: str
    venue: str
    addresses: tuple[str, ...]


def find_venues(
    seconds: float = SEARCH_SECONDS, interfaces: Sequence[str] | None = None
) -> list[Found]:
    """Return the venues whose nodes answer within some time, by name; takes that long.

    Without a network there are none.
    """
    return asyncio.run(search(seconds, interfaces))


async def search(
    seconds: float = SEARCH_SECONDS,
    interfaces: Sequence[str] | None = None,
    venue: str | None = None,
) -> list[Found]:
    """Return the venues whose nodes answer within some time, by name.

    Args:
        seconds: how long to listen.
        interfaces: the addresses of those to ask at; all of them if None.
        venue: the id of the only one that is looked for; its first node ends the search.
    """
    if _wanted(interfaces) == ():
        return []
    nodes: dict[str, Announcement] = {}
    heard = asyncio.Event()

    def note(found: Announcement) -> None:
        if venue in (None, found.venue):
            nodes[found.node] = found
        if venue == found.venue:
            heard.set()

    async with listening(note, interfaces):
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), seconds)
    return together(nodes.values())


def together(nodes: Iterable[Announcement]) -> list[Found]:
    """Return the venues that nodes belong to, by name."""
    venues: dict[str, Found] = {}
    for node in sorted(nodes, key=lambda each: each.node):
        known = venues.get(node.venue, Found(node.name, node.venue, ()))
        new = tuple(written(host, node.client_port) for host in node.hosts)
        venues[node.venue] = Found(known.name, node.venue, known.addresses + new)
    return sorted(venues.values(), key=lambda each: (each.name, each.venue))


def written(host: str, port: int) -> str:
    """Write an address as "host:port"; an IPv6 host in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@asynccontextmanager
async def listening(
    note: Callable[[Announcement], None], interfaces: Sequence[str] | None = None
) -> AsyncIterator[None]:
    """Call `note` with each node that is heard, and again when it says something new."""
    from zeroconf import ServiceStateChange
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo

    asked: set[asyncio.Task[None]] = set()

    async def ask(zeroconf: "Zeroconf", name: str) -> None:
        info = AsyncServiceInfo(SERVICE, name)
        answered = await info.async_request(zeroconf, _DETAIL_MILLISECONDS)
        if answered and (found := _read(info)) is not None:
            note(found)

    def changed(
        zeroconf: "Zeroconf", service_type: str, name: str, state_change: "ServiceStateChange"
    ) -> None:
        if service_type == SERVICE and state_change is not ServiceStateChange.Removed:
            task = asyncio.ensure_future(ask(zeroconf, name))
            asked.add(task)
            task.add_done_callback(asked.discard)

    async with _on_network(interfaces) as network:
        if network is None:
            yield
            return
        browser = AsyncServiceBrowser(network.zeroconf, SERVICE, handlers=[changed])
        try:
            yield
        finally:
            await browser.async_cancel()
            for each in tuple(asked):
                each.cancel()
            await asyncio.gather(*asked, return_exceptions=True)


@asynccontextmanager
async def announced(
    what: Announcement, interfaces: Sequence[str] | None = None
) -> AsyncIterator[None]:
    """Announce a node; it is said good-bye to at the end."""
    from zeroconf.asyncio import AsyncServiceInfo

    info = AsyncServiceInfo(
        SERVICE,
        f"{what.node}.{SERVICE}",
        addresses=[ipaddress.ip_address(host).packed for host in what.hosts],
        port=what.client_port,
        properties={"venue": what.venue, "name": what.name, "route": str(what.route_port)},
        server=f"{what.node}.local.",
    )
    async with _on_network(interfaces) as network:
        if network is None:
            yield
            return
        # A former start's announcement may still be known somewhere: the name is this node's own.
        await network.async_register_service(info, cooperating_responders=True)
        try:
            yield
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_ANNOUNCED_SECONDS):
                    await network.async_unregister_service(info)


@asynccontextmanager
async def _on_network(interfaces: Sequence[str] | None) -> "AsyncIterator[AsyncZeroconf | None]":
    """Join the multicast groups; None where there is no network to join them on."""
    from zeroconf import InterfaceChoice, IPVersion
    from zeroconf.asyncio import AsyncZeroconf

    interfaces = _wanted(interfaces)
    if interfaces is not None and not interfaces:
        yield None
        return
    chosen = list(interfaces) if interfaces is not None else InterfaceChoice.All
    try:
        network = AsyncZeroconf(interfaces=chosen, ip_version=IPVersion.V4Only)
    except OSError as error:
        _log.info("there is no network for mDNS", why=str(error))
        yield None
        return
    try:
        yield network
    finally:
        await network.async_close()


def _wanted(interfaces: Sequence[str] | None) -> Sequence[str] | None:
    """Return the interfaces to use, empty for none of them; the variable names them otherwise."""
    told = os.environ.get(INTERFACES)
    if interfaces is not None or not told:
        return interfaces
    return () if told == "none" else told.split(",")


def _read(info: "AsyncServiceInfo") -> Announcement | None:
    """Return what a node announces; None where it isn't said as nodes say it."""
    said = info.decoded_properties
    venue, name, route = said.get("venue"), said.get("name"), said.get("route")
    hosts = tuple(info.parsed_scoped_addresses())
    if not (venue and name and route and hosts and info.port and route.isdecimal()):
        return None
    node = info.name.removesuffix(f".{SERVICE}")
    return Announcement(name, venue, node, hosts, info.port, int(route))


def interfaces_to(hosts: Sequence[str]) -> list[str] | None:
    """Return where to ask for, or announce, nodes at these hosts: None for every interface.

    A venue of this computer alone, as one tries it out, stays on this computer.
    """
    here = [each for each in hosts if is_number(each) and ipaddress.ip_address(each).is_loopback]
    return ["127.0.0.1"] if hosts and len(here) == len(hosts) else None


def is_number(host: str) -> bool:
    """Tell whether a host is an IP address, and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def own_networks() -> tuple[str, ...]:
    """Return this machine's addresses with their networks, such as "192.168.1.7/24", IPv4 alone.

    Those come last that a machine gives itself where nobody gives it one (RFC 3927).
    """
    import ifaddr

    found = {
        ipaddress.ip_interface(f"{each.ip}/{each.network_prefix}")
        for adapter in ifaddr.get_adapters()
        for each in adapter.ips
        if isinstance(each.ip, str)
    }
    useful = [each for each in found if not each.is_loopback]
    return tuple(map(str, sorted(useful, key=lambda each: (each.is_link_local, each))))


def own_hosts() -> tuple[str, ...]:
    """Return this machine's addresses on its networks, as numbers; loopback is none of them."""
    return tuple(each.partition("/")[0] for each in own_networks())
