import pytest

from scanner.admission.verdict import Kind, Reason
from scanner.facts import Fact
from scanner.platform.delivery import Outcome, SettleReason
from scanner.platform.errors import BadRequest
from scanner.pretix.errors import PretixRefusal
from scanner.store.ledger import State
from scanner.store.passages import Passage
from scanner.store.refused_scans import RefusedScan
from tests.pretix.evening import (
    BASE,
    EIGHT,
    GRANTED,
    LATER,
    NAME,
    NONCE,
    OTHER,
    PATH,
    PRINTLOG,
    REDEEM,
    SECRET,
    UNKNOWN,
    WRITTEN,
    check_in,
    gate,
    refused,
    serve,
)
from tests.pretix.stand_in import StandIn, Told


def passage(kind: Kind, *, override: bool = False) -> Passage:
    return Passage(
        6,
        SECRET,
        kind,
        PATH.uri,
        "",
        "Lee",
        NAME,
        EIGHT,
        NONCE,
        override,
        Fact(Reason.EXITED),
        State.SENDING,
        1,
        0,
        None,
    )


@pytest.mark.parametrize(
    ("kind", "override", "direction"),
    [
        (Kind.EXITED, False, "exit"),
        (Kind.REENTRY, False, "entry"),
        (Kind.REENTRY, True, "entry"),
    ],
)
async def test_a_passage_is_told_with_its_direction(
    pretix: StandIn, kind: Kind, override: bool, direction: str
) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = GRANTED
    async with gate(pretix) as platform:
        found = await platform.deliver_passage(passage(kind, override=override))
    assert found == Outcome(State.CONFIRMED)
    body = pretix.asked[0].body
    assert (body["type"], body["force"]) == (direction, override)
    assert (body["nonce"], body["datetime"]) == (NONCE, WRITTEN)


async def test_a_passage_is_refused_unless_pretix_has_it(pretix: StandIn) -> None:
    serve(pretix)
    out = check_in(4, "2026-05-01T20:00:00.123456Z", type="exit")
    async with gate(pretix) as platform:
        pretix.routes[REDEEM] = refused("canceled", out)
        found = await platform.deliver_passage(passage(Kind.EXITED))
        assert found == Outcome(State.CONFIRMED)
        found = await platform.deliver_passage(passage(Kind.REENTRY))
        assert found == Outcome(State.REFUSED, Fact(PretixRefusal.CANCELED))
        pretix.routes[REDEEM] = refused("already_redeemed", check_in(4, LATER, OTHER))
        found = await platform.deliver_passage(passage(Kind.REENTRY))
        assert (found.state, found.reason and found.reason.code) == (
            State.REFUSED,
            SettleReason.ADMITTED_BEFORE,
        )
        pretix.routes[REDEEM] = Told(400, {"lists": ["No."]})
        with pytest.raises(BadRequest):
            await platform.deliver_passage(passage(Kind.REENTRY))
    assert PRINTLOG not in [each.path for each in pretix.asked]


async def test_asking_what_pretix_would_say_records_nothing(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = GRANTED
    async with gate(pretix) as platform:
        assert await platform.would_refuse(SECRET, EIGHT) is None
        pretix.routes[REDEEM] = refused("rules")
        assert await platform.would_refuse(SECRET, EIGHT) == Fact(PretixRefusal.RULES)
        pretix.routes[REDEEM] = UNKNOWN
        assert await platform.would_refuse(SECRET, EIGHT) == Fact(PretixRefusal.UNKNOWN)
    assert all(each.body["simulate"] is True for each in pretix.asked)
    assert not any("nonce" in each.body for each in pretix.asked)


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        (Reason.ADMITTED_HERE, "already_redeemed"),
        (Reason.OTHER_SECTION, "product"),
        (Reason.NO_LONGER_VALID, "invalid_time"),
        (Reason.REFUSED_BY_API, "error"),
    ],
)
async def test_a_refused_scan_is_told_in_pretix_own_words(
    pretix: StandIn, reason: Reason, word: str
) -> None:
    serve(pretix)
    path = f"{BASE}/checkinlists/3/failed_checkins/"
    pretix.routes[f"POST {path}"] = Told(201, {})
    scan = RefusedScan(6, SECRET, EIGHT, Fact(str(reason)), leaving=True, nonce=NONCE)
    async with gate(pretix) as platform:
        await platform.report_refused(scan)
    (asked,) = pretix.asked
    assert asked.body == {
        "raw_barcode": SECRET,
        "error_reason": word,
        "nonce": NONCE,
        "datetime": WRITTEN,
        "type": "exit",
    }


async def test_a_supervisors_note_goes_with_force_whatever_the_verdict(pretix: StandIn) -> None:
    serve(pretix)
    pretix.routes[REDEEM] = GRANTED
    noted = passage(Kind.REENTRY)._replace(verdict=Fact(Reason.OTHER_DOOR, {"note": "lost"}))
    async with gate(pretix) as platform:
        await platform.deliver_passage(noted)
    assert pretix.asked[0].body["force"] is True


@pytest.mark.parametrize("reason", [Reason.OTHER_DOOR, Reason.BACK_AFTER_EXIT])
async def test_a_first_entry_at_a_further_list_that_comes_too_late_is_told_to_who_was_first(
    pretix: StandIn, reason: Reason
) -> None:
    serve(pretix)
    first = check_in(4, "2026-05-01T19:55:00Z", OTHER)
    pretix.routes[REDEEM] = refused("already_redeemed", first)
    pretix.routes[f"POST {PRINTLOG}"] = Told(201, {})
    async with gate(pretix) as platform:
        found = await platform.deliver_passage(passage(Kind.REENTRY)._replace(verdict=Fact(reason)))
    assert found.state is State.REFUSED
    assert (pretix.asked[-1].path == PRINTLOG) is (reason is Reason.OTHER_DOOR)
