"""How many wrong passwords are looked at: token buckets, one for each address and one in all."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

PER_ADDRESS, PER_ADDRESS_SECONDS = 10, 6.0
"""Wrong tries at once of one address, and the seconds until it has one more."""

IN_ALL, IN_ALL_SECONDS = 100, 1.0
"""Likewise, of all addresses. Beyond it, only addresses that haven't been wrong may try."""

MOST_ADDRESSES = 10_000
"""Addresses that are remembered; the one that was wrong longest ago is forgotten first."""

_NETWORK_BITS = 64
"""One subscriber's part of an IPv6 address; the rest is theirs to choose."""


@dataclass(slots=True)
class Bucket:
    """A token bucket: `most` tokens, and one more after every `seconds`."""

    most: int
    seconds: float
    tokens: float
    at: float

    def refill(self, now: float) -> None:
        """Add the tokens of the time that has passed."""
        self.tokens = min(self.most, self.tokens + (now - self.at) / self.seconds)
        self.at = now

    def wait(self) -> float:
        """Return the seconds until there is a whole token."""
        return max(0.0, (1 - self.tokens) * self.seconds)

    @property
    def is_full(self) -> bool:
        """Tell whether nothing is missing."""
        return self.tokens >= self.most


@dataclass(frozen=True, slots=True)
class Turn:
    """Whether a password is looked at.

    Attributes:
        wait: the seconds until it may be; 0.0 where it is looked at now.
        is_first: the address hasn't been wrong lately.
    """

    wait: float
    is_first: bool


class Tries:
    """Counts a try before it is looked at, so that many at once are bounded too."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._in_all = Bucket(IN_ALL, IN_ALL_SECONDS, IN_ALL, clock())
        self._addresses: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, address: str) -> Turn:
        """Take a try, if the address has one left."""
        now, network = self._clock(), network_of(address)
        own = self._addresses.get(network) or Bucket(
            PER_ADDRESS, PER_ADDRESS_SECONDS, PER_ADDRESS, now
        )
        own.refill(now)
        self._in_all.refill(now)
        is_first = own.is_full
        wait = own.wait() if is_first else max(own.wait(), self._in_all.wait())
        if not wait:
            own.tokens -= 1
            self._in_all.tokens = max(0.0, self._in_all.tokens - 1)
            self._remember(network, own)
        return Turn(wait, is_first)

    def give_back(self, address: str) -> None:
        """Return a try whose password was right."""
        own = self._addresses.get(network_of(address))
        for bucket in (self._in_all, own):
            if bucket:
                bucket.tokens = min(bucket.most, bucket.tokens + 1)

    def _remember(self, network: str, bucket: Bucket) -> None:
        self._addresses[network] = bucket
        self._addresses.move_to_end(network)
        if len(self._addresses) > MOST_ADDRESSES:
            self._addresses.popitem(last=False)


def network_of(address: str) -> str:
    """Return what one party holds of an address: all of IPv4's, the first half of IPv6's."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{int(found) >> _NETWORK_BITS:x}::"
