import asyncio
from dataclasses import dataclass, field

import pytest

from scanner.sync.send_queue import SendQueue

AT_ONCE, AHEAD = 2, 3


@dataclass
class Desk:
    """Marks numbers, sends them until one fails, and notes what came of each."""

    queue: list[int]
    fails: int | None = None
    sent: list[int] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0
    most_marked: int = 0
    hold: asyncio.Event | None = None
    full: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, number: int) -> int:
        self.sent.append(number)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        if self.under_way == AT_ONCE:
            self.full.set()
        try:
            await (self.hold.wait() if self.hold else asyncio.sleep(0))
            if number == self.fails:
                raise ConnectionError
        finally:
            self.under_way -= 1
        return number

    async def record(self, answers: list[int], most: int) -> list[int]:
        await asyncio.sleep(0)
        self.noted += answers
        marked, self.queue = self.queue[:most], self.queue[most:]
        self.most_marked = max(self.most_marked, len(marked))
        return marked

    def delivery(self) -> SendQueue[int, int]:
        return SendQueue(self.post, self.record, AT_ONCE, AHEAD)


def always() -> bool:
    return True


async def test_all_is_sent_in_order_and_noted_a_few_at_a_time() -> None:
    desk = Desk(list(range(20)))
    delivery = desk.delivery()
    await delivery.run(always)
    assert desk.sent == list(range(20))
    assert sorted(desk.noted) == list(range(20))
    assert (desk.most_under_way, desk.most_marked) == (AT_ONCE, AHEAD)
    assert (delivery.prepared, delivery.answers) == ([], [])


async def test_what_a_request_put_back_is_sent_again_in_the_same_run() -> None:
    desk = Desk([1])

    async def put_back_once(number: int) -> int:
        if not desk.sent:
            desk.queue.append(number)
        return await desk.post(number)

    await SendQueue(put_back_once, desk.record, AT_ONCE, AHEAD).run(always)
    assert desk.sent == [1, 1]


async def test_after_a_failure_all_are_either_noted_or_sent_in_vain_or_left_to_be_put_back() -> (
    None
):
    desk = Desk(list(range(20)), fails=7)
    delivery = desk.delivery()
    with pytest.raises(ConnectionError):
        await delivery.run(always)
    assert desk.under_way == 0
    assert sorted([*desk.noted, *delivery.answers, 7]) == desk.sent
    assert sorted([*desk.sent, *delivery.prepared, *desk.queue]) == list(range(20))
    assert delivery.prepared


async def test_nothing_more_is_sent_when_it_is_not_to_go_on() -> None:
    desk = Desk(list(range(20)))
    delivery = desk.delivery()
    await delivery.run(lambda: len(desk.sent) < 5)
    assert len(desk.sent) < 5 + AT_ONCE
    assert sorted(desk.noted) == desk.sent
    assert sorted([*desk.sent, *delivery.prepared, *desk.queue]) == list(range(20))


async def test_when_it_is_cancelled_nothing_stays_under_way() -> None:
    desk = Desk(list(range(20)), hold=asyncio.Event())
    delivery = desk.delivery()
    running = asyncio.create_task(delivery.run(always))
    await desk.full.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert desk.under_way == 0
    assert sorted([*desk.sent, *delivery.prepared, *desk.queue]) == list(range(20))
