"""Between a gate and the API: whatever can go wrong with a request, by a seeded die."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from scanner.facts import Fact
from scanner.platform.errors import (
    ApiFault,
    NotTheApi,
    ServerFault,
    Stranger,
    TicketingError,
    TooManyRequests,
    Unreachable,
)
from scanner.platform.resources import Admission, Page
from scanner.ticketing.resources import Event, Granted, Ticket, TokenGrant
from tests.simulation.server import Server

T = TypeVar("T")

TIMEOUT = 10.0
LATEST = 25.0


@dataclass
class Weather:
    """How bad it is: the chance of each mishap for a request; `up` is false in an outage."""

    up: bool = True
    request_lost: float = 0.0
    answer_lost: float = 0.0
    late: float = 0.0
    doubled: float = 0.0
    fault: float = 0.0
    portal: float = 0.0
    told_to_wait: float = 0.0


@dataclass
class Line:
    """One gate's way to the server; it has the calls of `scanner.ticketing.client.TickeTing`."""

    server: Server
    key: str
    rng: random.Random
    weather: Weather
    sender: str = ""
    under_way: list[asyncio.Task[None]] = field(default_factory=list)

    async def token_grant(self, code: str) -> TokenGrant:
        return await self._ask(lambda: self.server.token_grant(code))

    async def event(self, uri: str) -> Event:
        return await self._ask(self.server.event)

    async def tickets(
        self,
        event: str,
        *,
        page: int = 1,
        records: int = 500,
        modified_since: datetime | None = None,
    ) -> Page[Ticket]:
        return await self._ask(
            lambda: self.server.list_tickets(self.key, page, records, modified_since)
        )

    async def admissions(
        self,
        event: str,
        *,
        page: int = 1,
        records: int = 500,
        redeemer: str | None = None,
        device: str | None = None,
        ticket: str | None = None,
    ) -> Page[Admission]:
        return await self._ask(lambda: self.server.list_admissions(page, records, ticket))

    async def admit(
        self, event: str, *, redeemer: str, device: str, serials: Sequence[str]
    ) -> Granted:
        batch = list(serials)
        return await self._ask(
            lambda: self.server.admit(self.key, redeemer, device, batch, self.sender)
        )

    async def close(self) -> None:
        """There is nothing to close."""

    async def _ask(self, call: Callable[[], T]) -> T:
        await asyncio.sleep(self.rng.uniform(0.01, 0.4))
        if not self.weather.up:
            raise Unreachable(ApiFault.NOT_CONNECTED, host="api.example")
        if self._happens(self.weather.told_to_wait):
            raise TooManyRequests(status=429, retry_after=self.rng.uniform(0, 20))
        if self._happens(self.weather.request_lost):
            await self._silence()
        if self._happens(self.weather.late):
            self._later(call)
            await self._silence()
        if self._happens(self.weather.doubled):
            self._later(call)
        if self._happens(self.weather.fault):
            if self._happens(0.5):
                self._quietly(call)
            raise ServerFault(status=500)
        if self._happens(self.weather.portal):
            raise NotTheApi(ApiFault.NOT_THE_API, host="api.example", what=Fact(Stranger.REDIRECT))
        outcome = call()
        await asyncio.sleep(self.rng.uniform(0.01, 0.4))
        if self._happens(self.weather.answer_lost) or not self.weather.up:
            await self._silence()
        return outcome

    async def _silence(self) -> None:
        await asyncio.sleep(TIMEOUT if self._happens(0.5) else self.rng.uniform(0, TIMEOUT))
        raise Unreachable(ApiFault.TIMEOUT, host="api.example")

    def _later(self, call: Callable[[], Any]) -> None:
        """Let a request arrive long after it was sent, whatever became of its sender."""

        async def arrive(delay: float) -> None:
            await asyncio.sleep(delay)
            self._quietly(call)

        self.under_way.append(asyncio.create_task(arrive(self.rng.uniform(0, LATEST))))

    def _quietly(self, call: Callable[[], Any]) -> None:
        with contextlib.suppress(TicketingError):  # its answer reaches nobody
            call()

    def _happens(self, chance: float) -> bool:
        return self.rng.random() < chance
