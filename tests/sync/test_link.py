import asyncio
from datetime import timedelta

import pytest

from scanner.errors import ScannerError
from scanner.facts import Fact
from scanner.platform.errors import (
    ApiError,
    ApiFault,
    Forbidden,
    NotFound,
    NotTheApi,
    ServerFault,
    Stranger,
    TooManyRequests,
    Unauthenticated,
    Unreachable,
)
from scanner.sync.errors import TokenDead
from scanner.sync.link import Link, LinkState, link_after
from scanner.sync.retry import repeat
from tests.simulation.virtual_time import run_virtually

PORTAL = NotTheApi(ApiFault.NOT_THE_API, host="api.example", what=Fact(Stranger.REDIRECT))


@pytest.mark.parametrize(
    "refusal",
    [Unauthenticated(status=401), Forbidden(status=403), NotFound(status=404), PORTAL, TokenDead()],
)
def test_what_refuses_this_gates_requests_holds_the_queue_and_is_named(
    refusal: ScannerError,
) -> None:
    assert link_after(refusal, Link()) == Link(LinkState.HELD, refusal.fact)


@pytest.mark.parametrize(
    "failure", [Unreachable(ApiFault.TIMEOUT, host="api.example"), ServerFault(status=503)]
)
def test_where_nobody_takes_requests_the_gate_is_offline(failure: ScannerError) -> None:
    assert link_after(failure, Link()).state is LinkState.OFFLINE


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (ServerFault(status=503, retry_after=40.0), 40, 40),
        (TooManyRequests(status=429, retry_after=7.0), 7, 7),
        (ServerFault(status=503, retry_after=86_400.0), 600, 600),
        (ServerFault(status=503), 0, 1),
    ],
)
def test_the_next_try_comes_when_the_api_says_but_in_the_same_evening(
    error: ApiError, least: float, most: float
) -> None:
    tries: list[float] = []

    async def work() -> None:
        tries.append(asyncio.get_running_loop().time())
        if len(tries) == 1:
            raise error
        raise asyncio.CancelledError

    async def play() -> None:
        await repeat(work, timedelta(seconds=15), asyncio.Event(), lambda _: None)

    with pytest.raises(asyncio.CancelledError):
        run_virtually(play())
    assert least <= tries[1] - tries[0] <= most
