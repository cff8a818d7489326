"""The pretix of the simulated evenings says what the real one says, whatever is asked of it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.pretix_server.conftest import House
from tests.pretix_server.raw_device import RawDevice
from tests.pretix_server.sides import (
    ONCE,
    ORDERS,
    SOME,
    Body,
    Real,
    Said,
    Side,
    Simulated,
    failed,
    listed,
    noted,
    pulled,
    redeemed,
)

STEPS = 150
PULL_EVERY = 15
DEVICES = 2
TICKETS = 3 * len(ORDERS)
CHANGES = ("cancel_order", "cancel", "block", "reissue")

Step = Callable[[Side], Said | None]


class Steps:
    """What happens, by a seeded die; each step is done to both servers."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.nonces = [f"nonce {number}" for number in range(40)]
        self.cancelled = set[int]()

    def next(self) -> tuple[str, Step]:
        """Return a step, with its description."""
        kind = self.rng.choices(
            (self._redeem, self._list, self._fail, self._note, self._change), (12, 2, 1, 1, 2)
        )[0]
        return kind()

    def _redeem(self) -> tuple[str, Step]:
        device, ticket, at = self._who()
        fields: Body = {
            "nonce": self.rng.choice(self.nonces),
            "datetime": self._time(),
            "type": self.rng.choice(("entry", "entry", "entry", "exit")),
            "force": self.rng.random() < 0.1,
            "simulate": self.rng.random() < 0.1,
            "former": self.rng.random() < 0.1,
        }
        described = f"device {device} redeems ticket {ticket} at {at}: {fields}"
        return described, lambda side: redeemed(side, device, ticket, at, fields)

    def _list(self) -> tuple[str, Step]:
        device, _, at = self._who()
        ordering = self.rng.choice(("last_checked_in", "-last_checked_in"))
        query = {"has_checkin": "true", "ignore_status": "true", "ordering": ordering}
        return f"list {at} by {ordering}", lambda side: listed(side, device, at, query)

    def _fail(self) -> tuple[str, Step]:
        device, ticket, at = self._who()
        fields = {"nonce": self.rng.choice(self.nonces), "error_reason": "blocked"}
        return f"refused: {ticket}", lambda side: failed(side, device, ticket, at, fields)

    def _note(self) -> tuple[str, Step]:
        device, ticket, _ = self._who()
        note: Body = {"source": "scanner", "type": "other", "successful": False}
        fields = note | {"datetime": self._time(), "info": {"admitted": self._time()}}
        return f"noted at {ticket}", lambda side: noted(side, device, ticket, fields)

    def _change(self) -> tuple[str, Step]:
        ticket, change = self.rng.randrange(TICKETS), self.rng.choice(CHANGES)
        order = ticket // 3
        if order in self.cancelled or (change == "cancel_order" and self.rng.random() < 0.5):
            return self._redeem()  # a cancelled order takes no change, and not all shall be
        if change in ("cancel", "cancel_order"):
            self.cancelled.add(order)

        def apply(side: Side) -> None:
            getattr(side, change)(ticket)

        return f"{change} of {ticket}", apply

    def _who(self) -> tuple[int, int, int]:
        rng = self.rng
        return rng.randrange(DEVICES), rng.randrange(TICKETS), rng.choice((SOME, ONCE))

    def _time(self) -> str:
        ago = timedelta(seconds=self.rng.randrange(3600), microseconds=self.rng.randrange(10**6))
        return (datetime.now(UTC) - ago).isoformat()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_simulated_pretix_answers_as_the_real_one(
    seed: int, house: House, device: Callable[[], RawDevice]
) -> None:
    real, simulated = Real(house, [device() for _ in range(DEVICES)]), Simulated(DEVICES)
    steps, done = Steps(seed), list[str]()
    for number in range(STEPS):
        described, step = steps.next()
        done.append(described)
        assert step(simulated) == step(real), "\n".join(done)
        if number % PULL_EVERY == 0:
            for query in ({}, {"include_canceled_positions": "true"}):
                assert pulled(simulated, 0, query) == pulled(real, 0, query), "\n".join(done)
