"""Between a gate and a pretix: whatever can go wrong with a request, by a seeded die."""

import asyncio
import random
from dataclasses import dataclass, field

import httpx

from tests.simulation.network import LATEST, TIMEOUT, Weather
from tests.simulation.pretix.api import Api

URL = "http://pretix.example/"
_API = "/api/v1/"


@dataclass
class Wire(httpx.AsyncBaseTransport):
    """One gate's way to the server, in the place of httpx's own."""

    api: Api
    rng: random.Random
    weather: Weather
    under_way: list[asyncio.Task[None]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        await asyncio.sleep(self.rng.uniform(0.01, 0.4))
        if not self.weather.up:
            raise httpx.ConnectError("no network", request=request)
        if self._happens(self.weather.told_to_wait):
            wait = {"Retry-After": str(self.rng.randint(0, 20))}
            return httpx.Response(429, json={"detail": "Request was throttled."}, headers=wait)
        if self._happens(self.weather.request_lost):
            await self._silence(request)
        if self._happens(self.weather.late):
            self._later(request)
            await self._silence(request)
        if self._happens(self.weather.doubled):
            self._later(request)
        if self._happens(self.weather.fault):
            if self._happens(0.5):
                self._ask(request)
            return self._page(500)
        if self._happens(self.weather.portal):
            return self._page(self.rng.choice((200, 302, 401, 403, 404, 511)))
        answer = self._ask(request)
        await asyncio.sleep(self.rng.uniform(0.01, 0.4))
        if self._happens(self.weather.answer_lost) or not self.weather.up:
            await self._silence(request)
        return answer

    def _ask(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(_API)
        query = request.url.params
        found = self.api.answer(request.method, path, query, request.headers, request.content)
        return httpx.Response(found.status, json=found.body, headers=dict(found.headers))

    @staticmethod
    def _page(status: int) -> httpx.Response:
        """Answer as a proxy or a portal does."""
        return httpx.Response(status, html="<html><body>Welcome</body></html>")

    async def _silence(self, request: httpx.Request) -> None:
        await asyncio.sleep(TIMEOUT if self._happens(0.5) else self.rng.uniform(0, TIMEOUT))
        raise httpx.ReadTimeout("no answer", request=request)

    def _later(self, request: httpx.Request) -> None:
        """Let a request arrive long after it was sent, whatever became of its sender."""

        async def arrive(delay: float) -> None:
            await asyncio.sleep(delay)
            self._ask(request)

        self.under_way.append(asyncio.create_task(arrive(self.rng.uniform(0, LATEST))))

    def _happens(self, chance: float) -> bool:
        return self.rng.random() < chance
