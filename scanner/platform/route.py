"""The way to the API: this machine, the open network, or a proxy; read from its address alone."""

from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from scanner.facts import Code, Fact


class RouteWarning(Code):
    """What is doubtful about the way to the API."""

    UNENCRYPTED = "ticketing.unencrypted"


def is_here(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def unencrypted(url: str) -> Fact | None:
    """Return a warning where keys and patrons' data would cross the network in the open."""
    parts = urlsplit(url.strip())
    host = parts.hostname or ""
    if parts.scheme.lower() != "http" or is_here(host):
        return None
    return Fact(RouteWarning.UNENCRYPTED, {"host": host})


def by_proxy(scheme: str, host: str) -> bool:
    """Tell whether the environment names a proxy for a host."""
    proxies = getproxies()
    named = scheme in proxies or "all" in proxies
    return named and not is_here(host) and not proxy_bypass(host)


def names_socks() -> bool:
    """Tell whether the environment names a SOCKS proxy, in whichever version."""
    return any(each.lower().startswith("socks") for each in getproxies().values())
