"""The program's own client against a real pretix."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from scanner.admission.door import DoorRules, Unjudged
from scanner.admission.ticket import EarlierAdmission, TicketStatus
from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.platform.access import Request
from scanner.platform.delivery import Inquiry, SettleReason
from scanner.platform.errors import BadRequest, NoSuchPage, NoSuchToken, Restricted, Revoked
from scanner.platform.paged_list import PageSize
from scanner.platform.resources import Admission, Order
from scanner.platform.server_time import ServerTime
from scanner.pretix.errors import KeyRefused, PretixRefusal
from scanner.pretix.platform import PretixPlatform
from scanner.pretix.provider import PretixProvider
from scanner.pretix.resources import Device, ListPath
from scanner.pretix.setup import gate_credentials, initialize, read_new_device
from scanner.store import ledger
from scanner.store.journal import nonce_of
from scanner.store.ledger import State, Waiting
from scanner.store.passages import Passage
from scanner.store.refused_scans import RefusedScan
from scanner.store.tickets import TicketRow
from tests.pretix_server.conftest import House
from tests.pretix_server.filling import MadeDevice, Sold

AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)
_NUMBERS = count(1)


@dataclasses.dataclass
class Gate:
    """A gate of the house: its platform, the device that it is, and its name as it is sent."""

    platform: PretixPlatform
    made: MadeDevice
    device: Device
    name: str
    path: ListPath

    def waiting(
        self, sold: Sold | str, at: datetime = AN_HOUR_AGO, *, override: bool = False
    ) -> Waiting:
        secret = sold if isinstance(sold, str) else sold.secret
        nonce = nonce_of(1, at.isoformat(), self.path.uri, self.name, secret)
        return Waiting(secret, self.path.uri, "Lee", self.name, 0, at, nonce, override)

    async def enter(
        self, sold: Sold, at: datetime = AN_HOUR_AGO, *, override: bool = False
    ) -> tuple[State, Fact | None, EarlierAdmission | None]:
        reply = await self.platform.deliver([self.waiting(sold, at, override=override)])
        if reply.granted:
            return State.CONFIRMED, None, None
        ((_, found),) = reply.settled
        return found.state, found.reason, found.other

    def passage(self, sold: Sold, kind: Kind, at: datetime, *, override: bool = False) -> Passage:
        row = next(_NUMBERS)
        nonce = nonce_of(row, at.isoformat(), self.path.uri, self.name, sold.secret)
        return Passage(
            row,
            sold.secret,
            kind,
            self.path.uri,
            "",
            "Lee",
            self.name,
            at,
            nonce,
            override,
            Fact(Reason.EXITED),
            State.SENDING,
            1,
            0,
            None,
        )

    async def rows(self, **query: datetime) -> dict[str, TicketRow]:
        return {each.serial: each for order in await self.orders(**query) for each in order.tickets}

    async def orders(self, **query: datetime) -> list[Order]:
        page = await self.platform.tickets(**query)  # type: ignore[arg-type]
        assert (page.faults, page.gaps) == ((), ())
        return [each for each in page.entries if isinstance(each, Order)]

    async def admissions(self, sold: Sold) -> list[Admission]:
        page = await self.platform.admissions(serial=sold.secret)
        return [*page.beside, *page.entries]


Gates = Callable[..., Awaitable[Gate]]


@pytest.fixture
async def gates(house: House) -> AsyncIterator[Gates]:
    """Opens gates, each with a device of its own."""
    async with AsyncExitStack() as stack:

        async def open_gate(place: int | None = None, **fields: object) -> Gate:
            number = next(_NUMBERS)
            made = house.evening.organiser.device(f"gate {number}", **fields)  # type: ignore[arg-type]
            new = read_new_device(made.handshake)
            assert new
            device = await initialize(new)
            path = ListPath(device.organizer, house.evening.slug, place or house.everybody)
            name = f"7k{number % 10}q gate {number}"
            provider = PretixProvider()
            request = Request(device.url, "", "Lee", name, device.key, event=path.at(device.url))
            held, scope = await provider.authenticate(request)
            assert held == gate_credentials(device, path)
            assert scope.event == path.at(device.url)
            platform = provider.connect(held, name)
            stack.push_async_callback(platform.close)
            return Gate(platform, made, device, name, path)

        yield open_gate


async def test_the_scope_is_what_the_list_admits(house: House, gates: Gates) -> None:
    some = house.evening.check_in_list("Floor", [house.floor], rules={"and": []})
    house.evening.change_list(some, rules={"inList": [{"var": "product"}, {"objectList": []}]})
    gate = await gates(some)
    scope = await gate.platform.scope()
    assert scope.title == "Evening, Floor"
    assert [each.name for each in scope.sections] == ["Floor", "Balcony", "Lounge"]
    assert scope.permitted == {gate.path.section_uri(house.floor)}
    assert scope.door == DoorRules(entry_after_exit=True, custom_rules=True)
    assert await gate.platform.scope() == scope  # of products and questions only what changed
    house.evening.item("Bar")
    await asyncio.sleep(0)
    assert len((await gate.platform.scope()).sections) == 4


async def test_each_state_of_a_ticket_is_its_status(house: House, gates: Gates) -> None:
    gate, evening = await gates(), house.evening
    issued, cancelled, blocked = evening.order([house.floor] * 3)
    (off,) = evening.order([house.floor])
    (unpaid,) = evening.order([house.floor], status="n")
    fields = {"item": house.floor, "valid_from": "2027-01-01T00:00:00Z", "valid_until": None}
    (later,) = evening.order([fields], checkin_attention=True, checkin_text="Show ID")
    evening.cancel(cancelled)
    evening.block(blocked)
    evening.cancel_order(off.order)
    rows = await gate.rows()
    statuses = [rows[each.secret].status for each in (issued, cancelled, blocked, off, unpaid)]
    assert statuses == [
        TicketStatus.ISSUED,
        TicketStatus.CANCELLED,
        TicketStatus.BLOCKED,
        TicketStatus.CANCELLED,
        TicketStatus.UNPAID,
    ]
    detail = rows[later.secret].detail
    assert detail
    assert detail.valid_from == datetime(2027, 1, 1, tzinfo=UTC)
    assert (detail.attention, detail.notice) == (True, "Show ID")
    assert (detail.key, detail.party) == (str(later.position), later.order)
    assert rows[issued.secret].name == "Wilhelmina Linde"
    assert rows[issued.secret].section_name == "Floor"
    for each in (issued, cancelled, blocked, off, unpaid, later):
        verdict = await gate.platform.would_refuse(each.secret, datetime.now(UTC))
        row = rows[each.secret]
        assert (verdict is None) == (row.status is TicketStatus.ISSUED and each is not later)


async def test_a_question_without_an_answer_is_left_to_pretix(house: House, gates: Gates) -> None:
    house.evening.question("Age?", [house.floor])
    gate = await gates()
    asked, other = house.evening.order([house.floor, house.balcony])
    rows = await gate.rows()
    details = rows[asked.secret].detail, rows[other.secret].detail
    assert [each and each.unjudged for each in details] == [{Unjudged.QUESTIONS}, frozenset()]
    assert (await gate.enter(asked))[0] is State.CONFIRMED


async def test_changes_come_since_the_last_page_was_made(house: House, gates: Gates) -> None:
    gate = await gates()
    (before,) = house.evening.order([house.floor])
    watermark = (await gate.platform.tickets()).server_time
    assert watermark
    assert watermark.microsecond
    assert await gate.rows(modified_since=watermark) == {}
    made_anew = house.evening.reissue(before)
    rows = await gate.rows(modified_since=watermark)
    assert list(rows) == [made_anew.secret]
    with pytest.raises(NoSuchPage):
        await gate.platform.tickets(page=2)


async def test_a_revoked_code_is_known_as_one(house: House, gates: Gates) -> None:
    house.evening.sign_secrets()
    (sold,) = house.evening.order([house.floor])
    made_anew = house.evening.reissue(sold)
    gate = await gates()
    rows = await gate.rows()
    assert rows[sold.secret].status is TicketStatus.REVOKED
    assert rows[made_anew.secret].status is TicketStatus.ISSUED
    state, reason, _ = await gate.enter(sold)
    assert state is State.REFUSED
    assert reason
    assert reason.code == PretixRefusal.REVOKED


async def test_an_admission_is_told_once_however_often_it_is_sent(
    house: House, gates: Gates
) -> None:
    gate = await gates()
    (sold,) = house.evening.order([house.floor])
    assert [(await gate.enter(sold))[0] for _ in range(3)] == [State.CONFIRMED] * 3
    (found,) = await gate.admissions(sold)
    assert (found.device, found.redeemer, found.admitted) == (gate.name, None, AN_HOUR_AGO)
    assert found.section == gate.path.section_uri(house.floor)
    assert [each.admissions for each in await gate.orders()] == [(found,)]


async def test_a_look_up_tells_it_again(house: House, gates: Gates) -> None:
    gate = await gates()
    (sold,) = house.evening.order([house.floor])
    for _ in range(2):
        sent = ledger.Admission(
            sold.secret, 1, gate.path.uri, "", "Lee", gate.name, AN_HOUR_AGO, State.SENDING,
            1, AN_HOUR_AGO, False, None, 0, None,
        )  # fmt: skip
        nothing = Inquiry(Fact("text"), False, PageSize(), ServerTime(lambda: datetime.now(UTC)))
        assert (await gate.platform.look_up(sent, nothing)).state is State.CONFIRMED
    assert len(house.evening.check_ins(successful="true")) == 1


async def test_the_second_gate_is_told_who_was_first_and_the_first_of_the_second(
    house: House, gates: Gates
) -> None:
    first, second = await gates(), await gates()
    (sold,) = house.evening.order([house.floor])
    await first.enter(sold)
    later = AN_HOUR_AGO + timedelta(minutes=5)
    for _ in range(2):
        state, reason, other = await second.enter(sold, later)
        assert state is State.CONFLICT
        assert other == EarlierAdmission(AN_HOUR_AGO, None, f"#{first.device.number}")
        assert reason
        assert reason.code == SettleReason.ADMITTED_BEFORE
    noted, own = await first.admissions(sold)
    assert (noted.device, noted.admitted) == (second.name, later)
    assert (own.device, own.admitted) == (first.name, AN_HOUR_AGO)
    ((again, _),) = [each.admissions for each in await first.orders()]
    assert again == noted
    (alone,) = await second.admissions(sold)
    assert alone.device == f"#{first.device.number}"


async def test_what_was_cancelled_after_the_entry_stays_admitted(
    house: House, gates: Gates
) -> None:
    gate, evening = await gates(), house.evening
    (by_order,) = evening.order([house.floor])
    alone, _, never = evening.order([house.floor] * 3)
    for each in (by_order, alone):
        await gate.enter(each)
    evening.cancel_order(by_order.order)
    evening.cancel(alone)
    evening.cancel(never)
    states = [(await gate.enter(each))[:2] for each in (by_order, alone, never)]
    assert [state for state, _ in states] == [State.CONFIRMED, State.CONFIRMED, State.REFUSED]
    refused = states[2][1]
    assert refused
    assert refused.code == PretixRefusal.UNKNOWN


async def test_a_supervisors_word_goes_with_force(house: House, gates: Gates) -> None:
    gate = await gates()
    (sold,) = house.evening.order([house.floor])
    house.evening.block(sold)
    assert (await gate.enter(sold))[0] is State.REFUSED
    later = AN_HOUR_AGO + timedelta(minutes=1)
    assert (await gate.enter(sold, later, override=True))[0] is State.CONFIRMED


async def test_unpaid_tickets_enter_where_the_list_has_them(house: House, gates: Gates) -> None:
    pending = house.evening.check_in_list("Pending", include_pending=True)
    strict, lenient = await gates(), await gates(pending)
    (sold,) = house.evening.order([house.floor], status="n")
    assert (await lenient.rows())[sold.secret].status is TicketStatus.ISSUED
    assert (await strict.enter(sold))[0] is State.REFUSED
    assert (await lenient.enter(sold))[0] is State.CONFIRMED


async def test_exits_and_further_entries_are_told(house: House, gates: Gates) -> None:
    here, there = await gates(), await gates()
    (sold,) = house.evening.order([house.floor])
    out, back = AN_HOUR_AGO + timedelta(minutes=5), AN_HOUR_AGO + timedelta(minutes=9)
    await here.enter(sold)
    leaving = here.passage(sold, Kind.EXITED, out)
    for _ in range(2):
        assert (await here.platform.deliver_passage(leaving)).state is State.CONFIRMED
    (left,) = await here.admissions(sold)
    assert (left.left, left.left_by, left.admitted) == (out, here.name, AN_HOUR_AGO)
    again = there.passage(sold, Kind.REENTRY, back)
    assert (await there.platform.deliver_passage(again)).state is State.CONFIRMED
    further, own = await here.admissions(sold)
    assert (further.further, further.admitted) == (True, back)
    assert (own.left, own.device, own.admitted) == (None, here.name, AN_HOUR_AGO)
    once_more = here.passage(sold, Kind.REENTRY, back + timedelta(minutes=1))
    refused = await here.platform.deliver_passage(once_more)
    assert refused.state is State.REFUSED
    assert refused.reason
    assert refused.reason.code == SettleReason.ADMITTED_BEFORE
    house.evening.block(sold)
    blocked = here.passage(sold, Kind.EXITED, back + timedelta(minutes=2))
    refused = await here.platform.deliver_passage(blocked)
    assert refused.reason
    assert refused.reason.code == PretixRefusal.BLOCKED
    assert (await there.platform.deliver_passage(again)).state is State.CONFIRMED


async def test_refused_scans_reach_the_organiser(house: House, gates: Gates) -> None:
    gate = await gates()
    (sold,) = house.evening.order([house.floor])
    for number, reason in enumerate(Reason):
        scan = RefusedScan(
            number, sold.secret, AN_HOUR_AGO, Fact(reason), leaving=False, nonce=f"{number:032x}"
        )
        for _ in range(2):
            await gate.platform.report_refused(scan)
    told = house.evening.check_ins(successful="false")
    assert len(told) == len(Reason)
    assert {each["position"] for each in told} == {sold.position}


async def test_asking_records_nothing(house: House, gates: Gates) -> None:
    gate = await gates()
    (sold,) = house.evening.order([house.floor])
    now = datetime.now(UTC)
    assert await gate.platform.would_refuse(sold.secret, now) is None
    unknown = await gate.platform.would_refuse("nothing", now)
    assert unknown
    assert unknown.code == PretixRefusal.UNKNOWN
    assert house.evening.check_ins() == []


async def test_what_ends_the_access_is_told_from_what_is_wrong_with_a_ticket(
    house: House, gates: Gates
) -> None:
    extra = house.evening.check_in_list("Extra")
    gate = await gates(extra)
    (sold,) = house.evening.order([house.floor])
    house.evening.organiser.api.delete(f"events/{house.evening.slug}/checkinlists/{extra}/")
    with pytest.raises(BadRequest):
        await gate.enter(sold)
    with pytest.raises(NoSuchToken):
        await gate.platform.scope()
    with pytest.raises(NoSuchToken):
        await gate.platform.admissions()
    gone = await gates()
    house.evening.organiser.revoke(gone.made)
    with pytest.raises(Revoked):
        await gone.enter(sold)
    with pytest.raises(Revoked):
        await gone.platform.scope()
    request = Request(
        gone.device.url, "", "Lee", "x", gone.device.key, event=gone.path.at(gone.device.url)
    )
    with pytest.raises(KeyRefused):
        await PretixProvider().authenticate(request)


async def test_a_device_that_may_not_read_orders_is_told(gates: Gates) -> None:
    gate = await gates(profile="pretixscan_online_noorders")
    with pytest.raises(Restricted):
        await gate.platform.tickets()
