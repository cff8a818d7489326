from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.faults.proxy import Mishap, Proxy
from tests.pretix_server.conftest import House
from tests.pretix_server.doors import Door, moment, until, verdict
from tests.pretix_server.filling import Sold
from tests.pretix_server.serving import Server

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()


def _listed(house: House) -> Counter[int]:
    """How often pretix has let each ticket in."""
    return Counter(each["position"] for each in house.evening.check_ins(successful="true"))


def test_a_gate_opens_by_what_pretix_shows_and_pulls_a_thousand_tickets(
    house: House, tmp_path: Path
) -> None:
    sold = house.evening.sell(house.floor, 1000)
    door = Door.opened(tmp_path / "north", house)
    assert door.status()["tickets"] == 1000
    door.gate.start()
    said = door.gate.show(sold[-1].secret)
    assert (said["verdict"], verdict(said)) == ("admitted", "valid")
    assert door.gate.end() == 0
    door.deliver()
    assert door.states() == {sold[-1].secret: "confirmed"}
    assert _listed(house) == {sold[-1].position: 1}


def test_each_refusal_has_its_own_reason(house: House, tmp_path: Path) -> None:
    evening, floor = house.evening, house.floor
    (unpaid,) = evening.order([floor], status="n")
    (pending,) = evening.order([floor], status="n", valid_if_pending=True)
    (unapproved,) = evening.order([floor], status="n", require_approval=True)
    (void,) = evening.order([floor])
    good, gone, former, blocked, lounge, early, late = evening.order(
        [
            *([floor] * 4),
            house.lounge,
            {"item": floor, "valid_from": TOMORROW},
            {"item": floor, "valid_until": YESTERDAY},
        ]
    )
    evening.check_in_list("No lounge", [floor, house.balcony])
    door = Door.opened(tmp_path / "north", house, doors="No lounge")
    evening.cancel_order(void.order)
    evening.cancel(gone)
    evening.block(blocked)
    anew = evening.reissue(former)
    door.sync()
    door.gate.start()
    due = {
        good: "valid",
        pending: "valid",
        unpaid: "unpaid",
        unapproved: "unapproved",
        void: "cancelled",
        gone: "cancelled",
        blocked: "blocked",
        former: "former_code",
        anew: "valid",
        lounge: "other_section",
        early: "not_yet_valid",
        late: "no_longer_valid",
    }
    said = {ticket: verdict(door.gate.show(ticket.secret)) for ticket in due}
    assert said == due
    assert verdict(door.gate.show("x" * 32)) == "not_on_list"
    refused = [each for each, reason in due.items() if reason != "valid"]
    until(lambda: len(house.evening.check_ins(successful="false")) >= len(refused))
    door.gate.end()
    door.deliver()
    assert _listed(house) == {each.position: 1 for each in (good, pending, anew)}
    failed = {each["position"]: each for each in house.evening.check_ins(successful="false")}
    # pretix knows no ticket of a former secret; the stranger's text would be a second of those.
    assert set(failed) == {each.position for each in refused if each != former} | {None}
    assert len(house.evening.check_ins(successful="false")) == len(refused)
    assert failed[blocked.position]["error_reason"] == "blocked"
    assert failed[void.position]["error_reason"] == "canceled"


def test_what_was_admitted_offline_is_delivered_with_the_time_of_the_door(
    house: House, server: Server, tmp_path: Path
) -> None:
    sold = house.evening.sell(house.floor, 20)
    with Proxy(server.port, 1, (Mishap.REFUSED,)) as proxy:
        door = Door.opened(tmp_path / "north", house, url=proxy.url)
        proxy.badness = 1.0
        door.gate.start()
        shown = {each.position: door.gate.show(each.secret) for each in sold}
        door.gate.end()
        assert set(door.states().values()) == {"queued"}
        assert house.evening.check_ins() == []
        proxy.badness = 0.0
        door.deliver()
    assert set(door.states().values()) == {"confirmed"}
    listed = house.evening.check_ins()
    assert {each["position"] for each in listed} == set(shown)
    assert {each["device_id"] for each in listed} == {door.number}
    for each in listed:
        assert moment(each["datetime"]) == moment(shown[each["position"]]["at"])


def test_two_gates_that_admitted_a_ticket_offline_have_one_conflict_told_at_both(
    house: House, server: Server, tmp_path: Path
) -> None:
    (sold,) = house.evening.order([house.floor])
    with Proxy(server.port, 1, (Mishap.REFUSED,)) as proxy:
        doors = [Door.opened(tmp_path / name, house, url=proxy.url) for name in ("north", "south")]
        proxy.badness = 1.0
        for door in doors:
            door.gate.start()
            assert door.gate.show(sold.secret)["verdict"] == "admitted"
            door.gate.end()
        proxy.badness = 0.0
        first, second = doors
        first.deliver()
        second.deliver()
        first.sync()
        assert first.states() == {sold.secret: "confirmed"}
        assert second.states() == {sold.secret: "conflict"}
        told = [each["code"] for each in first.status()["differences"]]
        assert told == ["books.admitted_twice"]
    assert _listed(house) == {sold.position: 1}


@pytest.mark.parametrize("seed", [1, 2])
def test_lost_answers_double_no_admission_and_lose_none(
    seed: int, house: House, server: Server, tmp_path: Path
) -> None:
    sold = house.evening.sell(house.floor, 60)
    with Proxy(server.port, seed, (Mishap.ANSWER_LOST, Mishap.HALF_BODY)) as proxy:
        door = Door.opened(tmp_path / "north", house, url=proxy.url)
        proxy.badness = 0.2
        door.gate.start()
        for each in sold:
            assert door.gate.show(each.secret)["verdict"] == "admitted"
        door.gate.end()
        door.deliver()
        assert Mishap.ANSWER_LOST in proxy.seen
    assert door.states() == {each.secret: "confirmed" for each in sold}
    assert _listed(house) == {each.position: 1 for each in sold}


def _cancel_order(house: House, sold: Sold) -> None:
    house.evening.cancel_order(sold.order)


def _cancel(house: House, sold: Sold) -> None:
    house.evening.cancel(sold)


def _block(house: House, sold: Sold) -> None:
    house.evening.block(sold)


def _reissue(house: House, sold: Sold) -> None:
    house.evening.reissue(sold)


@pytest.mark.parametrize("change", [_cancel_order, _cancel, _block, _reissue])
def test_an_admission_whose_answer_was_lost_stands_whatever_became_of_the_ticket(
    change: Callable[[House, Sold], None], house: House, server: Server, tmp_path: Path
) -> None:
    sold, _ = house.evening.order([house.floor] * 2)
    with Proxy(server.port, 1, (Mishap.ANSWER_LOST,), only=b"/redeem/") as proxy:
        door = Door.opened(tmp_path / "north", house, url=proxy.url)
        proxy.badness = 1.0
        door.gate.start()
        assert door.gate.show(sold.secret)["verdict"] == "admitted"
        until(lambda: _listed(house) == {sold.position: 1})
        door.gate.end()
        change(house, sold)
        proxy.badness = 0.0
        door.deliver()
    assert door.states() == {sold.secret: "confirmed"}
    assert _listed(house) == {sold.position: 1}


def test_exits_and_entries_after_them_reach_pretix_in_their_order(
    house: House, tmp_path: Path
) -> None:
    (sold,) = house.evening.order([house.floor])
    door = Door.opened(tmp_path / "north", house)
    door.gate.start()
    said = [
        door.gate.show(sold.secret),
        door.leave(sold.secret),
        door.gate.show(sold.secret),
    ]
    door.gate.end()
    assert [verdict(each) for each in said] == ["valid", "exited", "back_after_exit"]
    door.deliver()
    listed = house.evening.check_ins(ordering="datetime")
    assert [each["type"] for each in listed] == ["entry", "exit", "entry"]
    assert [moment(each["datetime"]) for each in listed] == [moment(each["at"]) for each in said]


def test_where_nobody_may_come_back_the_exit_ends_the_ticket(house: House, tmp_path: Path) -> None:
    (sold,) = house.evening.order([house.floor])
    house.evening.check_in_list("Once", allow_entry_after_exit=False)
    door = Door.opened(tmp_path / "north", house, doors="Once")
    door.gate.start()
    door.gate.show(sold.secret)
    door.leave(sold.secret)
    assert verdict(door.gate.show(sold.secret)) == "admitted_here"
    door.gate.end()
    door.deliver()
    listed = house.evening.check_ins(ordering="datetime", successful="true")
    assert [each["type"] for each in listed] == ["entry", "exit"]


def test_what_the_organiser_changes_in_mid_evening_counts_at_the_next_patron(
    house: House, tmp_path: Path
) -> None:
    evening = house.evening
    (void,) = evening.order([house.floor])
    blocked, former, good = evening.order([house.floor] * 3)
    door = Door.opened(tmp_path / "north", house)
    door.gate.start()
    assert verdict(door.gate.show(good.secret)) == "valid"
    evening.cancel_order(void.order)
    evening.block(blocked)
    anew = evening.reissue(former)
    door.wait_for_news()
    said = [verdict(door.gate.show(each.secret)) for each in (void, blocked, former, anew)]
    assert said == ["cancelled", "blocked", "former_code", "valid"]
    door.gate.end()


def test_a_revoked_device_closes_its_gate_in_words_and_keeps_its_queue(
    house: House, tmp_path: Path
) -> None:
    good, late = house.evening.order([house.floor] * 2)
    door = Door.opened(tmp_path / "north", house)
    door.gate.start()
    assert verdict(door.gate.show(good.secret)) == "valid"
    until(lambda: door.states() == {good.secret: "confirmed"})
    house.evening.organiser.revoke(door.made)
    until(lambda: door.gate.show("nothing")["verdict"] == "gate_closed")
    assert door.gate.show(late.secret)["verdict"] == "gate_closed"
    door.gate.end()
    assert "Closed" in door.program.says("status")
    assert door.states() == {good.secret: "confirmed"}


def test_signed_secrets_and_those_of_the_organisers_own_making_are_tickets(
    house: House, tmp_path: Path
) -> None:
    evening = house.evening
    (own,) = evening.order([house.floor])
    text = "Ümläut +/=?&%20 Ticket#1"
    evening.change(own, secret=text)
    evening.sign_secrets()
    signed = evening.order([house.floor] * 8)
    former = signed[-1]
    evening.reissue(former)
    door = Door.opened(tmp_path / "north", house)
    door.gate.start()
    said = [verdict(door.gate.show(each.secret)) for each in signed]
    assert said == ["valid"] * 7 + ["revoked"]
    assert verdict(door.gate.show(text)) == "valid"
    door.gate.end()
    door.deliver()
    assert _listed(house) == {each.position: 1 for each in (*signed[:-1], own)}
